"""What a reviewer chose for one record, and the row of the log that it becomes."""

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
from qcmfm.review.state import Outcome

if TYPE_CHECKING:  # the run behind a prediction needs torch, which deciding does not
    from qcmfm.inference.prediction import Prediction

MAX_LABEL = 200
MAX_REASON = 10_000
_UNSEEN = re.compile(
    "[\\x00-\\x1f\\x7f-\\x9f\\u00ad\\u180e\\u200b\\u200e\\u200f\\u2028-\\u202e\\u2060-\\u206f\\ufeff\\ud800-\\udfff]"
)


@dataclass(frozen=True)
class Choice:
    """What a reviewer chose for one record.

    Args:
        record_id: The record.
        decision: One of `accept`, `correct` and `unsure` ('cannot tell from the photo').
        label: The right label, for `correct`.
        new_label: Whether the label may be one that is not known yet.
        aat_uri: The concept of a new label, as `concept_uri` reads it; empty where none is known.
        reason: In the reviewer's words; may be empty.
        evidence: What was shown; `decision.Decision` says how.
        prediction: What the model had said; None where it had said nothing.
        seen: The decision that was in force when the record was shown, empty for none; None not to
            ask whether somebody else decided meanwhile.
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
    """The labels there are, and their concepts.

    Args:
        known: Labels of the run and of the collection.
        decided: Labels that were decided on before, with their concepts.
    """

    def __init__(self, known: Collection[str], decided: Mapping[str, str]):
        self._concepts = {label: aat_uri(label) for label in known} | dict(decided)

    def spelled(self, label: str) -> str:
        """A label as it is known, however odd; another one cleaned."""
        return label if label in self._concepts else cleaned(label)

    def check(self, label: str, new: bool) -> None:
        """Make sure that a label is known, or may be new and is like no known one.

        Raises:
            ReviewError: It is not.
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
        """The concept of a label; where none is known, the given one."""
        return self._concepts.get(label, "") or aat_uri(label) or given


def cleaned(text: str) -> str:
    """A name or label as it can be seen.

    It has no line ends and no spaces before, after or twice; no letters without a width or that
    turn the direction of others, by which two that look alike could differ; accents spelled alike.
    """
    seen = _UNSEEN.sub("", unicodedata.normalize("NFC", " ".join(text.split())))
    return " ".join(seen.split())


def check_unchanged(choice: Choice, current: Outcome, reviewer: str) -> None:
    """Make sure that nobody else decided on the record since it was shown.

    Raises:
        ReviewConflict: Somebody did.
    """
    if choice.seen is None or choice.seen == current.decision_id or current.reviewer == reviewer:
        return
    if current.decision_id:
        status = msg(current.status)
        if current.label:
            status = msg("{status} ({label})", status=status, label=current.label)
        told = msg(
            "{reviewer} made the record {record_id} {status} since you opened it.",
            reviewer=current.reviewer,
            record_id=choice.record_id,
            status=status,
        )
    else:
        told = msg(
            "The decision on the record {record_id} was undone since you opened it.",
            record_id=choice.record_id,
        )
    raise ReviewConflict(told, "Look at it again, then decide.")


def decided(
    choice: Choice,
    vocabulary: Vocabulary,
    current: Outcome,
    reviewer: str,
    time: str,
    batch: str,
) -> Decision:
    """The row that a choice becomes.

    Raises:
        ReviewError: The choice cannot be.
    """
    said = choice.prediction
    model_label = said.label if said else ""
    _check(choice, model_label)
    decision = choice.decision
    label = {"accept": model_label, "unsure": ""}.get(decision, vocabulary.spelled(choice.label))
    if decision == "correct" and label and label == model_label:
        decision = "accept"
    if decision == "correct":
        vocabulary.check(label, choice.new_label)
    confidence = said.confidence if said else None
    return Decision(
        decision_id=unique_id(),
        batch_id=batch,
        record_id=choice.record_id,
        model_label=model_label,
        model_aat_uri=vocabulary.concept(model_label),
        confidence="" if confidence is None else f"{confidence:.4f}",
        model_run=said.model_run if said else "",
        model_sha256=said.model_sha256 if said else "",
        noise_setting=said.noise_setting if said else "",
        predicted_at=said.predicted_at if said else "",
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
    """Raise `ReviewError` where a choice cannot be, whatever the labels are."""
    if choice.decision not in CHOICES:
        raise ReviewError(
            msg("{decision!r} is no decision.", decision=choice.decision),
            msg("Choose from {choices}.", choices=", ".join(CHOICES)),
        )
    if not choice.record_id:
        raise ReviewError("The record has no id.", "Choose a record of the collection.")
    said = choice.prediction
    if said and said.record_id != choice.record_id:
        raise ReviewError(
            msg(
                "The prediction is of the record {said}, not {record_id}.",
                said=said.record_id,
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
