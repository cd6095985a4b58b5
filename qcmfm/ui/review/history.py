"""What others do and did with a record: who has it open, opinions, and its history."""

import streamlit as st

from qcmfm import service
from qcmfm.access import Permission
from qcmfm.review.decision import unique_id
from qcmfm.review.presence import Presence
from qcmfm.ui.review.decisions import (
    ShownRecord,
    restore,
)
from qcmfm.ui.shared.errors import error_boundary
from qcmfm.ui.shared.formatting import plain, words_for
from qcmfm.ui.shell.language import _
from qcmfm.ui.shell.sign_in import permission_options


def show_history(shown: ShownRecord) -> None:
    """Who has the record open, what others decided, and all that was ever decided on it."""
    record_id, state = shown.record_id, shown.session.review.refresh()
    _show_claims(shown.session.review, record_id, shown.reviewer)
    for name, opinion in state.opinions(record_id).items():
        if name != shown.reviewer:
            label = f": {plain(words_for(opinion.label))}" if opinion.label else ""
            st.markdown(
                _(":material/person: {name} said {status}{label}").format(
                    name=plain(name), status=_(opinion.status), label=label
                )
            )
    history = state.history(record_id)
    if not history:
        return
    with st.popover(_("History ({n})").format(n=len(history)), icon=":material/history:"):
        _history_row(shown, _("Before anybody decided: open"), "")
        for row in history:
            label = f" {plain(words_for(row.reviewed_label))}" if row.reviewed_label else ""
            reason = f" ({plain(row.reason)})" if row.reason else ""
            when = plain(row.reviewed_at[:16].replace("T", " "))
            text = f"{when} {plain(row.reviewer)}: {_(row.decision)}{label}{reason}"
            _history_row(shown, text, row.decision_id)


def _history_row(shown: ShownRecord, text: str, decision_id: str) -> None:
    left, right = st.columns([3, 1], vertical_alignment="center")
    left.markdown(text)
    right.button(
        _("Restore"), key=f"restore-{decision_id or shown.record_id}",
        on_click=restore, args=(shown, decision_id), **permission_options(Permission.DECIDE),
    )  # fmt: skip


@st.fragment(run_every=60)
def _show_claims(review: service.OpenReview, record_id: str, reviewer: str) -> None:
    """Say who else has the record open, and renew the visitor's own presence."""
    page = st.session_state.setdefault("page-id", unique_id())
    others: list[Presence] = []
    with error_boundary():
        others = review.mark_present(record_id, reviewer, page)
    if others:
        names = _(" and ").join(sorted({plain(other.reviewer) for other in others}))
        st.warning(
            _("{names} has this record open too.").format(names=names), icon=":material/group:"
        )
