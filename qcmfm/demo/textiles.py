"""Textiles: robes, panels and fragments in four weaves, in the manner of the palace workshops."""

from qcmfm.demo.drawing.design import Design
from qcmfm.demo.drawing.textiles import FORMS, draw_textile

DESIGN = Design(
    labels=("silk", "satin", "brocade", "kesi"),
    looks={
        "silk": ("plain_weave",),
        "satin": ("satin_sheen",),
        "brocade": ("metal_brocade",),
        "kesi": ("slit_tapestry",),
    },
    shared_looks={
        ("silk", "satin"): ("lustre",),
        ("brocade", "satin"): ("gold_ground",),
        ("kesi", "brocade"): ("stepped",),
        ("kesi", "silk"): ("painted",),
    },
    hints={
        "silk": (
            "Tabby ground with ink and colours.",
            "Warp and weft of equal count, over one and under one.",
            "Plain tabby, 42 ends to the centimetre.",
            "Thin and crisp; the ground is plain weave.",
        ),
        "satin": (
            "Long warp floats, tied over seven.",
            "Eight-shaft weave, bound at wide intervals.",
            "Warp-faced; binding points hardly visible.",
            "Five-end weave with a smooth face and a dull back.",
        ),
        "brocade": (
            "Supplementary wefts only where the pattern needs them.",
            "Figured on the drawloom with extra wefts.",
            "Strips of gilt paper, carried on the back.",
            "Extra pattern wefts float behind the ground.",
        ),
        "kesi": (
            "Discontinuous wefts, slits where colours meet.",
            "Woven with many small bobbins from a cartoon.",
            "Each colour turns back at its own edge.",
            "Held to the light, the outlines are open.",
        ),
    },
    shared_hints={
        ("silk", "brocade"): (
            "Woven in repeats across the loom width.",
            "Cut from a full loom width, selvedge kept.",
        ),
        ("satin", "kesi"): (
            "Made for a wall of the emperor's study.",
            "Smooth face; mounted as a hanging.",
        ),
        ("brocade", "kesi"): (
            "The coloured wefts make the pattern.",
            "Pattern woven in, not embroidered.",
        ),
        ("silk", "satin"): (
            "Dyed in the piece.",
            "Embroidered and dyed after weaving.",
        ),
    },
    forms={
        "robe": ("Robe", "Court robe"),
        "fragment": ("Fragment", "Textile fragment"),
        "panel": ("Panel", "Hanging"),
        "badge": ("Badge", "Rank badge"),
        "pouch": ("Pouch", "Purse"),
        "sash": ("Sash", "Girdle"),
        "cover": ("Cushion cover", "Cover"),
        "bolt": ("Bolt of cloth", "Length of cloth"),
    },
    parts=FORMS,
    grounds=("red", "blue", "green", "yellow", "purple", "brown", "white", "black", "turquoise"),
    colours=(
        "red", "blue", "turquoise", "green", "yellow", "white", "black", "purple", "pink", "gold",
    ),
    lying=(
        "robe", "fragment", "panel", "badge", "pouch", "sash", "cover", "bolt",
    ),
    sizes=(0.48, 0.68),
    draw=draw_textile,
    records=480,
    singular="textile",
    about="Robes, panels and fragments in four weaves.",
)  # fmt: skip
