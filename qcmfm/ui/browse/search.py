"""Search: what to look for, the wall of what was found, and how it was found."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from qcmfm import service
from qcmfm.access import Permission
from qcmfm.catalog import EVERYWHERE, PLACES, Card, Hit, SearchFilters, SearchIndex
from qcmfm.records import Record
from qcmfm.service.search import KIND
from qcmfm.ui.shared.errors import error_boundary
from qcmfm.ui.shared.formatting import plain, shortened, words_for
from qcmfm.ui.shared.jobs import latest_job, show_job, start_job
from qcmfm.ui.shared.links import page_link
from qcmfm.ui.shared.records import records, thumbnail
from qcmfm.ui.shared.resources import facets, searcher, shelf
from qcmfm.ui.shell.language import N_, _
from qcmfm.ui.shell.sign_in import barred

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


def show_search(name: str) -> None:
    """All of the page Search for one collection."""
    found = ready(name)
    if found is None:
        return
    left, right = st.columns([2, 1], vertical_alignment="bottom")
    text = left.text_input(
        _("Words"), key="search-words", bind="query-params", persist_state="session",
        placeholder=_("blue faience amulet"), on_change=_forget_like,
    )  # fmt: skip
    with right.popover(_("By a photo"), icon=":material/image_search:", width="stretch"):
        photo = st.file_uploader(_("A photo to find the like of"), ["jpg", "jpeg", "png", "webp"])
    narrowing, where = _narrow(found)
    like = st.query_params.get("like", "")
    with error_boundary():
        if photo is not None:
            if photo.size > _MOST:
                st.error(_("The photo is larger than 20 MB."))
                return
            st.markdown(_("What looks like your photo. Remove the photo to search by words."))
            _show(name, searcher().by_photo(found, photo.getvalue(), narrowing, SHOWN))
        elif like:
            _say_like(name, like)
            _show(name, found.similar_to(like, narrowing, SHOWN))
        elif text.strip():
            _show(name, searcher().by_words(found, text, narrowing, where, SHOWN))
        else:
            st.info(_("Write what you look for, in words; or give a photo."))
    _say_how(found.card)


def ready(name: str) -> SearchIndex | None:
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
                **barred(
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
                args=(KIND, {"collection": name}), **barred(Permission.PREPARE),
            )  # fmt: skip
    return shelf(name, card.made_at)


def _narrow(found: SearchIndex) -> tuple[SearchFilters, str]:
    """The facets that the visitor chose, and where to look."""
    decided = service.reviewed_labels(found.card.name)
    counted = facets(found.card.name, found.card.made_at)
    counted |= {"reviewed": {label: len(ids) for label, ids in decided.items()}}
    known = {name: counts for name, counts in counted.items() if counts}
    columns = st.columns([2] * (len(known) + 1), vertical_alignment="bottom")
    chosen: dict[str, list[str]] = {}
    for column, (name, counts) in zip(columns, known.items(), strict=False):
        title, of = _FACETS[name]
        chosen[name] = _facet(column, _(title), of, counts)
    where = columns[-1].selectbox(
        _("Look in"), PLACES, key="search-in", bind="query-params", persist_state="session",
        format_func=lambda place: _(_PLACES[place]),
    )  # fmt: skip
    reviewed = chosen.pop("reviewed", [])
    only = [key for label in reviewed for key in decided[label]] if reviewed else None
    return SearchFilters(chosen, only=only), where or EVERYWHERE


def _facet(column: DeltaGenerator, title: str, name: str, counts: dict[str, int]) -> list[str]:
    """The values of a facet to choose from, with their counts; the page's address holds them bare.

    A widget that is bound to the address would write what the visitor reads into it, counts too.
    """
    parameter, key = f"search-{name}", f"search-{name}-choice"
    memory = st.session_state.setdefault("search-facets", {})
    if parameter not in st.query_params and memory.get(parameter):  # back from another page
        st.query_params[parameter] = memory[parameter]
    given = st.query_params.get_all(parameter)
    st.session_state[key] = [value for value in given if value in counts]

    def take() -> None:
        memory[parameter] = st.session_state[key]
        if memory[parameter]:
            st.query_params[parameter] = memory[parameter]
        else:
            st.query_params.pop(parameter, None)

    return column.multiselect(
        title, list(counts), key=key, placeholder=_("Any"), on_change=take,
        format_func=lambda value: _counted(value, counts),
    )  # fmt: skip


def _counted(value: str, counts: dict[str, int]) -> str:
    return f"{words_for(value)} ({counts.get(value, 0):,})"


def _forget_like() -> None:
    st.query_params.pop("like", None)


def _say_like(name: str, like: str) -> None:
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
        _forget_like()
        st.rerun()


def _show(name: str, hits: list[Hit]) -> None:
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
    # What is found first is looked at first, whatever page the last search was left on.
    key = f"search-page-{'-'.join(hit.record_id for hit in present[:3])}"
    first = (min(st.session_state.get(key, 1), pages) - 1) * ON_A_PAGE
    st.html(f"<style>{_WALL}</style>")
    with st.container(key="search-wall"):
        for hit in present[first : first + ON_A_PAGE]:
            with st.container(), error_boundary():
                _show_hit(name, hit, known[hit.record_id], decided.get(hit.record_id, ""))
    if pages > 1:
        st.pagination(pages, key=key)


def _show_hit(name: str, hit: Hit, record: Record, decided: str) -> None:
    _picture(st.container(), name, record)
    short = shortened(record.caption)
    said = record.label or (
        _("{predicted} (proposed)").format(predicted=hit.row["predicted"])
        if hit.row["predicted"]
        else ""
    )
    if decided and decided != record.label:
        said = _("{decided} (reviewed)").format(decided=decided)
    label = f"**{plain(words_for(said))}**  \n" if said else ""
    st.markdown(label + plain(short or _("No caption")))
    st.caption(_found_by(hit))
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        st.button(
            _("More like this"), key=f"like-{record.record_id}", on_click=_like,
            args=(record.record_id,),
            help=_("Records like {record_id}").format(record_id=plain(record.record_id)),
            type="tertiary",
        )  # fmt: skip
        for page, title in (("collections", _("Open")), ("review", _("Review"))):
            page_link(page, title, collection=name, record=record.record_id)


def _found_by(hit: Hit) -> str:
    """What found a record, with the score of each way."""
    told_ = (
        _(way) if way == "label" else f"{_(way)} {own:.2f}" for way, own in hit.found_by.items()
    )
    return " · ".join(told_)


def _like(record_id: str) -> None:
    st.query_params["like"] = record_id


def _picture(place: DeltaGenerator, name: str, record: Record) -> None:
    picture = thumbnail(records(name), record)
    if picture is None:
        place.markdown(_(":material/hide_image: *No photo*"))
    else:
        alt = record.caption or _("Record {record_id}").format(record_id=record.record_id)
        place.image(picture, width="stretch", alt=alt)


def _say_how(card: Card) -> None:
    """How photos are found by words, and what that is worth."""
    if not card.map_id:
        st.caption(
            _("Photos are not found by words here: too few of them have a caption to learn from.")
        )
        return
    told_ = _(
        "Photos are found by words through a linear map learned on {learned_on:,} "
        "captioned records of this collection."
    ).format(learned_on=card.learned_on)
    if card.recall is not None:
        told_ += _(
            " Asked with the captions of {asked:,} records that it had not seen, it "
            "has the right photo among the first ten for {recall:.0%} of them (by "
            "chance: {chance:.1%})."
        ).format(asked=card.asked, recall=card.recall, chance=card.chance)
    st.caption(told_)
