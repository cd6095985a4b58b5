"""IIIF manifests and collections, Presentation API 2 and 3: one record for each canvas.

https://iiif.io/api/presentation/3.0/ and https://iiif.io/api/presentation/2.1/. Canvases of one
manifest are one object: they share a group.
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
from qcmfm.importers._documents import Documents
from qcmfm.importers._iiif_image import sized_address
from qcmfm.importers._item import Columns, Item
from qcmfm.importers._source import Source
from qcmfm.records import Problem

TITLE = N_("IIIF manifest or collection")
DEEP = 8
"""How many collections may lie in each other."""
_HINT = "Give the address of a IIIF manifest or collection, version 2 or 3."
_TAG = re.compile(r"<[^<>]{0,1000}>")
_PAGE = re.compile(r"(image|page|p\.?|canvas|view|f\.?)?\s*[\d.]*\s*[rv]?", re.IGNORECASE)


def recognises(source: Source) -> int:
    """How surely the source is of this kind; 0 where it is not."""
    if source.start.lstrip(b"\xef\xbb\xbf \r\n\t")[:1] != b"{":
        return 0
    try:
        return 3 if _kind(_parsed(source.path)) else 0
    except ImportingError:
        return 0


def columns(source: Source) -> Columns | None:
    """None: there is nothing that must be chosen; `label` may name an entry of the metadata."""
    return None


def read(source: Source, chosen: Columns | None, documents: Documents) -> Iterator[Item | Problem]:
    """Every canvas of the manifest, or of every manifest of the collection.

    Raises:
        ImportingError: The document is no manifest and no collection.
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
    """The record with an address of its photo that gives a sensible size.

    Args:
        item: What `read` gave.
        document: What its `lookup` gave: the image service's `info.json`.
    """
    try:
        found = sized_address(json.loads(document.read_text("utf-8")))
    except (ValueError, AttributeError):
        return replace(item, lookup="")  # the manifest's own address is there still
    return replace(item, photo=found, lookup="")


def _manifests(
    document: Mapping[str, Any], address: str, documents: Documents, seen: set[str], deep: int
) -> Iterator[Mapping[str, Any] | str]:
    """Every manifest below a document, once; where one cannot be had, why."""
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
    """A record of every canvas of a manifest."""
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
        told = [title, "" if own == title or _PAGE.fullmatch(own) else own, about["summary"]]
        caption = csv_table.caption(cells, chosen) if chosen.caption else csv_table.sentences(told)
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
    """What a manifest says of its object, as cells."""
    required = manifest.get("requiredStatement") or {}
    said = {
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
            said[name] = f"{said[name]} | {value}" if said.get(name) else value
    return said


def _painted_2(canvas: Mapping[str, Any]) -> Mapping[str, Any]:
    """The image of a version 2 canvas; of several to choose from, the default one."""
    for image in _listed(canvas.get("images")):
        resource = image.get("resource") or {}
        resource = resource.get("default") or resource
        if _id(resource) or _service(resource):
            return resource
    return {}


def _painted_3(canvas: Mapping[str, Any]) -> Mapping[str, Any]:
    """The image that is painted on a version 3 canvas; of several to choose from, the first."""
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
    """The address of the image service; a version 3 manifest may hold one of version 2."""
    for service in _listed(resource.get("service")):
        if isinstance(service, str):
            return service
        told = f"{service.get('@type')} {service.get('type')} {service.get('@context')} "
        told += str(service.get("profile"))
        if _id(service) and ("ImageService" in told or "/image" in told or "image-api" in told):
            return _id(service)
    return ""


def _kind(document: Mapping[str, Any]) -> str:
    """`manifest` or `collection`; empty where it is neither."""
    told = str(document.get("type") or document.get("@type") or "")
    return told.removeprefix("sc:").lower() if told.endswith(("Manifest", "Collection")) else ""


def _id(thing: Any) -> str:
    found = (thing.get("id") or thing.get("@id") or "") if isinstance(thing, Mapping) else ""
    return found if isinstance(found, str) else ""


def _listed(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _text(value: Any, between: str = " ") -> str:
    """A text of version 2 or 3, in English where there is a choice, without its markup."""
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
