"""IIIF Presentation 3: one AnnotationPage, to be linked from the `annotations` of a manifest.

https://iiif.io/api/presentation/3.0/#55-annotation-page. The annotations are those of the export
`web_annotations`, but their targets are canvases, with positions in pixels of the canvas.
"""

import json

from qcmfm.core.messages import N_
from qcmfm.exports import _canvases, web_annotations
from qcmfm.exports.reviewed import Reviewed

TITLE = N_("IIIF 3 annotation page")
SUFFIX = "-iiif-3.json"
MIME = "application/ld+json"

# The specification requires the IIIF context to be the last one.
CONTEXT = [{"qcmfm": web_annotations.NAMESPACE}, "http://iiif.io/api/presentation/3/context.json"]


def content(reviewed: Reviewed) -> bytes:
    """The bytes of the file."""
    items = []
    for record in reviewed.collection.records:
        found = web_annotations.annotation(reviewed, record)
        if found:
            on = _canvases.targets(reviewed, record, found["target"])
            items.append({**found, "target": on[0] if len(on) == 1 else on})
    page = {
        "@context": CONTEXT,
        "id": web_annotations.urn("iiif-3", reviewed.name, reviewed.exported_at),
        "type": "AnnotationPage",
        "items": items,
    }
    return (json.dumps(page, indent=1, ensure_ascii=False) + "\n").encode("utf-8", "replace")
