"""The map of a collection: similar records are near each other; a lasso selects records."""

import csv
import io
from collections.abc import Sequence
from typing import Any

import streamlit as st

from qcmfm import service
from qcmfm.access import Permission
from qcmfm.catalog import Projection
from qcmfm.catalog.projection import MOST
from qcmfm.core.text import escape_formula, visible
from qcmfm.encoders.photo import content_hash
from qcmfm.records import Record
from qcmfm.review.selections import save_selection
from qcmfm.review.state import STATUSES
from qcmfm.service.search import MAP_KIND
from qcmfm.ui.browse.hover import clicked, show_hovered
from qcmfm.ui.browse.search import open_search_index
from qcmfm.ui.shared.address import Address
from qcmfm.ui.shared.address_widgets import switch
from qcmfm.ui.shared.formatting import in_figure, plain, words_for
from qcmfm.ui.shared.jobs import latest_job, show_job, start_job
from qcmfm.ui.shared.links import page_link
from qcmfm.ui.shared.records import THUMBNAIL, records, thumbnail
from qcmfm.ui.shared.resources import open_session, search_index
from qcmfm.ui.shell.language import N_, _, ngettext
from qcmfm.ui.shell.sign_in import permission_options

_OF = {"photos": N_("Photos"), "captions": N_("Captions"), "both": N_("Photos and captions")}
_COLOURS = {"label": N_("Label"), "confidence": N_("Confidence"), "status": N_("Status")}
_PICKED = 12
_WAYS = {
    "few": N_("so few that likeness cannot lay them out, and where they lie means nothing."),
    "ring": N_("what is compared is the same for all of them, so they lie on a ring, in no order."),
    "t-sne": N_(
        "laid out by t-SNE. Only which records are near each other means something, not the "
        "axes nor the size of gaps."
    ),
}
_LEFT_OUT = {
    "photos": N_("Records without a photo are left out."),
    "captions": N_("Records without a caption are left out."),
    "both": N_("Records without a photo or without a caption are left out."),
}
_HANDLING = N_(
    "Rest on a point to see its photo; click it, or draw a lasso round several, to look at them."
)
NO_LABEL = N_("no label")
# Okabe and Ito's colours, which tell apart for nearly everybody, and then others by their shape.
_PALETTE = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#8C6D31", "#44AA99")
_SHAPES = ("circle", "diamond", "square", "cross")


def show_map(address: Address, name: str) -> None:
    """All of the page Map for one collection."""
    if open_search_index(name) is None:
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        of = switch(
            address, _("Near each other by"), "map-of", list(_OF), "photos",
            shown=lambda of: _(_OF[of]), written=_OF.__getitem__, required=True,
        )  # fmt: skip
        colour = switch(
            address, _("Coloured by"), "map-colour", list(_COLOURS), "label",
            shown=lambda colour: _(_COLOURS[colour]), written=_COLOURS.__getitem__, required=True,
        )  # fmt: skip
    found = _laid_out(name, of)
    if found is not None:
        _draw(name, found, colour)


def _laid_out(name: str, of: str) -> Projection | None:
    """The saved map; offers to compute it where there is none or an old one."""
    card = service.catalog_card(name)
    found = service.saved_map(name, of)
    job = latest_job(MAP_KIND, collection=name, of=of)
    running = bool(job) and show_job(job)
    if not running and found is None:
        st.info(_("The map is laid out once; that takes half a minute for two thousand records."))
    if not running and (found is None or (card and card.made_at != found.made_from)):
        st.button(
            _("Lay out the map") if found is None
            else _("Lay it out again, as the records are now"),
            type="primary" if found is None else "secondary", key=f"map-{of}",
            on_click=start_job, args=(MAP_KIND, {"collection": name, "of": of}),
            **permission_options(Permission.PREPARE),
        )  # fmt: skip
    return found


def _draw(name: str, found: Projection, colour: str) -> None:
    known = {record.record_id: record for record in records(name).records}
    rows = [place for place, key in enumerate(found.record_ids) if key in known]
    chosen = [known[found.record_ids[place]] for place in rows]
    card = service.catalog_card(name)
    assert card is not None
    predictions = _predicted(name, card.made_at)
    values = [_value(name, record, colour, predictions) for record in chosen]
    figure = _figure(found.places[rows], chosen, values, colour)
    # The key becomes part of the page's style sheet, where a name could break out.
    key = f"map-{content_hash(name.encode())[:12]}-{found.of}-{colour}"
    if colour == "confidence" and not predictions:
        st.info(_("No model has looked at these records yet, so none has said how sure it is."))
    picked = st.plotly_chart(
        figure, width="stretch", key=key, on_select="rerun",
        selection_mode=("lasso", "box"), theme="streamlit",
        config={"displaylogo": False, "scrollZoom": True},
    )  # fmt: skip

    def photo(record_id: str) -> bytes | None:
        record = known.get(record_id)
        return thumbnail(records(name), record) if record else None

    show_hovered(key, photo)
    counted = _("{n:,} of {all:,} records").format(n=len(chosen), all=len(known))
    text = [f"{counted}: {_(_WAYS[found.way])}", _(_HANDLING)]
    if len(found.record_ids) < min(len(known), MOST) and card.made_at == found.made_from:
        text.insert(1, _(_LEFT_OUT[found.of]))
    st.caption(" ".join(text))
    points: Sequence[Any] = picked["selection"]["points"] if picked else ()
    keys = [_key(point) for point in points] or clicked(key)
    _show_picked(name, [known[key] for key in dict.fromkeys(keys) if key in known], predictions)


