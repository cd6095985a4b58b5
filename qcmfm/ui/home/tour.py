"""Two minutes through the app: six steps on the real pages, with a collection that is built in.

A small panel is above each page. After leaving, reloading or opening another page, a visitor can
continue where the tour was; it never starts by itself.
"""

from dataclasses import dataclass, field

import streamlit as st

from qcmfm import service
from qcmfm.ui.shared.address import take_parameter
from qcmfm.ui.shared.keys import KEYS, key_of
from qcmfm.ui.shared.links import page_link
from qcmfm.ui.shared.records import records
from qcmfm.ui.shared.reviewer import browser_mark
from qcmfm.ui.shell.language import N_, _

COLLECTIONS = ("artifacts", "textiles")
"""Those that the program draws itself; the first that is here is shown."""

_STATE, _PARAMETER = "tour-place", "tour"
_LETTERS = {name: one.letter for name, one in KEYS["review"].items()}


@dataclass(frozen=True)
class TourStep:
    """A page of the tour, and what to try there.

    Args:
        page: Name of its file in `pages/`.
        title: What it is about, in a few words.
        words: What to try; a key of the review is in braces.
        query: Of its address, besides the collection.
        one_record: Whether it is about one record.
    """

    page: str
    title: str
    words: str
    query: dict[str, str] = field(default_factory=dict)
    one_record: bool = False


@dataclass(frozen=True)
class TourPlace:
    """Where somebody is in the tour.

    Args:
        step: Counted from 0.
        left: Whether they left it there, to take it up again or not.
    """

    step: int
    left: bool = False


STEPS = (
    TourStep(
        "collections",
        N_("See what a model proposes"),
        N_(
            "A model looked at this photo and read its caption. The bars say which label it "
            "proposes and how sure it is. Choose a word of the caption: yellow shows where it "
            "looked."
        ),
        one_record=True,
    ),
    TourStep(
        "review",
        N_("Decide by key"),
        N_(
            "If you are asked, write your name, and let the model label all records once. Then "
            "press {accept} to accept, a number to take another label, {unsure} if the photo "
            "does not tell. {undo} takes your last step back, so try what you like."
        ),
        {"status": "open"},
    ),
    TourStep(
        "search",
        N_("Find things"),
        N_(
            "If you are asked, make the records searchable once. Then write what you look for in "
            "plain words. Photos without a caption are found, too."
        ),
        {"search-words": "a cup with a dragon"},
    ),
    TourStep(
        "attention",
        N_("Look at the evidence"),
        N_(
            "Yellow is where the model looked. Below, that part of the photo is hidden: if the "
            "model stays as sure as it was, that part was not its reason. Evidence helps you to "
            "doubt."
        ),
        one_record=True,
    ),
    TourStep(
        "progress",
        N_("Take your work with you"),
        N_(
            "Here you see what is decided, and how often the model was corrected. Under Download "
            "the CSV has every column that you brought, and your decisions beside them."
        ),
    ),
    TourStep(
        "import",
        N_("Now your own"),
        N_(
            "That was the tour. Here you bring in a table, photos or a IIIF manifest of your own. "
            "The guide tells the rest, task by task."
        ),
    ),
)


def show_tour_link() -> None:
    """A link that starts the tour, or takes it up where it was left."""
    name, place = _collection(), _place()
    if name is None or (place and not place.left):
        return
    if place is None:
        _link(0, name, _("Take the tour, two minutes"), ":material/tour:")
    else:
        text = _("Go on with the tour, {number} of {count}")
        text = text.format(number=place.step + 1, count=len(STEPS))
        _link(place.step, name, text, ":material/tour:")


def show_tour(page: str) -> None:
    """The panel over a page, for those who are on the tour.

    Args:
        page: Where they are: the name of its file in `pages/`.
    """
    wanted = take_parameter(_PARAMETER)
    if wanted.isdecimal() and 1 <= int(wanted[:3]) <= len(STEPS):
        _save(TourPlace(int(wanted[:3]) - 1))
    place, name = _place(), _collection()
    if place is None or place.left or name is None:
        return
    step = STEPS[place.step]
    with st.container(border=True, key="tour", gap="xsmall"):
        text = _("Tour · {number} of {count}")
        st.caption(text.format(number=place.step + 1, count=len(STEPS)))
        st.markdown(f"**{_(step.title)}**")
        if page == step.page:
            st.markdown(_(step.words).format(**_LETTERS))
        with st.container(horizontal=True, vertical_alignment="center"):
            _show_buttons(place.step, name, page == step.page)


def _show_buttons(number: int, name: str, here: bool) -> None:
    """On, back, and out. The first two are links: what they show has an address of its own."""
    first, last = number == 0, number == len(STEPS) - 1
    if not here:
        _link(number, name, _("Go there"), ":material/arrow_forward:")
    elif last:
        st.button(_("Done"), key="tour-done", icon=":material/check:", on_click=_save, args=(None,))
        page_link("guide", _("Guide"), ":material/menu_book:")
    else:
        text = _("Next: {title}").format(title=_(STEPS[number + 1].title))
        _link(number + 1, name, text, ":material/arrow_forward:")
    if here and not first:
        _link(number - 1, name, _("Back"), ":material/arrow_back:")
    if not (here and last):
        st.button(
            _("Leave the tour"), key="tour-leave", type="tertiary",
            shortcut=key_of("tour", "leave"),
            on_click=_save, args=(TourPlace(number, left=True),),
        )  # fmt: skip


def _link(number: int, name: str, text: str, icon: str) -> None:
    step = STEPS[number]
    query = {_PARAMETER: str(number + 1), "collection": name, **step.query}
    if step.one_record:
        found = records(name).records
        query["record"] = next((r.record_id for r in found if r.image and r.caption), "")
    page_link(step.page, text, icon, **query)


def _collection() -> str | None:
    here = service.collection_folders()
    return next((name for name in COLLECTIONS if name in here), None)


def _place() -> TourPlace | None:
    if _STATE not in st.session_state:  # the first page of a visit, or a reload
        st.session_state[_STATE] = _places().get(browser_mark())
    return st.session_state[_STATE]


def _save(place: TourPlace | None) -> None:
    st.session_state[_STATE] = place
    mark = browser_mark()
    if place is None:
        _places().pop(mark, None)
    elif mark:
        _places()[mark] = place


@st.cache_resource(show_spinner=False)
def _places() -> dict[str, TourPlace]:
    """Where each browser was last, until the server ends."""
    return {}
