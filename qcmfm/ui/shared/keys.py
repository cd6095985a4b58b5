"""Every key that does something, in one place: the buttons ask here, and the guide lists them."""

from dataclasses import dataclass

import streamlit as st

from qcmfm.ui.shell.language import N_, _

_OFF = "single-keys-off"


@dataclass(frozen=True)
class Key:
    """A key of the keyboard on a page.

    Args:
        letter: What is pressed.
        does: What it does, as the guide says it.
    """

    letter: str
    does: str


KEYS = {
    "review": {
        "accept": Key("A", N_("Accept the proposed label")),
        "unsure": Key("U", N_("Unsure: the photo does not tell")),
        "number": Key(N_("1 to 9"), N_("Take the label with this number instead")),
        "next": Key("N", N_("Next record, without deciding")),
        "previous": Key("P", N_("Previous record")),
        "undo": Key("Z", N_("Undo your last step, as often as you like")),
        "full": Key("F", N_("The photo in full resolution")),
    },
    "bulk": {
        "these": Key("S", N_("Select what this page shows")),
        "every": Key("E", N_("Select everything that the filter shows")),
        "none": Key("X", N_("Select none")),
        "accept": Key("A", N_("Accept those selected")),
        "previous": Key("P", N_("Previous page")),
        "next": Key("N", N_("Next page")),
        "undo": Key("Z", N_("Undo your last step, all of it")),
    },
    "circuit": {
        "back": Key("B", N_("One step back")),
        "next": Key("N", N_("One step on")),
    },
    "tour": {
        "leave": Key("Q", N_("Leave the tour; Home takes you back to it")),
    },
}
"""By page, then by what the key is for."""

TITLES = {"review": N_("Review"), "bulk": N_("Bulk"), "circuit": N_("Circuit"), "tour": N_("Tour")}
"""What a visitor calls the pages."""


def key_of(page: str, name: str) -> str | None:
    """The key of a button, for its `shortcut`; None where the visitor switched keys off.

    Args:
        page: As in `KEYS`.
        name: What it is for; a number for the label with that number.
    """
    if switched_off():
        return None
    return name if name.isdecimal() else KEYS[page][name].letter


def switched_off() -> bool:
    """Whether the visitor wants no single keys: speech and shaky hands press them by mistake."""
    return bool(st.session_state.get(_OFF))


def choose_keys() -> None:
    """Let the visitor switch single keys off, as WCAG 2.1.4 asks for."""
    st.toggle(
        _("No single keys"),
        key=_OFF,
        persist_state="session",
        help=_(
            "For those who speak to their computer, or press keys by mistake. Every button still "
            "works with Tab and Enter."
        ),
    )
