"""IIIF Presentation 2: one AnnotationList, to be linked from the `otherContent` of canvases.

https://iiif.io/api/presentation/2.1/#annotation-list. Version 2 predates the Web Annotation model,
so the annotations are expressed in its predecessor, Open Annotation.
"""

import json
from typing import Any

from qcmfm.core.messages import N_
from qcmfm.exports import _canvases, web_annotations
from qcmfm.exports.reviewed import Reviewed
from qcmfm.records import Record

TITLE = N_("IIIF 2 annotation list")
SUFFIX = "-iiif-2.json"
MIME = "application/ld+json"

CONTEXT = [
    "http://iiif.io/api/presentation/2/context.json",
    {"qcmfm": web_annotations.NAMESPACE, "foaf": "http://xmlns.com/foaf/0.1/"},
]


def content(reviewed: Reviewed) -> bytes:
    """The bytes of the file."""
    found = [_annotation(reviewed, record) for record in reviewed.collection.records]
    page = {
        "@context": CONTEXT,
        "@id": web_annotations.urn("iiif-2", reviewed.name, reviewed.exported_at),
        "@type": "sc:AnnotationList",
        "resources": [item for item in found if item],
    }
    return (json.dumps(page, indent=1, ensure_ascii=False) + "\n").encode("utf-8", "replace")


def _annotation(reviewed: Reviewed, record: Record) -> dict[str, Any] | None:
    web = web_annotations.annotation(reviewed, record)
    if web is None:
        return None
    on = _canvases.targets(reviewed, record, web["target"])
    bodies = [_body(body) for body in web["body"]]
    person = web["creator"]["type"] == "Person"
    ours = {name: value for name, value in web.items() if name.startswith("qcmfm:")}
    return {
        "@id": web["id"],
        "@type": "oa:Annotation",
        "motivation": f"oa:{web['motivation']}",
        "resource": bodies[0] if len(bodies) == 1 else bodies,
        "on": on[0] if len(on) == 1 else on,
        "oa:annotatedBy": {
            "@type": "foaf:Person" if person else "foaf:Agent",
            "foaf:name": web["creator"]["name"],
        },
        "oa:annotatedAt": web["created"],
        "oa:serializedAt": web["generated"],
        **ours,
    }


def _body(body: dict[str, str]) -> dict[str, str]:
    """Convert a body of the Web Annotation model to Open Annotation."""
    if "source" in body:
        return {"@id": body["source"], "@type": "oa:SemanticTag"}
    if body["purpose"] == "tagging":
        return {"@type": "oa:Tag", "format": "text/plain", "chars": body["value"]}
    return {"@type": "dctypes:Text", "format": "text/plain", "chars": body["value"]}
