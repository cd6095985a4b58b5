"""Small pictures as SVG and HTML text; all of it made of numbers and escaped words.

They take the page's own text colour, so that they read in light and dark.
"""

from collections.abc import Iterable, Mapping, Sequence
from html import escape

import numpy as np
from jaxtyping import Float
from torch import Tensor

from qcmfm.ui.shared.formatting import words_for
from qcmfm.ui.shell.language import _

IMAGE, TEXT, BOTH = "#2f7fc4", "#c9720a", "#1f9467"
"""Colours of the photo's part, the caption's part and what only both together give.

Each has a contrast of more than 3 with the white page and with the dark one.
"""

ACCENT = "#b3741a"
GRID = "stroke='currentColor' stroke-opacity='.25' fill='none'"
"""Of lines that only guide the eye."""

LABEL = "font-size='11' text-anchor='middle' fill='currentColor'"
"""Of words in a picture."""


def bars(
    probabilities: Mapping[str, float], reference: Mapping[str, float] | None = None, top: int = 6
) -> str:
    """Labels with their probabilities; a mark shows where the reference stood.

    Args:
        probabilities: By label.
        reference: Probabilities to compare with; None for none.
        top: How many labels, the likeliest of either.
    """
    worth = {n: max(p, (reference or {}).get(n, 0)) for n, p in probabilities.items()}
    names = sorted(worth, key=lambda name: -worth[name])[:top]
    best = max(probabilities, key=lambda name: probabilities[name])
    rows: list[str] = []
    for name in sorted(names, key=lambda name: -probabilities[name]):
        share = probabilities[name]
        mark = ""
        if reference is not None:
            before = 100 * reference[name]
            mark = (
                f"<i style='position:absolute;left:calc({before:.2f}% - 1px);top:-3px;bottom:-3px;"
                "width:2px;background:currentColor'></i>"
            )
        weight = "600" if name == best else "400"
        rows.append(
            f"<div style='font-weight:{weight};overflow:hidden;text-overflow:ellipsis;"
            f"white-space:nowrap'>{escape(words_for(name))}</div>"
            "<div style='position:relative;height:10px;border-radius:5px;"
            "background:color-mix(in srgb, currentColor 12%, transparent)'>"
            f"<b style='position:absolute;inset:0;width:{100 * share:.2f}%;border-radius:5px;"
            f"background:{ACCENT if name == best else '#8f8f8f'}'></b>{mark}</div>"
            f"<div style='text-align:right;font-variant-numeric:tabular-nums'>{share:.1%}</div>"
        )
    return (
        "<div style='display:grid;grid-template-columns:minmax(4.5rem,max-content) 1fr 3.4rem;"
        "gap:5px 10px;align-items:center;font-size:.875rem'>" + "".join(rows) + "</div>"
    )


def figures(rows: Iterable[tuple[str, str, str, str]]) -> str:
    """A small table: what, the value in bold, by how much it changed, and a note in small."""
    out: list[str] = []
    for what, value, change, note in rows:
        small = f"<div style='font-size:.75rem;opacity:.75'>{escape(note)}</div>" if note else ""
        out.append(
            f"<div>{escape(what)}</div><div style='text-align:right'><b>{escape(value)}</b>"
            f" <span style='font-size:.8rem'>{escape(change)}</span>{small}</div>"
        )
    return (
        "<div class='qcmfm-figures' style='display:grid;grid-template-columns:1fr auto;"
        "gap:4px 8px;font-size:.9rem;font-variant-numeric:tabular-nums'>"
        f"{''.join(out)}</div>"
    )


def quoted(words: str) -> str:
    """Words for an attribute."""
    return escape(words, quote=True)


def wire_words(wire: int) -> str:
    """A wire by its number, escaped."""
    return escape(_("wire {wire}").format(wire=wire))


def _shots(shots: int) -> str:
    return escape(_("{shots:,} shots").format(shots=shots))


def shares_bars(shares: Float[Tensor, "qubit 3"]) -> str:
    """What the photo, the caption and both together give of what each wire reads."""
    rows: list[str] = []
    most = max(0.05, shares.abs().max().item())
    for wire, parts in enumerate(shares.tolist()):
        bars = "".join(
            _signed(part / most, colour)
            for part, colour in zip(parts, (IMAGE, TEXT, BOTH), strict=True)
        )
        sentence = _("photo {photo:+.2f}, caption {caption:+.2f}, both together {both:+.2f}")
        words = quoted(sentence.format(photo=parts[0], caption=parts[1], both=parts[2]))
        rows.append(
            f"<div>{wire_words(wire)}</div>"
            f"<div role='img' aria-label='{words}' title='{words}'>{bars}</div>"
            "<div style='text-align:right;font-variant-numeric:tabular-nums'>"
            f"{sum(parts):+.2f}</div>"
        )
    full = escape(_("A bar of full length is {most:.2f}.").format(most=most))
    note = f"<div style='font-size:.75rem;opacity:.75'>{full}</div>"
    key = _key(((_("photo"), IMAGE), (_("caption"), TEXT), (_("both together"), BOTH)))
    return (
        "<div style='display:grid;grid-template-columns:3.4rem 1fr 3rem;gap:5px 10px;"
        f"align-items:center;font-size:.85rem'>{''.join(rows)}</div>{key}{note}"
    )


