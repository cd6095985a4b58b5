"""JSON-LD: a page of W3C Web Annotations, one for each record that has a label.

https://www.w3.org/TR/annotation-model/. The creator is whoever is responsible for the label: the
reviewer, or the model if there is no review. The targets are the attended parts, as `xywh`
fragments of the photo. The vocabulary has no terms for confidence and runs; these are in the
namespace `qcmfm:`.
"""

import json
import re
import uuid
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from qcmfm.exports.reviewed import Reviewed
from qcmfm.records import Record
from qcmfm.records.vocabulary import aat_uri
from qcmfm.review.decision import Decision
from qcmfm.review.state import RecordState

if TYPE_CHECKING:
    from qcmfm.inference.prediction import Prediction

from qcmfm.core.messages import N_

TITLE = N_("Web Annotations (JSON-LD)")
SUFFIX = "-annotations.jsonld"
MIME = "application/ld+json"

NAMESPACE = "urn:qcmfm:terms:"
CONTEXT = ["http://www.w3.org/ns/anno.jsonld", {"qcmfm": NAMESPACE}]
PROGRAM = {"id": "urn:qcmfm:studio", "type": "Software", "name": "QCMFM Studio"}
_XYWH = re.compile(r"(pixel:|percent:)?[0-9.]+(,[0-9.]+){3}")


def content(reviewed: Reviewed) -> bytes:
    """The bytes of the file."""
    found = [annotation(reviewed, record) for record in reviewed.collection.records]
    page = {
        "@context": CONTEXT,
        "id": urn("page", reviewed.name, reviewed.exported_at),
        "type": "AnnotationPage",
        "items": [item for item in found if item],
    }
    return (json.dumps(page, indent=1, ensure_ascii=False) + "\n").encode("utf-8", "replace")


def annotation(reviewed: Reviewed, record: Record) -> dict[str, Any] | None:
    """The annotation of one record; None if it has neither a review nor a prediction."""
    outcome = reviewed.state.of(record.record_id)
    prediction = reviewed.predictions.get(record.record_id)
    decision = reviewed.state.decision(outcome.decision_id)
    if outcome.status != "open" and decision is not None:
        item = _by_reviewer(outcome, decision)
    elif prediction is not None and prediction.label:
        item = _by_model(prediction)
    else:
        return None
    return item | {
        "type": "Annotation",
        "generator": PROGRAM,
        "generated": reviewed.exported_at,
        "qcmfm:recordId": record.record_id,
        "qcmfm:status": outcome.status,
        "target": _target(record, decision.evidence if decision else ""),
    }


def _by_reviewer(outcome: RecordState, decision: Decision) -> dict[str, Any]:
    model = {
        "qcmfm:label": decision.model_label,
        "qcmfm:aatUri": decision.model_aat_uri,
        "qcmfm:confidence": decision.probability,
        "qcmfm:run": decision.model_run,
        "qcmfm:sha256": decision.model_sha256,
        "qcmfm:noiseSetting": decision.noise_setting,
        "qcmfm:predictedAt": decision.predicted_at,
    }
    item = {
        "id": f"urn:uuid:{outcome.decision_id}",
        "motivation": "questioning" if outcome.status == "unsure" else "classifying",
        "creator": {"type": "Person", "name": outcome.reviewer},
        "created": outcome.reviewed_at,
        "body": _body(outcome.label, outcome.aat_uri, _comment(outcome, decision)),
        "qcmfm:model": {name: value for name, value in model.items() if value not in ("", None)},
    }
    if decision.supersedes:
        item["qcmfm:supersedes"] = f"urn:uuid:{decision.supersedes}"
    return item


def _by_model(prediction: "Prediction") -> dict[str, Any]:
    model = {
        "type": "Software",
        "name": prediction.model_run,
        "qcmfm:sha256": prediction.model_sha256,
    }
    if prediction.noise_setting:
        model["qcmfm:noiseSetting"] = prediction.noise_setting
    return {
        "id": urn(
            "prediction", prediction.record_id, prediction.model_sha256, prediction.predicted_at
        ),
        "motivation": "classifying",
        "creator": model,
        "created": prediction.predicted_at,
        "body": _body(prediction.label, aat_uri(prediction.label), ""),
        "qcmfm:confidence": prediction.confidence,
    }


def _comment(outcome: RecordState, decision: Decision) -> str:
    unsure = "cannot tell from the photo" if outcome.status == "unsure" else ""
    return decision.reason or unsure


def _body(label: str, concept: str, comment: str) -> list[dict[str, str]]:
    body: list[dict[str, str]] = []
    if label:
        body.append({"type": "TextualBody", "purpose": "tagging", "value": label})
    if concept:
        body.append({"type": "SpecificResource", "purpose": "classifying", "source": concept})
    if comment:
        body.append({"type": "TextualBody", "purpose": "commenting", "value": comment})
    return body


def _target(record: Record, evidence: str) -> str | list[dict[str, Any]]:
    """The photo or its attended parts; for a record without a photo, its row in `records.csv`.

    URLs are relative: the file belongs next to the collection's `records.csv`.
    """
    if not record.image:
        return f"records.csv#{quote(record.record_id, safe='')}"
    source = quote(record.image)
    return _parts(source, _boxes(evidence)) or source


def attention_page(source: str, label: str, boxes: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """An annotation of the parts of a photo that a model attended to, as JSON values.

    Args:
        source: URL or file name of the photo.
        label: Predicted label.
        boxes: Attended boxes, in the form of a decision's evidence.
    """
    return {
        "@context": CONTEXT,
        "id": urn("attention", source, label, json.dumps([dict(box) for box in boxes])),
        "type": "Annotation",
        "motivation": "highlighting",
        "creator": PROGRAM,
        "body": _body(label, aat_uri(label), "Where the model attended; no proof of its reasons."),
        "target": _parts(quote(source, safe=":/?&=%"), boxes),
    }


def _parts(source: str, boxes: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The boxes as targets: `xywh` fragments of the photo."""
    return [
        {
            "type": "SpecificResource",
            "source": source,
            "selector": {
                "type": "FragmentSelector",
                "conformsTo": "http://www.w3.org/TR/media-frags/",
                "value": f"xywh={box['xywh']}",
            },
        }
        | {f"qcmfm:{name}": box[name] for name in ("words", "share") if name in box}
        for box in boxes
    ]


def _boxes(evidence: str) -> list[dict[str, Any]]:
    """The boxes of a decision's evidence; all of them are dropped if one is malformed."""
    try:
        found = json.loads(evidence)["boxes"] if evidence else []
        return [box for box in found if _XYWH.fullmatch(str(box["xywh"]))]
    except (ValueError, KeyError, TypeError):
        return []


def urn(*parts: str) -> str:
    """A URN that depends only on these parts."""
    return f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, NAMESPACE + chr(10).join(parts))}"
