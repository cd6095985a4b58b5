"""The content of the guide: tasks by role, the keys, and the words."""

import streamlit as st

from qcmfm.ui.settings.guide_text import TASKS, WORDS
from qcmfm.ui.shared.address import Address, one_of
from qcmfm.ui.shared.keys import KEYS, TITLES, choose_keys
from qcmfm.ui.shared.links import page_link
from qcmfm.ui.shell.language import _


def show_tasks(address: Address) -> None:
    """The tasks of the role that the visitor chooses.

    Args:
        address: Of the page.
    """
    people = list(TASKS)
    who = st.segmented_control(
        _("You are"), people, format_func=_, **address.bind("for", people[0], one_of(people))
    )
    who = who or people[0]
    st.header(_(who), anchor=False)
    left, right = st.columns(2, gap="large")
    tasks = TASKS[who]
    for number, task in enumerate(tasks):
        with left if number < (len(tasks) + 1) // 2 else right:
            st.subheader(_(task.title), anchor=False)
            st.markdown(_(task.words))
            page, label = task.page
            if page:
                page_link(page, _(label), ":material/arrow_forward:")


def show_keys() -> None:
    """What each key does, as the buttons have it."""
    st.header(_("Keys"), anchor=False)
    st.markdown(
        _(
            "Each button shows its key. Keys rest while you write in a field; Tab goes from button "
            "to button and Enter presses one."
        )
    )
    left, right = st.columns(2, gap="large")
    for number, (page, keys) in enumerate(KEYS.items()):
        with left if number % 2 == 0 else right:
            st.subheader(_(TITLES[page]), anchor=False)
            rows = [
                {_("Key"): _(one.letter), _("What it does"): _(one.does)} for one in keys.values()
            ]
            st.table(rows, hide_index=True, border="horizontal", alt=_("The keys of this page"))
    choose_keys()


def show_words() -> None:
    """The few words that the pages use in a sense of their own."""
    st.header(_("Words"), anchor=False)
    left, right = st.columns(2, gap="large")
    for number, (word, meaning) in enumerate(WORDS.items()):
        (left if number < len(WORDS) // 2 else right).markdown(f"**{_(word)}.** {_(meaning)}")
    page_link("claims", _("More words, of circuits and noise"), ":material/arrow_forward:")