def _signed(value: float, colour: str) -> str:
    """A thin bar from the middle to the right, or to the left below 0."""
    side = "left:50%" if value >= 0 else f"left:{50 + 50 * value:.2f}%"
    return (
        "<div style='position:relative;height:6px;margin:1px 0;"
        "background:color-mix(in srgb, currentColor 9%, transparent)'>"
        f"<b style='position:absolute;{side};width:{50 * abs(value):.2f}%;height:6px;"
        f"background:{colour}'></b></div>"
    )


def _key(entries: Iterable[tuple[str, str]]) -> str:
    parts = (
        f"<span style='display:inline-block;width:.8em;height:.8em;background:{colour}'></span> "
        f"{escape(name)}"
        for name, colour in entries
    )
    return f"<div style='font-size:.8rem;margin-top:6px'>{' &nbsp; '.join(parts)}</div>"


def readings(exact: Sequence[float], read: Mapping[int, Sequence[float]]) -> str:
    """What each wire reads: the exact value as a line, the means of few and many shots as dots.

    Args:
        exact: Of each wire, -1 to 1.
        read: The same from so many shots.
    """
    width, line, left = 560, 26, 64
    high = line * len(exact) + 22

    def x(value: float) -> float:
        return left + (value + 1) / 2 * (width - left - 12)

    out = [
        f"<line x1='{x(at):.1f}' x2='{x(at):.1f}' y1='4' y2='{high - 18}' {GRID}/>"
        f"<text x='{x(at):.1f}' y='{high - 4}' {LABEL}>{at:+g}</text>"
        for at in (-1, 0, 1)
    ]
    colours = dict(zip(read, ("#8d8d8d", TEXT, BOTH), strict=False))
    for wire, value in enumerate(exact):
        y = 16 + wire * line
        out.append(
            f"<text x='0' y='{y + 4}' font-size='12' fill='currentColor'>{wire_words(wire)}</text>"
        )
        for shots, found in read.items():
            out.append(
                f"<circle cx='{x(found[wire]):.1f}' cy='{y}' r='5' fill='{colours[shots]}'>"
                f"<title>{_shots(shots)}: {found[wire]:+.3f}</title></circle>"
            )
        out.append(
            f"<line x1='{x(value):.1f}' x2='{x(value):.1f}' y1='{y - 9}' y2='{y + 9}' "
            f"stroke='{IMAGE}' stroke-width='3'><title>{escape(_('exact'))}: {value:+.3f}</title>"
            "</line>"
        )
    words = quoted(_("Readings of {n} wires").format(n=len(exact)))
    svg = (
        f"<svg viewBox='0 0 {width} {high}' style='width:100%;max-width:720px;height:auto' "
        f"role='img' aria-label='{words}'>{''.join(out)}</svg>"
    )
    named = [(_("exact"), IMAGE), *((_shots(shots), colours[shots]) for shots in read)]
    return svg + _key(named)


def curve(
    lines: Mapping[str, tuple[Sequence[float] | np.ndarray, str]],
    at: int,
    words: str,
    width: int = 420,
    height: int = 170,
) -> str:
    """Curves between 0 and 1 along the steps, with a line at the present one.

    Args:
        lines: Values of each step and the colour, by name.
        at: The present step.
        words: What the picture shows, for people who cannot see it.
        width: Of the picture's own grid; it fills what there is.
        height: In pixels.
    """
    left, low, high = 28, height - 18, 8
    count = max(len(line[0]) for line in lines.values())
    step = (width - left - 8) / max(count - 1, 1)
    out = [
        f"<line x1='{left}' x2='{width - 8}' y1='{low - part * (low - high):.1f}' "
        f"y2='{low - part * (low - high):.1f}' {GRID}/>"
        f"<text x='{left - 5}' y='{low - part * (low - high) + 4:.1f}' font-size='11' "
        f"text-anchor='end' fill='currentColor'>{part:g}</text>"
        for part in (0, 0.5, 1)
    ]
    for values, colour in lines.values():
        points = " ".join(
            f"{left + i * step:.1f},{low - float(value) * (low - high):.1f}"
            for i, value in enumerate(values)
        )
        dot = (
            f"<circle cx='{left + at * step:.1f}' cy='{low - float(values[at]) * (low - high):.1f}'"
        )
        out.append(f"<polyline points='{points}' fill='none' stroke='{colour}' stroke-width='2'/>")
        out.append(f"{dot} r='4' fill='{colour}'/>")
    out.append(
        f"<line x1='{left + at * step:.1f}' x2='{left + at * step:.1f}' y1='{high}' y2='{low}' "
        "stroke='currentColor' stroke-dasharray='2 3'/>"
    )
    svg = (
        f"<svg viewBox='0 0 {width} {height}' style='width:100%;max-width:640px;height:auto' "
        f"role='img' aria-label='{escape(words, quote=True)}'>{''.join(out)}</svg>"
    )
    return svg + _key((name, line[1]) for name, line in lines.items())
