"""IIIF manifests and collections, Presentation API 2 and 3, with one record per canvas.

https://iiif.io/api/presentation/3.0/ and https://iiif.io/api/presentation/2.1/. The canvases of a
manifest show one object and therefore share a group.
"""

import html
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from qcmfm.core.errors import ImportingError, QcmfmError
from qcmfm.core.messages import N_, msg
from qcmfm.importers import csv_table
from qcmfm.importers.reading.documents import Documents
from qcmfm.importers.reading.iiif_image import sized_address
from qcmfm.importers.reading.item import Columns, Item
from qcmfm.importers.reading.source import Source
from qcmfm.records import Problem

TITLE = N_("IIIF manifest or collection")
DEEP = 8
"""Largest depth of nested collections."""
_HINT = "Give the address of a IIIF manifest or collection, version 2 or 3."
_TAG = re.compile(r"<[^<>]{0,1000}>")
_PAGE = re.compile(r"(image|page|p\.?|canvas|view|f\.?)?\s*[\d.]*\s*[rv]?", re.IGNORECASE)


def recognises(source: Source) -> int:
    """Score for how well this importer fits the source; 0 if it does not."""
    if source.start.lstrip(b"\xef\xbb\xbf \r\n\t")[:1] != b"{":
        return 0
    try:
        return 3 if _kind(_parsed(source.path)) else 0
    except ImportingError:
        return 0


def columns(source: Source) -> Columns | None:
    """None, as no choice is required; a chosen `label` may name an entry of the metadata."""
    return None


def read(source: Source, chosen: Columns | None, documents: Documents) -> Iterator[Item | Problem]:
    """Read every canvas of the manifest, or of every manifest of the collection.

    Raises:
        ImportingError: The document is neither a manifest nor a collection.
    """
    start, number = _parsed(source.path), 2
    if not _kind(start):
        raise ImportingError(msg("{name} is no IIIF document.", name=source.name), _HINT)
    for found in _manifests(start, source.address, documents, {_id(start)}, DEEP):
        if isinstance(found, str):
            yield Problem(number, "manifest", found, refused=True)
            number += 1
            continue
        try:
            items = list(_canvases(found, chosen or Columns(), number))
        except (AttributeError, TypeError, KeyError, IndexError) as error:
            reason = f"{_id(found)[:200]}: the manifest is not built as it should ({error})"
            yield Problem(number, "manifest", reason, refused=True)
            number += 1
            continue
        yield from items
        number += len(items)


def complete(item: Item, document: Path) -> Item:
    """A copy of the item with the address of a photo of suitable size.

    Args:
        item: An item from `read`.
        document: The document at its `lookup`, the `info.json` of the image service.
    """
    try:
        found = sized_address(json.loads(document.read_text("utf-8")))
    except (ValueError, AttributeError):
        return replace(item, lookup="")  # falls back to the photo's address in the manifest
    return replace(item, photo=found, lookup="")


def _manifests(
    document: Mapping[str, Any], address: str, documents: Documents, seen: set[str], deep: int
) -> Iterator[Mapping[str, Any] | str]:
    """Every manifest below a document, without repetitions; a text is the reason for an error."""
    if _kind(document) == "manifest":
        yield document
        return
    parts: list[Any] = []
    for name in ("collections", "manifests", "members", "items"):
        parts += _listed(document.get(name))
    known = [part for part in parts if isinstance(part, Mapping) and _id(part)]
    new = [part for part in known if _id(part) not in seen]
    seen.update(_id(part) for part in new)
    inside = [part for part in new if _listed(part.get("items")) or part.get("sequences")]
    for part in inside:
        yield from _manifests(part, _id(part), documents, seen, deep - 1)
    addresses = dict.fromkeys(_id(part) for part in new if part not in inside)
    files = dict(got for got in documents.each(addresses) if got is not None)
    for at, file in ((at, files[at]) for at in addresses):
        if isinstance(file, QcmfmError):
            yield file.message
            continue
        try:
            found = _parsed(file)
        except ImportingError as error:
            yield f"{at[:200]}: {error.message}"
            continue
        if not _kind(found):
            yield f"{at[:200]} is no IIIF document"
        elif _kind(found) == "collection" and deep <= 1:
            yield f"{at[:200]}: collections lie in each other more than {DEEP} deep"
        else:
            yield from _manifests(found, at, documents, seen, deep - 1)


