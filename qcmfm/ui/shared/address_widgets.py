"""Widgets whose values are in the address of the page."""

from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from qcmfm.ui.shared.address import Address, one_of, some_of, whole_number
from qcmfm.ui.shared.formatting import words_for
from qcmfm.ui.shell.language import _


def choose(
    address: Address,
    title: str,
    name: str,
    options: Sequence[str],
    default: str,
    place: DeltaGenerator | None = None,
    shown: Callable[[str], str] = words_for,
    written: Callable[[str], str] = str,
    clears: Sequence[str] = (),
    explicit: bool = False,
    **look: Any,
) -> str:
    """A list to choose one option from.

    Args:
        address: Of the page.
        title: What the visitor reads above it.
        name: Of the parameter.
        options: What there is.
        default: The option without the parameter.
        place: Where the list goes.
        shown: What the visitor reads for an option.
        written: What the address has for an option.
        clears: Parameters that have no meaning after another choice.
        explicit: As in `Address.bind`.
        **look: Further arguments of `st.selectbox`.
    """
    put = place.selectbox if place is not None else st.selectbox
    parse = one_of(options, str, written, shown)
    bound = address.bind(name, default, parse, written, clears, explicit)
    return put(title, options, format_func=shown, **bound, **look) or default


def switch(
    address: Address,
    title: str,
    name: str,
    options: Sequence[str],
    default: str,
    place: DeltaGenerator | None = None,
    shown: Callable[[str], str] | None = None,
    written: Callable[[str], str] = str,
    clears: Sequence[str] = (),
    **look: Any,
) -> str:
    """A few options beside each other, one of which is chosen; arguments as in `choose`."""
    words = shown or _button_words
    put = place.segmented_control if place is not None else st.segmented_control
    parse = one_of(options, str, written, words)
    bound = address.bind(name, default, parse, written, clears)
    return put(title, options, format_func=words, **bound, **look) or default


def choose_some(
    address: Address,
    title: str,
    name: str,
    options: Sequence[str],
    default: Sequence[str],
    place: DeltaGenerator | None = None,
    shown: Callable[[str], str] = words_for,
    **look: Any,
) -> list[str]:
    """A list to choose several options from; arguments as in `choose`."""
    bound = address.bind(
        name, list(default), some_of(options), lambda chosen: ",".join(chosen) or "none"
    )
    put = place.multiselect if place is not None else st.multiselect
    look.setdefault("placeholder", _("None"))
    return put(title, options, format_func=shown, **bound, **look)


def slide(
    address: Address,
    title: str,
    name: str,
    allowed: range,
    default: int,
    place: DeltaGenerator | None = None,
    **look: Any,
) -> int:
    """A slider over whole numbers; arguments as in `choose`."""
    parse = whole_number(allowed)
    if len(allowed) < 2:
        return address.read(name, default, parse)
    put = place.slider if place is not None else st.slider
    bound = address.bind(name, default, parse)
    return put(title, allowed.start, allowed.stop - 1, **bound, **look)


def write_text(
    address: Address,
    title: str,
    name: str,
    place: DeltaGenerator | None = None,
    clears: Sequence[str] = (),
    **look: Any,
) -> str:
    """A field to write in; arguments as in `choose`."""
    put = place.text_input if place is not None else st.text_input
    return put(title, **address.bind(name, "", str, clears=clears), **look) or ""


def _button_words(option: str) -> str:
    """An option of the app's own as a button has it."""
    words = _(words_for(option))
    return words[:1].upper() + words[1:]
