"""Every key that does something, in one place: the buttons ask here, and the guide lists them."""

from dataclasses import dataclass

import streamlit as st

_OFF = "single-keys-off"


@dataclass(frozen=True)
class Key:
    """A key of the keyboard on a page.

    Args:
        letter: What is pressed.
        does: What comes of it, as the guide tells it.
    """

    letter: str
    does: str


KEYS = {
    "review": {
        "accept": Key("A", "Accept the proposed label"),
        "unsure": Key("U", "Unsure: the photo does not tell"),
        "number": Key("1 to 9", "Take the label with this number instead"),
        "next": Key("N", "Next record, without deciding"),
        "previous": Key("P", "Previous record"),
        "undo": Key("Z", "Undo your last step, as often as you like"),
        "full": Key("F", "The photo in full resolution"),
    },
    "bulk": {
        "these": Key("S", "Select what this page shows"),
        "every": Key("E", "Select everything that the filter shows"),
        "none": Key("X", "Select none"),
        "accept": Key("A", "Accept those selected"),
        "previous": Key("P", "Previous page"),
        "next": Key("N", "Next page"),
        "undo": Key("Z", "Undo your last step, all of it"),
    },
    "circuit": {
        "back": Key("B", "One step back"),
        "next": Key("N", "One step on"),
    },
    "tour": {
        "leave": Key("Q", "Leave the tour; Home takes you back to it"),
    },
}
"""By page, then by what the key is for."""

TITLES = {"review": "Review", "bulk": "Bulk", "circuit": "Circuit", "tour": "Tour"}
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
        "No single keys",
        key=_OFF,
        persist_state="session",
        help="For those who speak to their computer, or press keys by mistake. "
        "Every button still works with Tab and Enter.",
    )
