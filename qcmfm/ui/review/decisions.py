"""What the keys of the review pages do: callbacks, which end before the page is drawn again."""

import contextlib
import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import streamlit as st

from qcmfm import service
from qcmfm.core.errors import QcmfmError
from qcmfm.observability import logs
from qcmfm.review.choice import Choice
from qcmfm.review.state import RecordState
from qcmfm.ui.review.queue_address import QueueAddress
from qcmfm.ui.shared.errors import bug_message
from qcmfm.ui.shared.formatting import plain, words_for
from qcmfm.ui.shell.language import N_, _, ngettext

log = logging.getLogger(__name__)

_SAVED = {
    "accept": N_("Saved: {what} accepted."),
    "correct": N_("Saved: {what} corrected."),
    "unsure": N_("Saved: {what} left as unsure."),
}
_SAVED_AS = {
    "accept": N_("Saved: {what} accepted as {label}."),
    "correct": N_("Saved: {what} corrected to {label}."),
}


@dataclass(frozen=True)
class ShownRecord:
    """A record as a reviewer has it before them.

    Args:
        session: The review that it belongs to.
        address: The address of the page.
        reviewer: Who looks at it.
        record_id: The record.
        seen: The decision that is in force on it; empty for none.
    """

    session: service.OpenReviewSession
    address: QueueAddress
    reviewer: str
    record_id: str
    seen: str


def decide(shown: ShownRecord, decision: str, label: str = "", new: bool = False) -> None:
    """Save a decision on the record, then go on to the next one of the queue."""
    session, record_id = shown.session, shown.record_id
    current = session.review.refresh().of(record_id)
    if current.decision_id != shown.seen and current.reviewer == shown.reviewer:
        return  # the key was pressed twice before the next record was there
    if _says_the_same(shown, current, decision):
        go(shown)  # the page was drawn again between two presses of the key
        return
    with _messages_for_errors():
        following = _following(shown)
        choice = Choice(
            record_id,
            decision,
            label,
            new_label=new,
            aat_uri=_typed("aat", record_id) if new else "",
            reason=_typed("reason", record_id),
            evidence=st.session_state.pop(f"evidence-{record_id}", {}),
            prediction=session.predictions.get(record_id),
            seen=shown.seen,
        )
        (row,) = session.review.decide([choice], shown.reviewer, session.labels())
        _set_message(_saved_text(plain(record_id), row.decision, row.reviewed_label))
        _leave(shown, following)


def _says_the_same(shown: ShownRecord, current: RecordState, decision: str) -> bool:
    """Whether somebody accepts what they accepted already, without a new reason."""
    suggestion = shown.session.predictions.get(shown.record_id)
    return (
        decision == "accept"
        and suggestion is not None
        and (current.status, current.label) == ("accepted", suggestion.label)
        and current.reviewer == shown.reviewer
        and not _typed("reason", shown.record_id)
    )


def choose_other(shown: ShownRecord) -> None:
    """Take the label that was chosen from the list of all."""
    label = st.session_state[f"other-{shown.record_id}"]
    if label:
        decide(shown, "correct", label)


def add_label(shown: ShownRecord) -> None:
    """Take a label that was typed because no list has it."""
    decide(shown, "correct", _typed("new", shown.record_id), new=True)


def go(shown: ShownRecord, back: bool = False) -> None:
    """Show the next record, or the one before, without deciding."""
    trail = _trail()
    if back and trail:
        shown.address.set(record=trail.pop())
        return
    with _messages_for_errors():
        following = _following(shown, back)
        if not following:
            _set_message(_("There is no other record in this queue."))
        elif back:
            shown.address.set(record=following)
        else:
            _leave(shown, following)


def undo(session: service.OpenReviewSession, address: QueueAddress | None, reviewer: str) -> None:
    """Take back the reviewer's last step and, on the page of single records, show it again."""
    with _messages_for_errors():
        undone = session.review.undo(reviewer)
        records = _records(len(undone)) if len(undone) > 1 else plain(undone[0].record_id)
        _set_message(_("Undone: the last decision on {records}.").format(records=records))
        if address is not None:
            address.set(record=undone[-1].record_id)


def restore(shown: ShownRecord, decision_id: str) -> None:
    """Make the record again what it was after one of its decisions."""
    with _messages_for_errors():
        shown.session.review.restore(shown.record_id, shown.reviewer, decision_id)
        _set_message(
            _("Saved: {record_id} is again what it was then.").format(
                record_id=plain(shown.record_id)
            )
        )


def decide_many(
    session: service.OpenReviewSession,
    reviewer: str,
    seen: dict[str, str],
    decision: str,
    label: str = "",
) -> None:
    """Save one decision on many records as a batch, which one undo takes back.

    Args:
        session: The review that they belong to.
        reviewer: Who decides.
        seen: The records, each with the decision that was in force when the page was drawn.
        decision: `accept` or `correct`.
        label: For `correct`; one that the collection does not have yet is added.
    """
    with _messages_for_errors():
        choices = [
            Choice(
                record_id, decision, label, new_label=label not in session.labels(),
                reason=str(st.session_state.get("bulk-reason", "")),
                prediction=session.predictions.get(record_id), seen=before,
            )
            for record_id, before in seen.items()
        ]  # fmt: skip
        rows = session.review.decide(choices, reviewer, session.labels())
        _set_message(_saved_text(_records(len(rows)), decision, label))


def save_with_message(save: Callable[[], str]) -> None:
    """Save what a button of another page is for, and report it on the next drawing.

    Args:
        save: Saves, and returns a sentence that says so.
    """
    with _messages_for_errors():
        _set_message(save())


def show_message() -> None:
    """What became of the last key, once.

    The container is always there: what is below it would otherwise move up when the text goes,
    and Streamlit closes a popover that moves.
    """
    kind, text = st.session_state.pop("told", ("", ""))
    with st.container():
        if kind == "error":
            st.error(text, icon=":material/error:")
        elif text:
            st.caption(f":material/check: {text}")


def _following(shown: ShownRecord, back: bool = False) -> str:
    order = shown.address.order
    queue = shown.session.queue(shown.address.filters, order)
    return shown.session.next_after(shown.record_id, queue, order, back)


def _leave(shown: ShownRecord, following: str) -> None:
    _trail().append(shown.record_id)
    shown.address.set(record=following)


def _trail() -> list[str]:
    """The records shown before, for the way back to them."""
    return st.session_state.setdefault("trail", [])


def _typed(what: str, record_id: str) -> str:
    return str(st.session_state.get(f"{what}-{record_id}", "")).strip()


def _saved_text(what: str, decision: str, label: str) -> str:
    sentence = (_SAVED_AS if label else _SAVED)[decision]
    return _(sentence).format(what=what, label=plain(words_for(label)))


def _records(n: int) -> str:
    return ngettext("{n:,} record", "{n:,} records", n).format(n=n)


def _set_message(text: str, kind: str = "done") -> None:
    st.session_state["told"] = (kind, text)


@contextlib.contextmanager
def _messages_for_errors() -> Iterator[None]:
    """Save an error for the page to show; a callback cannot draw in the right place."""
    try:
        yield
    except QcmfmError as error:
        why = f"{plain(_(error.message))}  \n{plain(_(error.hint))}"
        _set_message(_("Not saved. {why}").format(why=why), "error")
    except OSError:
        log.exception("A decision could not be saved")
        _set_message(
            _("Not saved: the server cannot write to its disk. Ask whoever runs it."), "error"
        )
    except Exception:
        _set_message(bug_message(logs.unexpected(log, "A key of the review failed")), "error")
