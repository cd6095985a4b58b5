"""Search: what to look for, the wall of what was found, and how it was found."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from qcmfm import service
from qcmfm.access import Permission
from qcmfm.catalog import EVERYWHERE, PLACES, Card, Hit, SearchFilters, SearchIndex
from qcmfm.records import Record
from qcmfm.service.search import KIND
from qcmfm.ui.shared.address import Address, set_widget
from qcmfm.ui.shared.address_widgets import choose, write_text
from qcmfm.ui.shared.errors import error_boundary
from qcmfm.ui.shared.formatting import plain, shortened, words_for
from qcmfm.ui.shared.jobs import latest_job, show_job, start_job
from qcmfm.ui.shared.links import page_link
from qcmfm.ui.shared.records import records, thumbnail
from qcmfm.ui.shared.resources import facets, search_index, searcher
from qcmfm.ui.shell.language import N_, _
from qcmfm.ui.shell.sign_in import permission_options

ON_A_PAGE, SHOWN = 12, 96
LEAST = 200
"""Pixels that a hit takes at least: four stand side by side on a desktop, two on a tablet."""
_WALL = f"""
.st-key-search-wall {{
  display: grid; grid-template-columns: repeat(auto-fill, minmax(min({LEAST}px, 100%), 1fr));
}}
.st-key-search-wall > * {{ min-width: 0; width: auto; }}
"""
_FACETS = {
    "category": (N_("Label"), "label"),
    "museum": (N_("Museum"), "museum"),
    "period": (N_("Period"), "period"),
    "reviewed": (N_("Reviewed as"), "reviewed"),
}
_PLACES = {
    "everywhere": N_("Captions and photos"),
    "captions": N_("Captions"),
    "photos": N_("Photos"),
}
_MOST = 20 * 1024 * 1024


def show_search(address: Address, name: str) -> None:
    """All of the page Search for one collection."""
    found = open_search_index(name)
    if found is None:
        return
    left, right = st.columns([2, 1], vertical_alignment="bottom")
    text = write_text(
        address, _("Words"), "search-words", left, clears=("like",),
        placeholder=_("blue faience amulet"),
    )  # fmt: skip
    with right.popover(_("By a photo"), icon=":material/image_search:", width="stretch"):
        photo = st.file_uploader(_("A photo to find the like of"), ["jpg", "jpeg", "png", "webp"])
    narrowing, where = _choose_filters(address, found)
    like = address.get("like")
    with error_boundary():
        if photo is not None:
            if photo.size > _MOST:
                st.error(_("The photo is larger than 20 MB."))
                return
            st.markdown(_("What looks like your photo. Remove the photo to search by words."))
            _show(address, name, searcher().by_photo(found, photo.getvalue(), narrowing, SHOWN))
        elif like:
            _show_similar_to(address, name, like)
            _show(address, name, found.similar_to(like, narrowing, SHOWN))
        elif text.strip():
            _show(address, name, searcher().by_words(found, text, narrowing, where, SHOWN))
        else:
            st.info(_("Write what you look for, in words; or give a photo."))
    _show_method(found.card)


def open_search_index(name: str) -> SearchIndex | None:
    """The catalog of a collection; offers to make it, or to bring it up to date."""
    card = service.catalog_card(name)
    job = latest_job(KIND, collection=name)
    running = bool(job) and show_job(job)
    if card is None:
        if not running:
            count = len(records(name).records)
            st.info(
                _("Before it can be searched and mapped, the collection is looked through once."),
                icon=":material/search:",
            )
            st.button(
                _("Make {count:,} records searchable").format(count=count),
                type="primary", key="make-catalog",
                on_click=start_job, args=(KIND, {"collection": name}),
                **permission_options(
                    Permission.PREPARE,
                    help=_("About a minute for a thousand records that no model looked at yet."),
                ),
            )  # fmt: skip
        return None
    if not running and service.catalog_is_old(name, card):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.caption(
                _("Records or proposals have changed since the collection was looked through.")
            )
            st.button(
                _("Bring up to date"), key="update-catalog", on_click=start_job,
                args=(KIND, {"collection": name}), **permission_options(Permission.PREPARE),
            )  # fmt: skip
    return search_index(name, card.made_at)


def _choose_filters(address: Address, found: SearchIndex) -> tuple[SearchFilters, str]:
    """The facets that the visitor chose, and where to look."""
    decided = service.reviewed_labels(found.card.name)
    counted = facets(found.card.name, found.card.made_at)
    counted |= {"reviewed": {label: len(ids) for label, ids in decided.items()}}
    known = {name: counts for name, counts in counted.items() if counts}
    columns = st.columns([2] * (len(known) + 1), vertical_alignment="bottom")
    chosen: dict[str, list[str]] = {}
    for column, (name, counts) in zip(columns, known.items(), strict=False):
        title, of = _FACETS[name]
        chosen[name] = _facet(address, column, _(title), of, counts)
    where = choose(
        address, _("Look in"), "search-in", PLACES, EVERYWHERE, columns[-1],
        shown=lambda place: _(_PLACES[place]), written=_PLACES.__getitem__,
    )  # fmt: skip
    reviewed = chosen.pop("reviewed", [])
    only = [key for label in reviewed for key in decided[label]] if reviewed else None
    return SearchFilters(chosen, only=only), where


def _facet(
    address: Address, column: DeltaGenerator, title: str, name: str, counts: dict[str, int]
) -> list[str]:
    """The values of a facet to choose from, with their counts."""
    parameter = f"search-{name}"
    given = [value for value in address.get_all(parameter) if value in counts]
    key = f"{parameter}-choice"
    set_widget(key, given)
    return column.multiselect(
        title, list(counts), key=key, placeholder=_("Any"),
        on_change=lambda: address.set(**{parameter: st.session_state[key]}),
        format_func=lambda value: _counted(value, counts),
    )  # fmt: skip


def _counted(value: str, counts: dict[str, int]) -> str:
    return f"{words_for(value)} ({counts.get(value, 0):,})"


def _show_similar_to(address: Address, name: str, like: str) -> None:
    """The record whose like is shown."""
    known = {record.record_id: record for record in records(name).records}
    record = known.get(like)
    if record is None:
        st.warning(_("That record is not in this collection."))
        return
    left, right = st.columns([1, 7], vertical_alignment="center")
    _picture(left, name, record)
    right.markdown(
        _("Records like **{caption}**").format(caption=plain(record.caption or record.record_id))
    )
    if right.button(_("Back to words"), icon=":material/arrow_back:"):
        address.set(like="")
        st.rerun()


def _show(address: Address, name: str, hits: list[Hit]) -> None:
    """A wall of pictures, best first."""
    if not hits:
        st.info(_("Nothing was found. Use other words, or take a filter out."))
        return
    known = {record.record_id: record for record in records(name).records}
    present = [hit for hit in hits if hit.record_id in known]
    st.caption(
        _(
            "The {n} that fit best, best first. What is shown beside each record is how it "
            "was found: by its words, by what its caption means, by its photo "
            "(1 is the same), by a label that you named."
        ).format(n=len(present))
    )
    pages = max(1, -(-len(present) // ON_A_PAGE))
    decided = {key: label for label, keys in service.reviewed_labels(name).items() for key in keys}
    # A new search starts on its first page, on whichever page the last one was left.
    key = f"search-page-{'-'.join(hit.record_id for hit in present[:3])}"
    first = (min(st.session_state.get(key, 1), pages) - 1) * ON_A_PAGE
    st.html(f"<style>{_WALL}</style>")
    with st.container(key="search-wall"):
        for hit in present[first : first + ON_A_PAGE]:
            with st.container(), error_boundary():
                _show_hit(address, name, hit, known[hit.record_id], decided.get(hit.record_id, ""))
    if pages > 1:
        st.pagination(pages, key=key)


def _show_hit(address: Address, name: str, hit: Hit, record: Record, decided: str) -> None:
    _picture(st.container(), name, record)
    short = shortened(record.caption)
    label_text = record.label or (
        _("{predicted} (proposed)").format(predicted=hit.row["predicted"])
        if hit.row["predicted"]
        else ""
    )
    if decided and decided != record.label:
        label_text = _("{decided} (reviewed)").format(decided=decided)
    label = f"**{plain(words_for(label_text))}**  \n" if label_text else ""
    st.markdown(label + plain(short or _("No caption")))
    st.caption(_found_by(hit))
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        st.button(
            _("More like this"), key=f"like-{record.record_id}", 
            on_click=lambda: address.set(like=record.record_id),
            help=_("Records like {record_id}").format(record_id=plain(record.record_id)),
            type="tertiary",
        )  # fmt: skip
        for page, title in (("collections", _("Open")), ("review", _("Review"))):
            page_link(page, title, collection=name, record=record.record_id)


def _found_by(hit: Hit) -> str:
    """What found a record, with the score of each way."""
    sentence = (
        _(way) if way == "label" else f"{_(way)} {own:.2f}" for way, own in hit.found_by.items()
    )
    return " · ".join(sentence)


def _picture(place: DeltaGenerator, name: str, record: Record) -> None:
    picture = thumbnail(records(name), record)
    if picture is None:
        place.markdown(_(":material/hide_image: *No photo*"))
    else:
        alt = record.caption or _("Record {record_id}").format(record_id=record.record_id)
        place.image(picture, width="stretch", alt=alt)


def _show_method(card: Card) -> None:
    """How photos are found by words, and what that is worth."""
    if not card.map_id:
        st.caption(
            _("Photos are not found by words here: too few of them have a caption to learn from.")
        )
        return
    sentence = _(
        "Photos are found by words through a linear map learned on {learned_on:,} "
        "captioned records of this collection."
    ).format(learned_on=card.learned_on)
    if card.recall is not None:
        sentence += _(
            " Asked with the captions of {asked:,} records that it had not seen, it "
            "has the right photo among the first ten for {recall:.0%} of them (by "
            "chance: {chance:.1%})."
        ).format(asked=card.asked, recall=card.recall, chance=card.chance)
    st.caption(sentence)
