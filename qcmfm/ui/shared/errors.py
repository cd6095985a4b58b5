"""How a page shows an error: what is wrong and what to do about it, or the number of a bug."""

import contextlib
import logging
from collections.abc import Iterator

import streamlit as st

from qcmfm.core.errors import QcmfmError
from qcmfm.observability import logs, metrics
from qcmfm.ui.shared.formatting import plain
from qcmfm.ui.shell.language import _

log = logging.getLogger(__name__)


@contextlib.contextmanager
def error_boundary() -> Iterator[None]:
    """Show an error inside the block as a sentence; what is a bug goes to the log in full."""
    try:
        yield
    except QcmfmError as error:
        metrics.record_error("told")
        show_error(error)
    except OSError as error:
        log.exception("A page could not read or write a file")
        st.error(
            _(
                "A file could not be read or written ({strerror}). Ask whoever runs this "
                "server to check its disk."
            ).format(strerror=plain(error.strerror or _("no reason given"))),
            icon=":material/error:",
        )
    except Exception:
        show_bug(logs.unexpected(log, "A page failed"))


def show_error(error: QcmfmError) -> None:
    """What is wrong and what to do about it."""
    st.error(f"{plain(_(error.message))}  \n{plain(_(error.hint))}", icon=":material/error:")


def bug_message(number: str) -> str:
    """What a user reads about a bug, with the number that the log has it under."""
    return _(
        "Something went wrong here, and it is not your fault. Nothing that was saved is lost. "
        "The server's log says what, under error {number}."
    ).format(number=number)


def show_bug(number: str) -> None:
    """Show the message about a bug on the page."""
    st.error(bug_message(number), icon=":material/error:")
