"""Small pictures of the state of a circuit's wires as SVG text; numbers and escaped words alone."""

import cmath
import math
from html import escape

from jaxtyping import Complex, Float
from torch import Tensor

from qcmfm.ui.lab.pictures import ACCENT, GRID, IMAGE, LABEL, TEXT, quoted, wire_words
from qcmfm.ui.shell.language import _


def bloch_spheres(vectors: Float[Tensor, "qubit 3"], size: int = 104) -> str:
    """One ball for each wire; its arrow is shorter than the ball where the wire is entangled."""
    found = [_ball(wire, x, y, z, size) for wire, (x, y, z) in enumerate(vectors.tolist())]
    return f"<div style='display:flex;flex-wrap:wrap;gap:6px'>{''.join(found)}</div>"


def _ball(wire: int, x: float, y: float, z: float, size: int) -> str:
    """One Bloch ball: z is up, y to the right, x towards the onlooker."""
    r, c = size * 0.38, size / 2
    length = math.sqrt(x * x + y * y + z * z)
    right, up = y * r - 0.42 * x * r, z * r - 0.3 * x * r
    words = _("Wire {wire}: X {x:+.2f}, Y {y:+.2f}, Z {z:+.2f}, length {length:.2f}")
    words = quoted(words.format(wire=wire, x=x, y=y, z=z, length=length))
    return (
        f"<svg width='{size}' height='{size + 16}' role='img' aria-label='{words}'>"
        f"<title>{words}</title>"
        f"<circle cx='{c}' cy='{c}' r='{r}' {GRID} stroke-width='1.2'/>"
        f"<ellipse cx='{c}' cy='{c}' rx='{r}' ry='{0.3 * r}' {GRID} stroke-dasharray='3 3'/>"
        f"<line x1='{c}' y1='{c - r}' x2='{c}' y2='{c + r}' {GRID}/>"
        f"<text x='{c}' y='{c - r - 4}' {LABEL}>0</text>"
        f"<text x='{c}' y='{c + r + 12}' {LABEL}>1</text>"
        f"<line x1='{c}' y1='{c}' x2='{c + right:.1f}' y2='{c - up:.1f}' stroke='{ACCENT}' "
        "stroke-width='3' stroke-linecap='round'/>"
        f"<circle cx='{c + right:.1f}' cy='{c - up:.1f}' r='4.5' fill='{ACCENT}'/>"
        f"<text x='{c}' y='{size + 12}' {LABEL} font-weight='600'>{wire_words(wire)}</text></svg>"
    )


def phase_colour(value: complex) -> str:
    """A colour for the phase of an amplitude, the same for the same phase."""
    turn = (cmath.phase(value) / (2 * math.pi)) % 1
    # Positive real is blue and negative real is its opposite, orange.
    return f"hsl({(210 + 360 * turn) % 360:.0f} 65% 52%)"


def amplitude_columns(
    state: Complex[Tensor, " amplitude"], squared: bool = False, width: int = 1040
) -> str:
    """Every amplitude as a column: the size is its height, the phase its colour.

    Args:
        state: Of all wires.
        squared: Probabilities instead of sizes.
        width: In pixels, of the picture's own grid; it fills what there is.
    """
    values = state.tolist()
    sizes = [abs(value) ** (2 if squared else 1) for value in values]
    most = max(sizes) or 1.0
    half, high = len(values) // 2, 84
    n_qubits = len(values).bit_length() - 1
    step = width / half
    out: list[str] = []
    for part, (name, colour) in enumerate(
        ((_("wire 0 reads 0"), IMAGE), (_("wire 0 reads 1"), TEXT))
    ):
        base = 20 + high + part * (high + 34)
        out.append(
            f"<rect x='0' y='{base - high - 13}' width='10' height='10' fill='{colour}'/>"
            f"<text x='15' y='{base - high - 4}' font-size='12' fill='currentColor'>{escape(name)}"
            f"</text><line x1='0' y1='{base}' x2='{width}' y2='{base}' {GRID}/>"
        )
        for place in range(half):
            number = part * half + place
            tall = sizes[number] / most * (high - 6)
            size, angle = abs(values[number]), cmath.phase(values[number])
            out.append(
                f"<rect x='{place * step:.2f}' y='{base - tall:.2f}' width='{step * 0.86:.2f}' "
                f"height='{max(tall, 0.4):.2f}' fill='{phase_colour(values[number])}'>"
                f"<title>{number:0{n_qubits}b}: {escape(_amplitude(size, angle))}</title></rect>"
            )
    total = 2 * (high + 34)
    words = _("Sizes and phases of the amplitudes of all {n} outcomes")
    if squared:
        words = _("Probabilities of all {n} outcomes")
    words = quoted(words.format(n=len(values)))
    return (
        f"<svg viewBox='0 0 {width} {total}' style='width:100%;height:auto' role='img' "
        f"aria-label='{words}'>{''.join(out)}</svg>"
    )


def phase_key() -> str:
    """What the colours of phases mean."""
    parts = [
        f"<span style='display:inline-block;width:.8em;height:.8em;border-radius:2px;"
        f"background:{phase_colour(value)}'></span> {escape(name)}"
        for value, name in (
            (1 + 0j, _("positive")),
            (1j, "+90°"),
            (-1 + 0j, _("negative")),
            (-1j, "−90°"),
        )
    ]
    return (
        f"<div style='font-size:.8rem;opacity:.85'>{escape(_('Phase:'))} "
        f"{' &nbsp; '.join(parts)}</div>"
    )


def _amplitude(size: float, angle: float) -> str:
    return _("size {size:.3f}, phase {phase:+.2f} π, probability {probability:.4f}").format(
        size=size, phase=angle / math.pi, probability=size * size
    )
