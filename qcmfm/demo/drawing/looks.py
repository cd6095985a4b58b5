"""What cloth of each look is like, in numbers."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Look:
    """A surface.

    Args:
        weave: tabby, twill, warps, wefts or smooth.
        pitch: Between two threads, frame units.
        bump: How far threads stand out, frame units.
        uneven: How much threads differ in colour.
        gloss: Strength of highlights.
        focus: How narrow they are.
        drape: Strength of folds.
        cell: Width and height of the steps that motifs are made of; 0 where edges are smooth.
        slits: Whether the cloth is open where two colours meet along the warp.
        raised: How far motifs stand above the ground.
        gilt: Whether metal thread makes the `motifs`, the `ground`, or nothing.
        wash: How softly motifs fade from their edges to their middle.
        lines: How strongly inner drawing shows in colour.
        stitch: How far the long threads of embroidery stand out.
        figured: Contrast of the small pattern that some grounds have.
    """

    weave: str = "smooth"
    pitch: float = 0.024
    bump: float = 0.0
    uneven: float = 0.0
    gloss: float = 0.0
    focus: float = 12.0
    drape: float = 1.0
    cell: tuple[float, float] = (0.0, 0.0)
    slits: bool = False
    raised: float = 0.0
    gilt: str = ""
    wash: float = 0.0
    lines: float = 0.6
    stitch: float = 0.0
    figured: float = 0.075


TABLE: dict[str, Look] = {
    "plain_weave": Look("tabby", 0.026, 0.0042, 0.06, drape=1.1, lines=0.75),
    "satin_sheen": Look(
        gloss=0.85, focus=16.0, drape=2.6, raised=0.004, stitch=0.0025, lines=0.5, uneven=0.012
    ),
    "metal_brocade": Look(
        "twill", 0.022, 0.0022, 0.03, gloss=0.16, focus=18.0, drape=1.2, raised=0.016, gilt="motifs"
    ),
    "slit_tapestry": Look(
        "warps", 0.021, 0.0016, 0.03, drape=0.7, cell=(0.0182, 0.0134), slits=True, lines=0.9,
        figured=0.0,
    ),
    "lustre": Look("tabby", 0.021, 0.001, 0.025, gloss=0.36, focus=9.0, drape=1.6, lines=0.6),
    "gold_ground": Look(
        "twill", 0.021, 0.0012, 0.025, gloss=0.6, focus=14.0, drape=1.7, raised=0.006, gilt="ground"
    ),
    "stepped": Look(
        "wefts", 0.0208, 0.0024, 0.035, gloss=0.05, drape=0.9, cell=(0.0208, 0.0208), raised=0.003,
        lines=0.8, figured=0.0,
    ),
    "painted": Look("wefts", 0.021, 0.0007, 0.015, drape=0.9, wash=1.0, lines=0.45),
}  # fmt: skip
