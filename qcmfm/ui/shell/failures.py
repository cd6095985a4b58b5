"""What is told of an error that is a bug: a sentence with the number that the log has it under."""

import streamlit as st

from qcmfm.ui.shell.language import _


def failure(number: str) -> str:
    """What a user is told of it."""
    return _(
        "Something went wrong here, and it is not your fault. Nothing that was saved is lost. "
        "The server's log says what, under error {number}."
    ).format(number=number)


def show_failure(number: str) -> None:
    """Tell it on the page."""
    st.error(failure(number), icon=":material/error:")
