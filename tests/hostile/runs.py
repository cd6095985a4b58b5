"""Tampered runs: each changes a good one in its folder; and hostile files of true regions."""

import hashlib
import json
import pickle
import struct
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from qcmfm.runs import schema

Change = Callable[[Path], None]


def changes() -> Iterator[tuple[str, Change]]:
    """What is wrong, and what makes it so in the copy of a good run."""
    yield from _config()
    yield from _files()


def _config() -> Iterator[tuple[str, Change]]:
    def edited(sealed: bool, **values: Any) -> Change:
        def change(folder: Path) -> None:
            config = json.loads((folder / "run.json").read_text("utf-8")) | values
            if sealed:
                config[schema.SEAL] = schema.seal(config)
            (folder / "run.json").write_text(json.dumps(config), "utf-8")

        return change

    def shaped(**values: Any) -> Change:
        def change(folder: Path) -> None:
            config = json.loads((folder / "run.json").read_text("utf-8"))
            config["model"]["shape"] |= values
            edited(True, model=config["model"])(folder)

        return change

    def described(**values: Any) -> Change:
        def change(folder: Path) -> None:
            config = json.loads((folder / "run.json").read_text("utf-8"))
            edited(True, model=config["model"] | values)(folder)

        return change

    yield "a label changed", edited(False, labels=["gold"] * 11)
    yield "temperature changed", edited(False, temperature=2.0)
    yield "a note added", edited(False, notes="<script>alert(1)</script>")
    yield "encoders changed", edited(False, encoders={"image": {"name": "x", "id": "x"}})
    yield "no seal", edited(False, seal="")
    for name, values in {
        "labels repeated": {"labels": ["gold"] * 11},
        "labels that are numbers": {"labels": list(range(11))},
        "labels that are a text": {"labels": "abcdefghijk"},
        "no labels": {"labels": []},
        "too few labels": {"labels": ["gold", "wood"]},
        "a label of a million letters": {"labels": ["x" * 10**6, *"abcdefghij"]},
        "temperature zero": {"temperature": 0},
        "temperature below zero": {"temperature": -1.0},
        "temperature a text": {"temperature": "hot"},
        "temperature of 10^300": {"temperature": 1e300},
        "format a text": {"format": "1"},
        "format none": {"format": None},
        "format below": {"format": 0, "labels": "x"},
        "format above": {"format": 99},
        "hashes a list": {"sha256": []},
        "hashes of nothing": {"sha256": {}},
        "encoders none": {"encoders": None},
        "encoder without a name": {"encoders": {"image": {}, "text": {}}},
        "model none": {"model": None},
    }.items():
        yield name, edited(True, **values)
    yield (
        "temperature that is no number",
        _replaced("run.json", '"temperature": ', '"temperature": NaN, "t": '),
    )
    yield (
        "temperature without end",
        _replaced("run.json", '"temperature": ', '"temperature": 1e999, "t": '),
    )
    for name, value in (
        ("../../../etc/passwd", "a path"),
        ("os", "os"),
        ("__init__", "a module"),
        ("_model", "a hidden module"),
        ("qcmfm.cli", "a dotted name"),
        ("", "nothing"),
    ):
        yield f"model called {value}", described(model=name)
    yield "labels of another number", described(n_labels=5)
    yield "two billion labels", described(n_labels=2**31)
    yield "options a list", described(options=[1])
    yield "sixty qubits", described(options={"n_qubits": 60})
    yield "qubits below zero", described(options={"n_qubits": -1})
    yield "an option that is not there", described(options={"__class__": "os.system"})
    yield "a grid of 10^9", shaped(grid=[10**9, 10**9])
    yield "a grid of three", shaped(grid=[7, 7, 7])
    yield "vectors of 10^12", shaped(image_dim=10**12)
    yield "vectors of 60000", shaped(image_dim=60_000)
    yield "vectors of no length", shaped(text_dim=0)
    yield "a billion terms", shaped(terms=10**9)
    yield "two million terms", shaped(terms=2_000_000)


def _written(name: str, content: bytes) -> Change:
    def change(folder: Path) -> None:
        (folder / name).write_bytes(content)

    return change


def _vouched(name: str, content: bytes) -> Change:
    """Written, with its hash put into a new seal: what only schema and format can refuse."""

    def change(folder: Path) -> None:
        (folder / name).write_bytes(content)
        config = json.loads((folder / "run.json").read_text("utf-8"))
        config["sha256"][name] = hashlib.sha256(content).hexdigest()
        config[schema.SEAL] = schema.seal(config)
        (folder / "run.json").write_text(json.dumps(config), "utf-8")

    return change


