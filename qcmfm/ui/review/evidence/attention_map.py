"""The photo under the model's attention: words to choose, heat to see, regions to point at."""

import base64
import io
from collections.abc import Sequence
from typing import Any

import numpy as np
import streamlit as st
from jaxtyping import Bool, Float
from PIL import Image

from qcmfm import service
from qcmfm.encoders.photo import read_photo
from qcmfm.explanation import (
    Explanation,
    attention_inside,
    caption_heat,
    overlay,
    place_in_words,
    regions_in,
)
from qcmfm.ui.review.evidence.subject import Subject
from qcmfm.ui.shared.address import Address, numbers, one_of
from qcmfm.ui.shared.formatting import plain
from qcmfm.ui.shared.layout import wrapping_container
from qcmfm.ui.shell.language import N_, _

SIDE = 640
"""Longer side of the photo on the page, in pixels."""

WIDTH, HEIGHT = 560, 560
"""The most that the photo takes on the page, in pixels."""

WHOLE = N_("Nowhere yet")
PARTS = {
    f"{down} {across}".replace("middle centre", "centre"): (column / 3, row / 3)
    for row, down in enumerate(("upper", "middle", "lower"))
    for column, across in enumerate(("left", "centre", "right"))
}

Grid = Float[np.ndarray, "row column"]


def show_attention(address: Address, subject: Subject, evidence: Explanation) -> None:
    """Draw the photo with the heat of the chosen words, and beside it the choices."""
    submission = subject.submission
    if not submission.photo:
        st.info(_("There is no photo to look at. What the caption gave is told below."))
        return
    photo = read_photo(submission.photo, submission.name, at_least=SIDE)
    photo.thumbnail((SIDE, SIDE), Image.Resampling.LANCZOS)
    left, right = wrapping_container("attention").columns([3, 2], gap="medium")
    if evidence.attention is None or not evidence.spans:
        left.image(photo, alt=_("The photo {name}").format(name=submission.name))
        why = _("There is no caption to look with.") if evidence.attention is not None else (
            _("This model does not say where it looks.")
        )  # fmt: skip
        right.info(why)
        return
    with right:
        words = _choose_words(address, evidence)
        head, smooth, opacity = _choose_view(address, evidence)
    heat = caption_heat(evidence.attention, words, evidence.grid, head)
    named = _named(evidence, words)
    place = _(place_in_words(heat))
    sentence = _("For {named} the model attended most to the {place} of the photo").format(
        named=named, place=place
    )
    with left:
        selected = _figure(
            photo,
            heat,
            smooth,
            opacity,
            _("{told}. The photo {name}").format(told=sentence, name=submission.name),
        )
        st.caption(
            _(
                "{told}: {where:.1%} in one region, where even attention would give "
                "{size:.1%}. Yellow is most. Drag a box over the photo to see which words "
                "look there. Where the model attended is no proof of its reasons."
            ).format(told=plain(sentence), where=heat.max(), size=1 / heat.size)
        )
    with right:
        _show_attending_words(address, evidence, selected, head)
        _downloads(subject, evidence, overlay(photo, heat, opacity, smooth), words, head)


def _choose_words(address: Address, evidence: Explanation) -> list[int]:
    places = list(range(len(evidence.spans)))
    chosen = st.pills(
        _("Words, one or several"), places, selection_mode="multi", wrap=True,
        format_func=lambda place: plain(evidence.caption[slice(*evidence.spans[place])]),
        **address.bind("words", [], numbers(len(places)), lambda found: ".".join(map(str, found))),
    )  # fmt: skip
    if not chosen:
        st.caption(_("None is chosen, so the photo shows the mean over all of them."))
    return list(chosen) or places


def _choose_view(address: Address, evidence: Explanation) -> tuple[int | None, bool, float]:
    assert evidence.attention is not None
    heads = evidence.attention.word_to_region.shape[1]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        options = ["all", *map(str, range(1, heads + 1))]
        head = st.segmented_control(
            _("Head"), options, format_func=_,
            help=_("Each head attends on its own; “all” is their mean."),
            **address.bind("head", "all", one_of(options)),
        )  # fmt: skip
        looks = ["smooth", "grid"]
        look = st.segmented_control(
            _("Drawn as"), looks, format_func=_, **address.bind("drawn", "smooth", one_of(looks))
        )
    opacity = st.slider(
        _("Strength of the colour"), 0, 100, step=5, format="%d%%",
        **address.bind("strength", 60, one_of(list(range(0, 101, 5)))),
    )  # fmt: skip
    chosen = None if head in (None, "all") else int(head) - 1
    return chosen, look != "grid", opacity / 100


def _named(evidence: Explanation, words: Sequence[int]) -> str:
    if len(words) == len(evidence.spans):
        return _("the whole caption")
    return ", ".join(f"“{evidence.caption[slice(*evidence.spans[word])]}”" for word in words)