def _key(point: Any) -> str:
    """The record of a point."""
    found = point.get("customdata")
    return found[0] if isinstance(found, list | tuple) else str(found or "")


def _value(name: str, record: Record, colour: str, predictions: dict[str, tuple[str, float]]):
    if colour == "status":
        return _statuses(name).get(record.record_id, STATUSES[0])
    if colour == "confidence":
        return predictions.get(record.record_id, ("", float("nan")))[1]
    return record.label or predictions.get(record.record_id, ("", 0.0))[0] or NO_LABEL


def _statuses(name: str) -> dict[str, str]:
    found = open_session(name, "")
    assert found is not None  # without a model there is nothing to wait for
    state = found.review.refresh()
    return {key: state.of(key).status for key in found.records}


@st.cache_data(max_entries=8, show_spinner=False)
def _predicted(name: str, made_at: str) -> dict[str, tuple[str, float]]:
    """Proposed label and its probability, by record; those without a proposal are left out."""
    rows = search_index(name, made_at).table(["record_id", "predicted", "confidence"]).to_pylist()
    return {
        row["record_id"]: (row["predicted"], row["confidence"])
        for row in rows
        if row["confidence"] is not None
    }


def _figure(places, chosen: list[Record], values: list[Any], colour: str):
    """The points, one trace for each value; confidence is a scale."""
    import plotly.graph_objects as go

    figure = go.Figure()
    kinds: list[Any] = [None]
    if colour != "confidence":
        kinds = sorted({*values}, key=lambda kind: (kind != NO_LABEL, kind))
    # Records without a label come first, so that they are drawn below the others, and are grey.
    grey = kinds[0] == NO_LABEL
    for number, kind in enumerate(kinds, start=-1 if grey else 0):
        rows = [row for row, value in enumerate(values) if kind is None or value == kind]
        marker: dict[str, Any] = {"size": 7, "opacity": 0.85}
        if kind is None:
            marker |= {
                "color": values, "colorscale": "Viridis", "cmin": 0, "cmax": 1,
                "colorbar": {"title": _("How sure"), "tickformat": ".0%"},
            }  # fmt: skip
        else:
            marker["color"] = _PALETTE[number % len(_PALETTE)] if number >= 0 else "#B0B0B0"
            marker["symbol"] = _SHAPES[max(number, 0) // len(_PALETTE) % len(_SHAPES)]
        points = go.Scattergl(
            x=places[rows, 0], y=places[rows, 1], mode="markers", marker=marker,
            name=_kind(kind, colour) if kind is not None else _("Records"),
            customdata=[[chosen[row].record_id, _hover(chosen[row])] for row in rows],
            hoverinfo="none",  # `show_hovered` shows it, with the photo
        )  # fmt: skip
        figure.add_trace(points)
    hidden = {"visible": False}
    figure.update_layout(
        height=620, dragmode="lasso", xaxis=hidden, yaxis=hidden | {"scaleanchor": "x"},
        margin={"l": 0, "r": 0, "t": 44, "b": 0}, legend={"itemsizing": "constant"},
        showlegend=colour != "confidence",
    )  # fmt: skip
    return figure


def _kind(kind: str, colour: str) -> str:
    """What points of one colour are called; labels are the museum's own words."""
    ours = colour == "status" or kind == NO_LABEL
    return _(kind) if ours else in_figure(words_for(kind))


def _hover(record: Record) -> str:
    """The text beside the pointer."""
    caption = record.caption or _("No caption")
    return visible(f"{record.record_id}: {caption}"[:160])


def _show_picked(
    name: str, chosen: list[Record], predictions: dict[str, tuple[str, float]]
) -> None:
    """What the lasso holds: pictures, a way to Review, a table to download."""
    if not chosen:
        return
    pick = save_selection(record.record_id for record in chosen)
    to_review = {"collection": name, "pick": pick, "status": "open"}
    several = len(chosen) > 1
    with st.container(horizontal=True, vertical_alignment="center"):
        count = ngettext("{n:,} record picked", "{n:,} records picked", len(chosen))
        st.header(count.format(n=len(chosen)), anchor=False)
        text = _("Review them") if several else _("Review it")
        page_link("review", text, ":material/rate_review:", **to_review)
        st.download_button(
            _("Download as CSV"), _table(chosen, predictions), f"{name}-picked.csv", "text/csv",
            icon=":material/download:", on_click="ignore",
        )  # fmt: skip
    with st.container(horizontal=True):
        for record in chosen[:_PICKED]:
            with st.container(width=THUMBNAIL, gap="xsmall"):
                picture = thumbnail(records(name), record)
                alt = record.caption or _("Record {record_id}").format(record_id=record.record_id)
                if picture:
                    st.image(picture, width="stretch", alt=alt)
                st.caption(plain(words_for(record.label) or alt[:60]))
                page_link("review", _("Review"), **to_review, record=record.record_id)
    if len(chosen) > _PICKED:
        st.caption(_("The first {most} are shown; the table has all.").format(most=_PICKED))


def _table(chosen: list[Record], predictions: dict[str, tuple[str, float]]) -> str:
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(["record_id", "caption", "label", "proposed", "confidence"])
    for record in chosen:
        predicted, confidence = predictions.get(record.record_id, ("", ""))
        text = (record.record_id, record.caption, record.label, predicted)
        writer.writerow([*map(escape_formula, text), confidence])
    return out.getvalue()
