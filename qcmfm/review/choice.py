"""A reviewer's choice for a record, and its conversion to a row of the review log."""

import difflib
import json
import re
import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from qcmfm.core.errors import ReviewConflict, ReviewError
from qcmfm.core.messages import msg
from qcmfm.records.vocabulary import aat_uri, concept_uri
from qcmfm.review.decision import CHOICES, Decision, unique_id
from qcmfm.review.state import RecordState

if TYPE_CHECKING:  # Predictions import torch, which is slow to load and not needed here.
    from qcmfm.inference.prediction import Prediction

MAX_LABEL = 200
MAX_REASON = 10_000
_UNSEEN = re.compile(
    "[\\x00-\\x1f\\x7f-\\x9f\\u00ad\\u180e\\u200b\\u200e\\u200f\\u2028-\\u202e\\u2060-\\u206f\\ufeff\\ud800-\\udfff]"
)


@dataclass(frozen=True)
class Choice:
    """A reviewer's choice for one record.

    Args:
        record_id: Id of the record.
        decision: One of `accept`, `correct` and `unsure` ('cannot tell from the photo').
        label: Right label, for `correct`.
        new_label: Whether the label may be one that does not exist yet.
        aat_uri: AAT concept of a new label, as `concept_uri` reads it; empty if unknown.
        reason: Reason in the reviewer's words; may be empty.
        evidence: Evidence that was shown, in the form that `decision.Decision` describes.
        prediction: Prediction that was shown; None if there was none.
        seen: Id of the decision in force when the record was shown, empty for none; None skips the
            check for a decision that somebody else made meanwhile.
    """

    record_id: str
    decision: str
    label: str = ""
    new_label: bool = False
    aat_uri: str = ""
    reason: str = ""
    evidence: Mapping[str, Any] = field(default_factory=dict)
    prediction: "Prediction | None" = None
    seen: str | None = None


class Vocabulary:
    """The existing labels and their AAT concepts.

    Args:
        known: Labels of the run and of the collection.
        reviewed: Concepts of the labels that reviewers chose before, by label.
    """

    def __init__(self, known: Collection[str], reviewed: Mapping[str, str]):
        self._concepts = {label: aat_uri(label) for label in known} | dict(reviewed)

    def spelled(self, label: str) -> str:
        """An existing label unchanged; any other one cleaned."""
        return label if label in self._concepts else cleaned(label)

    def check(self, label: str, new: bool) -> None:
        """Check that a label exists, or that it may be new and differs from all in more than case.

        Args:
            label: The label, cleaned.
            new: Whether it may be a new one.

        Raises:
            ReviewError: The label is empty, unknown, too long, or an existing one in another case.
        """
        if not label:
            raise ReviewError("No label was given.", "Choose the right label.")
        if label in self._concepts:
            return
        alike = next((old for old in self._concepts if old.casefold() == label.casefold()), "")
        if alike:
            raise ReviewError(
                msg("There is no label {label!r}.", label=label),
                msg("It is written {alike!r}.", alike=alike),
            )
        if not new:
            close = difflib.get_close_matches(label, self._concepts, n=3)
            hint = msg("Add it as a new label.")
            if close:
                meant = " / ".join(close)
                hint = msg("Did you mean {meant}? If not, add it as a new label.", meant=meant)
            raise ReviewError(
                msg("There is no label {label!r}.", label=label[:80]),
                hint,
            )
        if len(label) > MAX_LABEL:
            raise ReviewError(
                "The label is too long.",
                msg("Use up to {max_label} characters.", max_label=MAX_LABEL),
            )

    def concept(self, label: str, given: str = "") -> str:
        """The AAT concept of a label; `given` if none is known."""
        return self._concepts.get(label, "") or aat_uri(label) or given


def cleaned(text: str) -> str:
    """Normalise a name or label, so that two that look the same are the same.

    Collapses white space, removes control, zero-width and text-direction characters, and composes
    accents (NFC).
    """
    seen = _UNSEEN.sub("", unicodedata.normalize("NFC", " ".join(text.split())))
    return " ".join(seen.split())


