"""What a page shows, in its address: it survives a reload and a page switch, and can be shared.

Every page that can be set has one `Address`. The usual widgets are in `address_widgets`; any other
is bound to a parameter by `Address.bind`:

    address = Address("attention")
    rate = st.segmented_control("Rate", RATES, **address.bind("rate", "10%", one_of(RATES)))
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import streamlit as st

from qcmfm.ui.shell.language import PARAMETER as LANGUAGE

Value = TypeVar("Value")

_LAST_REVIEWED = "last-reviewed"


class Address:
    """The query parameters of a page.

    A page that is opened without any shows what it showed before.

    Args:
        page: Name of the page; each remembers its own parameters.
        start: Parameters of a page that was not opened before.
        follow: Parameters that take the place of the remembered ones.
    """

    def __init__(
        self,
        page: str,
        start: Mapping[str, Sequence[str]] | None = None,
        follow: Mapping[str, Sequence[str]] | None = None,
    ):
        self._memory = f"address-{page}"
        remembered = {**st.session_state.get(self._memory, start or {}), **(follow or {})}
        remembered.pop(LANGUAGE, None)
        now = parameters()
        if remembered and set(now) <= {LANGUAGE}:
            st.query_params.from_dict(remembered | now)
        self._remember()

    def get(self, name: str, default: str = "") -> str:
        """A parameter, or the default where the address has none."""
        return st.query_params.get(name, default)

    def get_all(self, name: str) -> list[str]:
        """All values of a parameter that may be repeated."""
        return st.query_params.get_all(name)

    def read(self, name: str, default: Value, parse: Callable[[str], Value | None]) -> Value:
        """A parameter as a value, or the default where the address has none that can be parsed.

        Args:
            name: Of the parameter.
            default: The value without the parameter.
            parse: Turns text into a value, or into None where it is no such value.
        """
        found = parse(self.get(name)) if name in st.query_params else None
        return default if found is None else found

    def set(self, **values: str | Sequence[str]) -> None:
        """Change parameters; an empty text or list removes one."""
        self.replace(**values)

    def replace(self, dropped: Sequence[str] = (), **values: str | Sequence[str]) -> None:
        """Change parameters and remove others.

        Args:
            dropped: Names of parameters to remove.
            **values: Values by name; an empty text or list removes the parameter.
        """
        for name, value in {**dict.fromkeys(dropped, ""), **values}.items():
            wanted = ([value] if value else []) if isinstance(value, str) else list(value)
            if wanted == self.get_all(name):
                continue  # every change is sent to the browser
            if wanted:
                st.query_params[name] = wanted
            else:
                del st.query_params[name]
        self._remember()

    def bind(
        self,
        name: str,
        default: Value,
        parse: Callable[[str], Value | None],
        write: Callable[[Any], str | Sequence[str]] = str,
        clears: Sequence[str] = (),
        explicit: bool = False,
    ) -> dict[str, Any]:
        """The key and the callback of a widget whose value is a parameter.

        Args:
            name: Of the parameter.
            default: The value without the parameter.
            parse: Turns the parameter's text into a value, or into None where it is no such value.
            write: Turns a value into the parameter's text.
            clears: Parameters that have no meaning once this one changes.
            explicit: Whether the default is written, too, because it may be another one tomorrow.
        """
        key = f"{name}-choice"
        set_widget(key, self.read(name, default, parse))

        def save() -> None:
            value = st.session_state[key]
            left_out = value is None or (value == default and not explicit)
            self.replace(clears, **{name: "" if left_out else write(value)})

        return {"key": key, "on_change": save}

    def _remember(self) -> None:
        st.session_state[self._memory] = parameters()


def parameters() -> dict[str, list[str]]:
    """All parameters of the page's address with their values."""
    return {name: st.query_params.get_all(name) for name in st.query_params}


def take_parameter(name: str) -> str:
    """Read a parameter that acts once, and remove it; empty where the address has none."""
    return st.query_params.pop(name, "")


def set_widget(key: str, value: Any) -> None:
    """Have a widget show a value.

    Only where it shows another one: to set what is there already would undo the key that somebody
    presses while the page is drawn.
    """
    if key not in st.session_state or st.session_state[key] != value:
        st.session_state[key] = value


def one_of(
    options: Sequence[Value], *spellings: Callable[[Value], str]
) -> Callable[[str], Value | None]:
    """Parses a parameter that names one of some options.

    Args:
        options: What there is.
        *spellings: How an address may write an option; as itself where there are none.
    """
    ways = spellings or (str,)
    return lambda text: next(
        (option for way in ways for option in options if way(option) == text), None
    )


def some_of(options: Sequence[str]) -> Callable[[str], list[str] | None]:
    """Parses a parameter that names several options, joined by commas."""
    return lambda text: [option for option in options if option in text.split(",")]


def whole_number(allowed: range) -> Callable[[str], int | None]:
    """Parses a whole number; one outside the range becomes the nearest inside."""

    def parse(text: str) -> int | None:
        if not (text.isascii() and text.isdecimal() and len(text) < 7):
            return None
        return min(max(int(text), allowed.start), allowed.stop - 1)

    return parse


def numbers(below: int) -> Callable[[str], list[int] | None]:
    """Parses a list of different whole numbers from 0 to less than `below`, such as `1.4.5`."""

    def parse(text: str) -> list[int] | None:
        parts = dict.fromkeys(text.split("."))
        found = [int(part) for part in parts if part.isascii() and part.isdigit()]
        return [number for number in found if number < below] or None

    return parse


def last_reviewed() -> dict[str, str]:
    """The collection and the model that this visitor reviewed last, as far as there are any."""
    return dict(st.session_state.get(_LAST_REVIEWED, {}))


def note_reviewed(**values: str) -> None:
    """Note the collection or the model that is reviewed, for the pages that begin with it."""
    found = {name: value for name, value in values.items() if value}
    st.session_state[_LAST_REVIEWED] = last_reviewed() | found