def _canvases(manifest: Mapping[str, Any], chosen: Columns, first: int) -> Iterator[Item]:
    """An item for every canvas of a manifest; `first` is the row number of the first one."""
    about = _described(manifest)
    two = "sequences" in manifest or "@type" in manifest
    canvases = (
        [c for s in _listed(manifest.get("sequences")) for c in _listed(s.get("canvases"))]
        if two
        else _listed(manifest.get("items"))
    )
    for number, canvas in enumerate(canvases, start=first):
        resource = _painted_2(canvas) if two else _painted_3(canvas)
        own = _text(canvas.get("label"))
        service = _service(resource)
        cells = {
            **about,
            "canvas": _id(canvas),
            "canvas_label": own,
            "canvas_width": str(canvas.get("width") or ""),
            "canvas_height": str(canvas.get("height") or ""),
            "photo": _id(resource),
            "image_service": service,
        }
        title = about["title"]
        texts = [title, "" if own == title or _PAGE.fullmatch(own) else own, about["summary"]]
        caption = csv_table.caption(cells, chosen) if chosen.caption else csv_table.sentences(texts)
        yield Item(
            number,
            _id(canvas) or f"{about['manifest']}#{number}",
            _id(resource),
            caption,
            csv_table.first(cells.get(chosen.label, "")),
            group=about["manifest"],
            cells=cells,
            lookup=f"{service.rstrip('/')}/info.json" if service else "",
            photo_column="photo",
            problem="" if _id(resource) or service else "the canvas has no photo",
        )


def _described(manifest: Mapping[str, Any]) -> dict[str, str]:
    """The metadata of a manifest as cells."""
    required = manifest.get("requiredStatement") or {}
    cells = {
        "manifest": _id(manifest),
        "title": _text(manifest.get("label")),
        "summary": _text(manifest.get("summary") or manifest.get("description")),
        "rights": _text(manifest.get("rights") or manifest.get("license")),
        "attribution": _text(required.get("value") or manifest.get("attribution")),
        "homepage": " | ".join(
            _id(page) if isinstance(page, Mapping) else str(page)
            for page in _listed(manifest.get("homepage") or manifest.get("related"))
        ),
    }
    for entry in _listed(manifest.get("metadata")):
        name, value = _text(entry.get("label")), _text(entry.get("value"), " | ")
        if name:
            cells[name] = f"{cells[name]} | {value}" if cells.get(name) else value
    return cells


def _painted_2(canvas: Mapping[str, Any]) -> Mapping[str, Any]:
    """The image of a version 2 canvas; of alternatives, the default one."""
    for image in _listed(canvas.get("images")):
        resource = image.get("resource") or {}
        resource = resource.get("default") or resource
        if _id(resource) or _service(resource):
            return resource
    return {}


def _painted_3(canvas: Mapping[str, Any]) -> Mapping[str, Any]:
    """The image that is painted on a version 3 canvas; of alternatives, the first one."""
    for page in _listed(canvas.get("items")):
        for annotation in _listed(page.get("items")):
            if annotation.get("motivation") not in ("painting", ["painting"], None):
                continue
            for body in _listed(annotation.get("body")):
                if body.get("type") == "Choice":
                    body = next(iter(_listed(body.get("items"))), {})
                body = body.get("source") if isinstance(body.get("source"), Mapping) else body
                if body and (body.get("type") == "Image" or _service(body)):
                    return body
    return {}


def _service(resource: Mapping[str, Any]) -> str:
    """Address of the image service; a version 3 manifest may contain one of version 2."""
    for service in _listed(resource.get("service")):
        if isinstance(service, str):
            return service
        kind = f"{service.get('@type')} {service.get('type')} {service.get('@context')} "
        kind += str(service.get("profile"))
        if _id(service) and ("ImageService" in kind or "/image" in kind or "image-api" in kind):
            return _id(service)
    return ""


def _kind(document: Mapping[str, Any]) -> str:
    """`manifest` or `collection`; empty for any other document."""
    kind = str(document.get("type") or document.get("@type") or "")
    return kind.removeprefix("sc:").lower() if kind.endswith(("Manifest", "Collection")) else ""


def _id(node: Any) -> str:
    found = (node.get("id") or node.get("@id") or "") if isinstance(node, Mapping) else ""
    return found if isinstance(found, str) else ""


def _listed(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _text(value: Any, between: str = " ") -> str:
    """A version 2 or 3 text without markup, in English if there are several languages."""
    if isinstance(value, list):
        mapped = [part for part in value if isinstance(part, Mapping)]
        english = [part for part in mapped if str(part.get("@language", "")).startswith("en")]
        return between.join(text for part in english or value if (text := _text(part, between)))
    if isinstance(value, Mapping):
        if "@value" in value:
            return _text(value["@value"])
        english = [name for name in value if name == "en" or str(name).startswith("en-")]
        name = next(iter(english or [n for n in ("none", "@none") if n in value] or value), None)
        return _text(value[name], between) if name is not None else ""
    if not isinstance(value, str):
        return "" if value is None else str(value)
    return " ".join(html.unescape(_TAG.sub(" ", value)).split())


def _parsed(file: Path) -> Mapping[str, Any]:
    try:
        found = json.loads(file.read_text("utf-8-sig"))
    except (ValueError, RecursionError):
        raise ImportingError("The document is no JSON.", _HINT) from None
    if not isinstance(found, Mapping):
        raise ImportingError("The document is no IIIF document.", _HINT)
    return found
