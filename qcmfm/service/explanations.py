"""Evidence for a record's label, as numbers, lines of text and Web Annotations."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from qcmfm.access import Permission, actor, requires
from qcmfm.core.errors import RecordsError
from qcmfm.core.messages import msg
from qcmfm.core.progress import Progress, Work
from qcmfm.encoders.fair_queue import ENCODERS
from qcmfm.explanation import Explanation, attended_box, caption_heat, encode_record, explain
from qcmfm.exports.web_annotations import attention_page
from qcmfm.records import Collection, Record
from qcmfm.runs.calibration import ERROR_RATE
from qcmfm.service.labelling import Labeller, Submission


@requires(Permission.LOOK)
def explain_submission(
    labeller: Labeller, submission: Submission, error_rate: float = ERROR_RATE
) -> Explanation:
    """Gather the evidence for the label of a photo and a caption.

    Raises:
        PhotoError: The photo cannot be read.
        RecordsError: There is neither a photo nor a caption with a word.
    """
    encoders = labeller.cache.encoders
    with ENCODERS.slot(actor().session):
        subject = encode_record(encoders, submission.photo, submission.caption, submission.name)
        return explain(labeller.run, encoders, subject, error_rate)


@requires(Permission.LOOK)
def find_record(collection: Collection, record_id: str) -> Record:
    """The record of a collection with this id.

    Raises:
        RecordsError: There is no such record.
    """
    found = next((r for r in collection.records if r.record_id == record_id), None)
    if found is None:
        some = ", ".join(record.record_id for record in collection.records[:3])
        raise RecordsError(
            msg("There is no record {record_id!r}.", record_id=record_id[:80]),
            msg("There are: {some}, …", some=some),
        )
    return found


@dataclass(frozen=True)
class ExplanationComparison:
    """The evidence of one of several models.

    Args:
        run: Name of the run.
        model: Name of its fusion model.
        evidence: Evidence for the label that it predicts.
    """

    run: str
    model: str
    evidence: Explanation


@requires(Permission.LOOK)
def compare_explanations(
    labellers: Sequence[Labeller], submission: Submission, error_rate: float = ERROR_RATE
) -> Work[list[ExplanationComparison]]:
    """Gather the evidence of several models for one record."""
    found: list[ExplanationComparison] = []
    for number, labeller in enumerate(labellers, start=1):
        evidence = explain_submission(labeller, submission, error_rate)
        found.append(ExplanationComparison(labeller.run.name, labeller.run.model.name(), evidence))
        yield Progress("Asking the models", number, len(labellers))
    return found


@requires(Permission.LOOK)
def attention_annotation(
    evidence: Explanation, source: str, words: Sequence[int], head: int | None = None
) -> bytes:
    """The most attended regions of some words, as a Web Annotation of the photo.

    Args:
        evidence: Evidence with attention maps.
        source: URL or file name of the photo.
        words: Indices of the words in the caption.
        head: Index of a head; by default the average of all.
    """
    assert evidence.attention is not None
    boxes = [
        attended_box(
            caption_heat(evidence.attention, [word], evidence.grid, head),
            evidence.caption[slice(*evidence.spans[word])],
        )
        for word in words
    ]
    page = attention_page(source, evidence.label, boxes)
    return (json.dumps(page, indent=1, ensure_ascii=False) + "\n").encode("utf-8", "replace")


@requires(Permission.LOOK)
def explanation_lines(evidence: Explanation) -> list[str]:
    """The evidence as lines of text."""
    content = evidence.to_json()
    lines = [f"{label:24} {p:.3f}" for label, p in list(evidence.probabilities.items())[:3]]
    if content["attended"]:
        lines.append(f"The model attended most to the {content['attended']['place']} of the photo.")
    if evidence.occlusion:
        hidden = evidence.occlusion
        lines.append(
            f"With the attended {hidden.hidden.mean():.0%} of the photo hidden, "
            f"{evidence.label} has {hidden.attended:.3f}; with as much hidden elsewhere, "
            f"{sum(hidden.elsewhere) / max(len(hidden.elsewhere), 1):.3f}. "
            f"Faithfulness {hidden.faithfulness:+.3f}."
        )
    parts = evidence.shares
    kind = "parts of the readout" if parts.exact else "found by ablation"
    lines.append(
        f"Photo {parts.image:+.3f}, caption {parts.text:+.3f}, both together "
        f"{parts.interaction:+.3f}, constant {parts.constant:+.3f} ({kind})"
    )
    for what, alone in (("caption", parts.without_caption), ("photo", parts.without_photo)):
        if alone:
            lines.append(f"Without the {what}: {alone.label} {alone.probability:.3f}")
    mattered = sorted(evidence.words, key=lambda found: -abs(found.change))[:5]
    lines += [f"Without {found.word!r}: {-found.change:+.3f}" for found in mattered]
    lines += [
        f"Feature {one.number}: photo trusted {one.image_trust:.2f}, caption "
        f"{one.text_trust:.2f}, both {one.trust_together:.2f}; it says yes with {one.fused:.2f}, "
        f"which gives {one.change:+.3f}"
        for one in evidence.features[:5]
    ]
    if evidence.trust:
        trust = evidence.trust
        lines.append(
            f"At an error rate of {trust.error_rate:g}: {', '.join(trust.labels) or 'no label'}"
        )
        scope = "in scope" if trust.unusualness <= 1 else "out of scope"
        lines.append(f"Unusualness {trust.unusualness:.2f} ({scope})")
        lines += [
            f"Near: {near.record.record_id} {near.record.label} {near.similarity:.3f} "
            f"{near.record.link}".rstrip()
            for near in trust.neighbours
        ]
    else:
        lines.append("The run is not calibrated: python -m qcmfm calibrate.")
    return lines
