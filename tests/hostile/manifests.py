"""Hostile IIIF documents."""

import json
from collections.abc import Iterator
from typing import Any

from tests.hostile.case import TAKEN, Case
from tests.hostile.words import ADDRESSES, FORMULAS, LETTERS, MARKUP

AT = "http://127.0.0.1:9"


def cases() -> Iterator[Case]:
    for name, content in _documents().items():
        yield Case(f"manifest, {name}", "manifest.json", lambda content=content: content)
    for name, document in _shapes().items():
        yield Case(f"manifest, {name}", "manifest.json",
                   lambda document=document: json.dumps(document).encode())  # fmt: skip
    for name in ("html", "script link", "latex", "nul", "right to left override", "100,000 words"):
        text = {**MARKUP, **LETTERS}[name]
        yield Case(f"manifest, label: {name}", "manifest.json",
                   lambda text=text: json.dumps(manifest(text)).encode(), TAKEN)  # fmt: skip
    for name in ("loopback", "link local", "mapped loopback", "files", "no host", "a line end"):
        yield Case(f"manifest, photo at: {name}", "manifest.json", lambda name=name: json.dumps(
            manifest("A cup", ADDRESSES[name])).encode())  # fmt: skip


def manifest(label: Any = "A cup", photo: Any = f"{AT}/a.jpg", **more: Any) -> dict[str, Any]:
    """A manifest of one canvas."""
    return {
        "@context": "http://iiif.io/api/presentation/3/context.json", "id": f"{AT}/m",
        "type": "Manifest", "label": {"en": [label]},
        "items": [{
            "id": f"{AT}/c", "type": "Canvas", "items": [{"type": "AnnotationPage", "items": [{
                "type": "Annotation", "motivation": "painting",
                "body": {"id": photo, "type": "Image"}}]}]}],
        **more,
    }  # fmt: skip


def _documents() -> dict[str, bytes]:
    good = json.dumps(manifest()).encode()
    return {
        "100,000 lists in each other": b'{"type": "Manifest", "items": ' + b"[" * 100_000,
        "100,000 objects in each other": b'{"type": "Manifest", "items": ' + b'{"a":' * 100_000,
        "cut in half": good[: len(good) // 2],
        "UTF-16": good.decode().encode("utf-16"),
        "a mark before it": b"\xef\xbb\xbf" + good,
        "broken UTF-8": good.replace(b"A cup", b"\xff\xc0"),
        "lone surrogates": good.replace(b"A cup", b"\\ud800"),
        "NUL letters": good.replace(b"A cup", b"a\\u0000b"),
        "numbers that are none": b'{"type": "Manifest", "items": [NaN, Infinity, -Infinity]}',
        "a number of 5,000 digits": b'{"type": "Manifest", "height": ' + b"9" * 5_000 + b"}",
        "one name twice": b'{"type": "Manifest", "items": [], "items": {"a": 1}}',
        "lines of JSON": good + b"\n" + good,
        "JavaScript behind it": good + b";alert(1)",
        "a list": b"[" + good + b"]",
        "nothing in it": b"{}",
        "spaces for a megabyte": b" " * 2**20 + b"{}",
    }


def _shapes() -> dict[str, Any]:
    odd: tuple[Any, ...] = (None, 7, "text", [], {}, [[]], [None], {"a": None})
    shapes: dict[str, Any] = {}
    for number, value in enumerate(odd):
        shapes[f"items, odd thing {number}"] = manifest(items=value)
        shapes[f"label, odd thing {number}"] = {**manifest(), "label": value}
    shapes |= {
        "metadata of odd things": manifest(
            metadata=[None, 3, {"label": 1, "value": {"en": [[1]]}}]),
        "homepage of odd things": manifest(homepage=[None, {"id": 5}, 9]),
        "required statement of odd things": manifest(requiredStatement={"value": [3]}),
        "version 2 of odd things": {"@type": "sc:Manifest", "sequences": [{"canvases": [
            {"images": [{"resource": None}, {"resource": {"default": 3}}]}]}]},
        "services of odd things": manifest(photo={"id": 1}),
        "itself in itself": {"type": "Collection", "id": f"{AT}/m", "items": [
            {"type": "Collection", "id": f"{AT}/m", "items": [
                {"type": "Collection", "id": f"{AT}/m"}]}]},
        "collections 60 deep": _deep(60), "a type that is a list": {"type": ["Manifest"]},
        "1,000 canvases": manifest(items=manifest()["items"] * 1_000),
        "a formula for a label": manifest(FORMULAS["dde"]),
        "a column named like ours": manifest(metadata=[
            {"label": {"en": ["record_id"]}, "value": {"en": ["../../x"]}}]),
        "canvas of 10^400 pixels": {**manifest(), "width": 10**400},
    }  # fmt: skip
    return shapes


def _deep(depth: int) -> dict[str, Any]:
    inner: dict[str, Any] = {"type": "Collection", "id": f"{AT}/{depth}", "items": []}
    for number in range(depth):
        inner = {"type": "Collection", "id": f"{AT}/in{number}", "items": [inner]}
    return inner
