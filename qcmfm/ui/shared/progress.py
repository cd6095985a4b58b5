"""How far long work is, as a bar."""

import streamlit as st

from qcmfm.core.progress import Progress, Result, Work, finish
from qcmfm.ui.shared.formatting import plain
from qcmfm.ui.shell.language import _


def run_with_progress(work: Work[Result]) -> Result:
    """Do long work under a progress bar; leaving the page stops it."""
    bar = st.progress(0.0, _("Starting …"))

    def show(event: Progress) -> None:
        bar.progress(event.done / max(event.total, 1), progress_text(event))

    return finish(work, show)


def progress_text(event: Progress) -> str:
    """How far some work is, as Markdown; its note may name a file or an address."""
    return _("{stage}: {done:,} of {total:,}. {note}").format(
        stage=plain(_(event.stage)), done=event.done, total=event.total, note=plain(event.note)
    )
