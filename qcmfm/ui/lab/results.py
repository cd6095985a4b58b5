"""The figures of the Circuit page, the Noise lab and the lesson: computed once."""

from collections.abc import Callable, Hashable
from typing import Any

import streamlit as st

from qcmfm.core.progress import Progress, Result, Work, finish
from qcmfm.ui.shared.progress import progress_text
from qcmfm.ui.shared.result_cache import ResultCache


@st.cache_resource(show_spinner=False)
def result_cache() -> ResultCache:
    """Small results: figures, a record's states."""
    return ResultCache(600)


def compute_once(key: Hashable, work: Callable[[], Work[Result]], bar: Any) -> Result:
    """A result of long work, with progress in `bar`; computed at the first call.

    Another click ends the work at its next step, and it then starts again.
    """

    def show(event: Progress) -> None:
        bar.progress(event.done / max(event.total, 1), progress_text(event))

    return result_cache().get(key, lambda: finish(work(), show))
