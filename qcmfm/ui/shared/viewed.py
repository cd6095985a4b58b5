"""Widgets whose values stand in the page's address, so that a view survives and can be shared."""

from collections.abc import Callable
from typing import Any, TypeVar

import streamlit as st

Value = TypeVar("Value")


def kept(
    name: str,
    default: Value,
    read: Callable[[str], Value | None],
    write: Callable[[Any], str] = str,
    clears: tuple[str, ...] = (),
) -> dict[str, Any]:
    """Key and callback of a widget whose value is a parameter of the address.

    Args:
        name: Of the parameter.
        default: The value that needs no parameter.
        read: Turns the parameter's text into a value; None where it is no such thing.
        write: Turns the value into text.
        clears: Parameters that have no meaning any more once this one changes.
    """
    key = f"at-{name}"
    given = read(st.query_params[name]) if name in st.query_params else None
    st.session_state[key] = default if given is None else given

    def changed() -> None:
        value: Any = st.session_state[key]
        gone = [*clears, *([name] if value == default or value is None else [])]
        for parameter in gone:
            st.query_params.pop(parameter, None)
        if name not in gone:
            st.query_params[name] = write(value)

    return {"key": key, "on_change": changed}


def one_of(options: list[Value], write: Callable[[Value], str] = str) -> Callable[[str], Any]:
    """Reads a parameter that names one of some options."""
    return lambda text: next((option for option in options if write(option) == text), None)


def numbers(below: int) -> Callable[[str], list[int] | None]:
    """Reads a list of different whole numbers from 0 to less than `below`, such as `1.4.5`."""

    def read(text: str) -> list[int] | None:
        parts = dict.fromkeys(text.split("."))
        found = [int(part) for part in parts if part.isascii() and part.isdigit()]
        return [number for number in found if number < below] or None

    return read