def _files() -> Iterator[tuple[str, Change]]:
    weights, lexicon = "weights.safetensors", "lexicon.json"
    for name, content in {
        "nothing": b"", "null": b"null", "a list": b"[]", "a text": b'"x"',
        "cut": b'{"format": 2, ',
        "noise": bytes(range(256)), "100,000 lists": b"[" * 100_000,
        "UTF-16": '{"format": 2}'.encode("utf-16"),
    }.items():  # fmt: skip
        yield f"run.json holds {name}", _written("run.json", content)
    pickled = pickle.dumps({"weights": [1.0]})
    header = b'{"a":{"dtype":"F32","shape":[1000000000000],"data_offsets":[0,4000000000000]}}'
    for name, content in {
        "nothing": b"",
        "a pickle": pickled,
        "noise": bytes(range(256)) * 9,
        "a header of 2^63": struct.pack("<Q", 2**63) + b"{}",
        "tensors of 4 TB": struct.pack("<Q", len(header)) + header,
        "no tensors": struct.pack("<Q", 2) + b"{}",
    }.items():
        yield f"weights hold {name}", _written(weights, content)
        yield f"weights hold {name}, and are vouched for", _vouched(weights, content)
    for name, content in {
        "a list": b"[]",
        "nothing": b"{}",
        "numbers for terms": b'{"terms": [1], "idf": [1]}',
        "NaN": b'{"terms": ["a"], "idf": [NaN]}',
        "100,000 lists": b"[" * 100_000,
        "fewer terms": b'{"terms": ["a"], "idf": [1.0]}',
        "more weights than terms": b'{"terms": [], "idf": [1.0]}',
    }.items():
        yield f"the lexicon holds {name}, and is vouched for", _vouched(lexicon, content)
    for name, content in {
        "a list": b"[]",
        "noise": bytes(99),
        "100,000 lists": b"[" * 100_000,
    }.items():
        yield f"metrics hold {name}", _written("metrics.json", content)
    for name, old, new in (
        ("a label that is not there", '"truth": [', '"truth": [99999, '),
        ("probabilities that are none", '"probabilities": [', '"probabilities": [[null], '),
        ("a text for labels", '"labels": [', '"labels": "abc", "l": ['),
    ):
        yield f"the calibration holds {name}", _replaced("conformal.json", old, new)
    yield "the neighbours are a pickle", _written("neighbours.safetensors", pickled)
    for name in (weights, lexicon, "run.json", "metrics.json"):
        yield f"{name} is missing", lambda folder, name=name: (folder / name).unlink()
        yield f"{name} is a folder", lambda folder, name=name: _foldered(folder / name)


def _foldered(path: Path) -> None:
    path.unlink()
    path.mkdir()


def _replaced(name: str, old: str, new: str) -> Change:
    def change(folder: Path) -> None:
        text = (folder / name).read_text("utf-8")
        assert old in text
        (folder / name).write_text(text.replace(old, new, 1), "utf-8")

    return change


def regions() -> dict[str, bytes]:
    """Hostile files of true regions."""

    def one(**values: Any) -> bytes:
        entry = {"start": 0, "end": 3, "word": "cup", "names": "cup", "box": [0, 0, 2, 2],
                 "size": [2, 2], "counts": [0, 4]} | values  # fmt: skip
        return json.dumps({"format": 1, "records": {"a": [entry]}}).encode()

    return {
        "nothing": b"", "a list": b"[]", "no format": b"{}", "cut": one()[:40],
        "100,000 lists": b"[" * 100_000, "records a list": b'{"format": 1, "records": []}',
        "records of numbers": b'{"format": 1, "records": {"a": [1]}}',
        "a mask of 10^18 pixels": one(size=[10**9, 10**9], counts=[10**18]),
        "a mask of minus one": one(counts=[-1, 5]),
        "counts that do not fill": one(counts=[1]), "counts of texts": one(counts=["a"]),
        "a side of nothing": one(size=[0, 4], counts=[]),
        "endless": one().replace(b"[0, 4]", b"[1e999]"),
        "NaN": one().replace(b"[0, 4]", b"[NaN]"), "a word before the caption": one(start=-5),
        "a word that ends first": one(start=3, end=1), "a box of texts": one(box="abcd"),
        "a size of three": one(size=[2, 2, 2]),
    }  # fmt: skip
