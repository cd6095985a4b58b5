"""Long work on a page: how far it is, and the buttons to stop it or take it up again."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from qcmfm import jobs, service
from qcmfm.access import Permission
from qcmfm.service.jobs import KINDS
from qcmfm.ui.shared.errors import error_boundary
from qcmfm.ui.shared.formatting import plain
from qcmfm.ui.shared.progress import progress_text
from qcmfm.ui.shell.language import N_, _
from qcmfm.ui.shell.sign_in import permission_options

EVERY = 1.0
"""Seconds after which a page looks again how far a job is."""
_ENDED = {
    "cancelled": N_("This was stopped. What it had done so far is kept."),
    "interrupted": N_("This was interrupted, perhaps because the computer was switched off."),
}


def latest_job(kind: str, **arguments: str) -> jobs.Job | None:
    """The last job of a kind with these arguments; None where there is none."""
    return next(
        (
            job
            for job in service.list_jobs(kind)
            if all(job.arguments.get(name) == value for name, value in arguments.items())
        ),
        None,
    )


def show_job(job: jobs.Job) -> bool:
    """Show how far a job is, or why it ended; says whether it is running.

    The page is drawn again when it ends.
    """
    if job.state == "running":
        _watch(job.job_id)
        return True
    if job.state in _ENDED:
        st.warning(_(_ENDED[job.state]), icon=":material/pause_circle:")
    elif job.state == "failed":
        st.error(f"{plain(_(job.message))}  \n{plain(_(job.hint))}", icon=":material/error:")
    if job.state in ("cancelled", "interrupted", "failed"):
        needs = KINDS.get(job.kind, Permission.MANAGE)
        with st.container(horizontal=True):
            st.button(
                _("Go on") if job.state != "failed" else _("Try again"),
                key=f"resume-{job.job_id}", on_click=_bounded(service.resume_job),
                args=(job.job_id,), **permission_options(needs),
            )  # fmt: skip
            st.button(
                _("Forget it"), key=f"forget-{job.job_id}", type="tertiary",
                on_click=_bounded(service.forget_job), args=(job.job_id,),
                **permission_options(needs),
            )  # fmt: skip
    return False


def start_job(kind: str, arguments: Mapping[str, Any]) -> None:
    """Begin a job; for a button's `on_click`."""
    _bounded(service.start_job)(kind, arguments)


@st.fragment(run_every=EVERY)
def _watch(job_id: str) -> None:
    with error_boundary():
        job = service.find_job(job_id)
        if job.state != "running":
            st.rerun()
        step = job.progress
        share = step.done / max(step.total, 1) if step else 0.0
        st.progress(min(share, 1.0), progress_text(step) if step else _("Starting …"))
        left, right = st.columns([4, 1], vertical_alignment="center")
        left.caption(_("You can leave this page; the work goes on."))
        right.button(
            _("Stop"), key=f"stop-{job_id}", on_click=_bounded(service.cancel_job), args=(job_id,),
            **permission_options(KINDS.get(job.kind, Permission.MANAGE)),
        )  # fmt: skip


def _bounded(act: Any) -> Any:
    """An action of a button whose error is shown with the next drawing of the page."""

    def guarded(*args: Any) -> None:
        with error_boundary():
            act(*args)

    return guarded