def check_unchanged(choice: Choice, current: RecordState, reviewer: str) -> None:
    """Check that nobody else decided on the record since it was shown.

    Raises:
        ReviewConflict: Somebody else decided on it, or undid the decision.
    """
    if choice.seen is None or choice.seen == current.decision_id or current.reviewer == reviewer:
        return
    if current.decision_id:
        status = msg(current.status)
        if current.label:
            status = msg("{status} ({label})", status=status, label=current.label)
        message = msg(
            "{reviewer} made the record {record_id} {status} since you opened it.",
            reviewer=current.reviewer,
            record_id=choice.record_id,
            status=status,
        )
    else:
        message = msg(
            "The decision on the record {record_id} was undone since you opened it.",
            record_id=choice.record_id,
        )
    raise ReviewConflict(message, "Look at it again, then decide.")


def decision_row(
    choice: Choice,
    vocabulary: Vocabulary,
    current: RecordState,
    reviewer: str,
    time: str,
    batch: str,
) -> Decision:
    """Convert a choice to a row of the review log.

    Args:
        choice: The reviewer's choice.
        vocabulary: Existing labels.
        current: State of the record before the decision.
        reviewer: Name of the reviewer.
        time: Time of the decision, UTC, ISO 8601.
        batch: Id that the decisions made at once share; empty for a single one.

    Raises:
        ReviewError: The choice is invalid.
    """
    prediction = choice.prediction
    model_label = prediction.label if prediction else ""
    _check(choice, model_label)
    decision = choice.decision
    label = {"accept": model_label, "unsure": ""}.get(decision, vocabulary.spelled(choice.label))
    if decision == "correct" and label and label == model_label:
        decision = "accept"
    if decision == "correct":
        vocabulary.check(label, choice.new_label)
    confidence = prediction.confidence if prediction else None
    return Decision(
        decision_id=unique_id(),
        batch_id=batch,
        record_id=choice.record_id,
        model_label=model_label,
        model_aat_uri=vocabulary.concept(model_label),
        confidence="" if confidence is None else f"{confidence:.4f}",
        model_run=prediction.model_run if prediction else "",
        model_sha256=prediction.model_sha256 if prediction else "",
        noise_setting=prediction.noise_setting if prediction else "",
        predicted_at=prediction.predicted_at if prediction else "",
        reviewer=reviewer,
        reviewed_at=time,
        decision=decision,
        reviewed_label=label,
        reviewed_aat_uri=vocabulary.concept(label, concept_uri(choice.aat_uri)) if label else "",
        reason=choice.reason.encode("utf-8", "replace").decode().strip(),
        evidence=json.dumps(choice.evidence, ensure_ascii=False) if choice.evidence else "",
        supersedes=current.decision_id,
    )


def _check(choice: Choice, model_label: str) -> None:
    """Raise `ReviewError` if a choice is invalid regardless of the vocabulary."""
    if choice.decision not in CHOICES:
        raise ReviewError(
            msg("{decision!r} is no decision.", decision=choice.decision),
            msg("Choose from {choices}.", choices=", ".join(CHOICES)),
        )
    if not choice.record_id:
        raise ReviewError("The record has no id.", "Choose a record of the collection.")
    prediction = choice.prediction
    if prediction and prediction.record_id != choice.record_id:
        raise ReviewError(
            msg(
                "The prediction is of the record {said}, not {record_id}.",
                said=prediction.record_id,
                record_id=choice.record_id,
            ),
            "Reload the page.",
        )
    if choice.decision == "accept" and not model_label:
        raise ReviewError(
            msg(
                "The record {record_id} has no predicted label to accept.",
                record_id=choice.record_id,
            ),
            "Choose a label, or label the collection first.",
        )
    if len(choice.reason) > MAX_REASON:
        raise ReviewError(
            "The reason is too long.",
            msg("Use up to {max_reason:,} characters.", max_reason=MAX_REASON),
        )
    if choice.aat_uri and not concept_uri(choice.aat_uri):
        raise ReviewError(
            msg("{aat_uri!r} is no concept of the AAT.", aat_uri=choice.aat_uri[:80]),
            "It looks like http://vocab.getty.edu/aat/300011021; leave it empty where unknown.",
        )
