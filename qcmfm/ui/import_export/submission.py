"""One photo and caption on the Classify page."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from qcmfm import service
from qcmfm.core.errors import ReviewError
from qcmfm.core.settings import DEFAULT_RUN
from qcmfm.ui.shared.errors import error_boundary
from qcmfm.ui.shared.formatting import plain, words_for
from qcmfm.ui.shared.photo_evidence import show_suggestion
from qcmfm.ui.shared.resources import label_submission
from qcmfm.ui.shell.language import _, ngettext

MAX_PHOTOS = 50


@dataclass(frozen=True)
class LabelledSubmission:
    """A submission on the page.

    Args:
        submission: The photo and the caption.
        answer: What the model says of it.
        label: What the visitor says it is; empty where they leave that open.
    """

    submission: service.Submission
    answer: service.Labelled
    label: str


def choose_run() -> str:
    """Let the visitor choose a model; stops the page where there is none."""
    runs = list(service.run_folders())
    if not runs:
        st.info(_("No model is here yet. Train one: `python -m qcmfm train --help`."))
        st.stop()
    if len(runs) == 1:
        return runs[0]
    first = runs.index(DEFAULT_RUN) if DEFAULT_RUN in runs else 0
    return st.selectbox(
        _("Model"), runs, first, key="run", persist_state="session",
        format_func=words_for, width=260,
    )  # fmt: skip


def upload_photos() -> list[Any]:
    """Let the visitor upload photos; the first `MAX_PHOTOS` of them."""
    files = st.file_uploader(_("Photos"), accept_multiple_files=True)
    if len(files) > MAX_PHOTOS:
        st.info(
            _("The first {most} photos are shown. For more, use `python -m qcmfm predict`.").format(
                most=MAX_PHOTOS
            )
        )
    return list(files[:MAX_PHOTOS])


def show_submission(run: str, file: Any | None, several: bool) -> LabelledSubmission | None:
    """Draw one submission and ask what it is; None where it cannot be labelled.

    Args:
        run: Name of the run to ask.
        file: The uploaded file, or None for a caption alone.
        several: Whether there are other photos on the page.
    """
    key = file.file_id if file else "caption-only"
    title = (
        _("Caption of {name}").format(name=plain(file.name)) if file and several else _("Caption")
    )
    left, right = st.columns([2, 3], gap="medium") if file else (st.empty(), st.container())
    caption = right.text_area(
        title,
        key=f"caption-{key}",
        height=90,
        placeholder=_("For example: Bowl with a lotus. Dynasty 18, from Thebes."),
    )
    if file is None and not caption.strip():
        right.caption(_("A photo, a caption, or both: the model takes what there is."))
        return None
    submission = service.Submission(
        file.getvalue() if file else b"", caption, file.name if file else ""
    )
    with right, error_boundary():
        answer = label_submission(run, submission)
        show_suggestion(left, right, submission, answer, key)
        labels = [found[0] for found in answer.prediction.ranked]
        label = st.selectbox(
            _("What is it?"), labels, index=None, key=f"label-{key}", format_func=words_for,
            placeholder=_("Leave it open, or choose the right label"),
        )  # fmt: skip
        return LabelledSubmission(submission, answer, label or "")
    return None


def save(name: str, items: Sequence[LabelledSubmission], who: str) -> str:
    """Save submissions as records, and the labels that the visitor chose as decisions.

    Args:
        name: Of the collection.
        items: What is on the page.
        who: The visitor's name; needed where they decided anything.

    Returns:
        A sentence that says what was saved.

    Raises:
        QcmfmError: The collection cannot be written to, or nobody knows who decided.
    """
    decided = [item for item in items if item.label]
    if decided and not who:
        raise ReviewError("Nobody knows yet who you are.", "Write your name, then save again.")
    ids = [service.save_submission(name, item.submission) for item in items]
    decisions = {
        item.submission.record_id: (item.answer.prediction, item.label) for item in decided
    }
    service.decide_on_submissions(name, list(decisions.values()), who)
    records = ngettext("{n:,} record", "{n:,} records", len(ids)).format(n=len(ids))
    labels = ngettext("{n:,} decision", "{n:,} decisions", len(decided)).format(n=len(decided))
    sentence = (
        _("{records} kept in {name}, with {labels}.") if decided else _("{records} kept in {name}.")
    )
    return sentence.format(records=records, name=plain(name.strip()), labels=labels)