def _figure(
    photo: Image.Image, heat: Grid, smooth: bool, opacity: float, alt: str
) -> Bool[np.ndarray, "row column"]:
    """Draw the figure; returns the regions that the visitor's box holds."""
    import plotly.graph_objects as go

    rows, columns = heat.shape
    across, down = ((np.arange(n) + 0.5) / n for n in (columns, rows))
    figure = go.Figure()
    figure.add_layout_image(
        source=_data_uri(photo), x=0, y=0, sizex=1, sizey=1, xref="x", yref="y",
        sizing="stretch", layer="below",
    )  # fmt: skip
    figure.add_trace(
        go.Heatmap(
            z=heat, x=across, y=down, colorscale="Cividis", opacity=opacity,
            zsmooth="best" if smooth else False,
            hovertemplate="%{z:.2%} " + _("of the attention") + "<extra></extra>",
            colorbar={"tickformat": ".1%", "thickness": 12, "title": {"text": ""}},
        )
    )  # fmt: skip
    grid = np.stack(np.meshgrid(across, down), -1).reshape(-1, 2)
    figure.add_trace(
        go.Scatter(
            x=grid[:, 0], y=grid[:, 1], mode="markers", hoverinfo="skip", showlegend=False,
            customdata=np.arange(heat.size), marker={"size": 14, "opacity": 0, "color": "#ffffff"},
            selected={"marker": {"opacity": 0.9, "size": 9}},
            unselected={"marker": {"opacity": 0}},
        )
    )  # fmt: skip
    hidden = {"visible": False, "fixedrange": True, "constrain": "domain"}
    shape = photo.height / photo.width
    figure.update_layout(
        xaxis=hidden | {"range": [0, 1]},
        yaxis=hidden | {"range": [1, 0], "scaleanchor": "x", "scaleratio": shape},
        margin={"l": 0, "r": 0, "t": 0, "b": 0}, dragmode="select",
        height=round(min(HEIGHT, WIDTH * shape)),
    )  # fmt: skip
    event: Any = st.plotly_chart(
        figure, key="attention-figure", on_select="rerun", alt=alt,
        selection_mode=("box", "points"), config={"displayModeBar": False},
    )  # fmt: skip
    mask = np.zeros(heat.size, dtype=bool)
    chosen = [point.get("customdata") for point in event.selection.points]
    flat = [p[0] if isinstance(p, list) else p for p in chosen if p is not None]
    mask[[int(place) for place in flat if 0 <= int(place) < heat.size]] = True
    return mask.reshape(heat.shape)


def _data_uri(photo: Image.Image) -> str:
    out = io.BytesIO()
    photo.save(out, "JPEG", quality=88)
    return "data:image/jpeg;base64," + base64.b64encode(out.getvalue()).decode()


def _show_attending_words(
    address: Address,
    evidence: Explanation,
    selected: Bool[np.ndarray, "row column"],
    head: int | None,
) -> None:
    """Which words look at the part of the photo that was chosen by box or by name."""
    assert evidence.attention is not None
    options = [WHOLE, *PARTS]
    part = st.selectbox(
        _("Which words look at a part of the photo"), options, format_func=_,
        help=_("Or drag a box over the photo."), **address.bind("part", WHOLE, one_of(options)),
    )  # fmt: skip
    mask = selected
    if not mask.any() and part != WHOLE:
        x, y = PARTS[part]
        mask = regions_in(evidence.grid, x, y, x + 1 / 3, y + 1 / 3)
    if not mask.any():
        return
    shares = attention_inside(evidence.attention, mask, len(evidence.spans), head)
    order = np.argsort(-shares, kind="stable")[:6].tolist()
    rows = [
        {
            _("Word"): evidence.caption[slice(*evidence.spans[place])],
            _("Of its attention"): f"{shares[place]:.1%}",
            _("Times chance"): f"{shares[place] / mask.mean():.2f}",
        }
        for place in order
    ]
    st.dataframe(rows, hide_index=True, alt=_("Words that look most at the chosen part"))


def _downloads(
    subject: Subject,
    evidence: Explanation,
    drawn: Image.Image,
    words: Sequence[int],
    head: int | None,
) -> None:
    out = io.BytesIO()
    drawn.save(out, "PNG")
    record = subject.record
    name = record.record_id if record else subject.submission.record_id
    source = record.image if record else subject.submission.name
    note = service.attention_annotation(evidence, source, words, head)
    with st.container(horizontal=True):
        st.download_button(
            "PNG", out.getvalue(), f"{name}-attention.png", "image/png",
            icon=":material/download:", on_click="ignore",
        )  # fmt: skip
        st.download_button(
            _("Web Annotation"), note, f"{name}-attention.jsonld", "application/ld+json",
            icon=":material/download:", on_click="ignore",
        )  # fmt: skip
