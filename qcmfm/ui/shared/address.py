"""The address of a page that holds everything the page is set to."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from qcmfm.ui.shared.widgets import words_for
from qcmfm.ui.shell.language import _, restore

_DESK = "reviewed-last"


class Address:
    """The query parameters of a page; one that is opened without any is as it was left.

    Args:
        page: Of which page; each remembers its own.
        start: What the page begins with where it was not opened before.
    """

    def __init__(self, page: str, start: Mapping[str, Sequence[str]] | None = None):
        self._memory = f"address-{page}"
        restore(st.session_state.get(self._memory, start or {}))
        self._remember()

    def get(self, name: str, default: str = "") -> str:
        """A parameter; the default where the address has none."""
        return st.query_params.get(name, default)

    def all(self, name: str) -> list[str]:
        """A parameter that may be repeated."""
        return st.query_params.get_all(name)

    def whole(self, name: str, default: int, allowed: range) -> int:
        """A whole number; the default where the address has none that is allowed."""
        found = self.get(name)
        value = int(found) if found.isdecimal() and len(found) < 7 else default
        return min(max(value, allowed.start), allowed.stop - 1)

    def one_of(self, name: str, options: Sequence[str], default: str) -> str:
        """One of some words; the default where the address has none of them."""
        found = self.get(name)
        return found if found in options else default

    def some_of(self, name: str, options: Sequence[str], default: Sequence[str]) -> list[str]:
        """Some of some words, joined by commas; the default where the address says nothing."""
        if name not in st.query_params:
            return list(default)
        given = self.get(name).split(",")
        return [option for option in options if option in given]

    def set(self, **values: str | Sequence[str]) -> None:
        """Change parameters; an empty text or list takes one out."""
        for name, value in values.items():
            wanted = ([value] if value else []) if isinstance(value, str) else list(value)
            if wanted == self.all(name):
                continue  # every change is told to the browser
            if wanted:
                st.query_params[name] = wanted
            else:
                del st.query_params[name]
        self._remember()

    def _remember(self) -> None:
        st.session_state[self._memory] = parameters()


def parameters() -> dict[str, list[str]]:
    """Everything that the address of the page says."""
    return {name: st.query_params.get_all(name) for name in st.query_params}


def reviewed_last() -> dict[str, str]:
    """The collection and the model that this visitor reviewed last, as far as there are any."""
    return dict(st.session_state.get(_DESK, {}))


def note_reviewed(**values: str) -> None:
    """Note the collection or the model, for the pages that begin with it."""
    st.session_state[_DESK] = reviewed_last() | values


def hold(key: str, value: Any) -> None:
    """Have a widget show what the address says.

    Only where it shows something else: to set what is there already would take back the key that
    somebody presses while the page is drawn.
    """
    if key not in st.session_state or st.session_state[key] != value:
        st.session_state[key] = value


def choose(
    address: Address,
    title: str,
    name: str,
    options: Sequence[str],
    default: str,
    place: DeltaGenerator | None = None,
    told: Callable[[str], str] = words_for,
    forget: Sequence[str] = (),
    **look: Any,
) -> str:
    """A list to choose from that stands in the address.

    Args:
        address: Of the page.
        title: What the visitor reads.
        name: Of the parameter.
        options: What there is.
        default: Where the address has none of them.
        place: Where the list goes.
        told: What an option is called.
        forget: Parameters that mean nothing after another choice.
        **look: Whatever else `st.selectbox` takes.
    """
    key = f"{name}-choice"
    hold(key, address.one_of(name, options, default))

    def take() -> None:
        address.set(**{name: st.session_state[key], **dict.fromkeys(forget, "")})

    put = place.selectbox if place is not None else st.selectbox
    return put(title, options, key=key, format_func=told, on_change=take, **look) or default


def _ours(word: str) -> str:
    """A word of the app's own, as a button has it."""
    told = _(words_for(word))
    return told[:1].upper() + told[1:]


def switch(
    address: Address,
    title: str,
    name: str,
    options: Sequence[str],
    default: str,
    place: DeltaGenerator | None = None,
    told: Callable[[str], str] = _ours,
    **look: Any,
) -> str:
    """A few words beside each other, one of which is chosen; arguments as in `choose`."""
    key = f"{name}-choice"
    hold(key, address.one_of(name, options, default))

    def take() -> None:
        address.set(**{name: st.session_state[key] or default})

    put = place.segmented_control if place is not None else st.segmented_control
    return put(title, options, key=key, format_func=told, on_change=take, **look) or default


def choose_some(
    address: Address,
    title: str,
    name: str,
    options: Sequence[str],
    default: Sequence[str],
    place: DeltaGenerator | None = None,
    told: Callable[[str], str] = words_for,
    **look: Any,
) -> list[str]:
    """A list to choose several from; arguments as in `choose`."""
    key = f"{name}-choice"
    hold(key, address.some_of(name, options, default))

    def take() -> None:
        address.set(**{name: ",".join(st.session_state[key]) or "none"})

    look.setdefault("placeholder", _("None"))
    put = place.multiselect if place is not None else st.multiselect
    return put(title, options, key=key, format_func=told, on_change=take, **look)


def slide(
    address: Address,
    title: str,
    name: str,
    allowed: range,
    default: int,
    place: DeltaGenerator | None = None,
    **look: Any,
) -> int:
    """A slider over whole numbers that stands in the address; arguments as in `choose`."""
    key = f"{name}-choice"
    value = address.whole(name, default, allowed)
    if len(allowed) < 2:
        return value
    hold(key, value)

    def take() -> None:
        address.set(**{name: str(st.session_state[key])})

    put = place.slider if place is not None else st.slider
    return put(title, allowed.start, allowed.stop - 1, key=key, on_change=take, **look)
