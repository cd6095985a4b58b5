"""The training records as a run remembers them: which are nearest, and how far is usual.

Of each record the run keeps the photo's and the caption's vector, centred, of unit length and
rounded to 8 bits, with its id, label, group and link. No photo and no caption is kept.

How unusual a record is, is its distance to the k-th nearest training record (Sun et al. 2022,
Out-of-distribution detection with deep nearest neighbors). It is measured against the distances
that the training records have among each other, those of the same object left out; nothing outside
the training records is looked at to choose the border.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Bool, Float
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

from qcmfm.core.errors import RunError
from qcmfm.core.storage import atomic_file
from qcmfm.records import Record

if TYPE_CHECKING:
    from qcmfm.encoders.batch import Batch

NEIGHBOUR = 5
"""Which of the nearest records the distance is measured to."""

USUAL = 0.95
"""Share of the training records that lie within the border."""

SIDES = ("image", "caption")
_LEVELS = 127
KEPT = 0.8
"""Share of the training records that a collection must still have, for it to be theirs."""

_LINKS = ("source_url", "page_url", "url", "link", "Link Resource", "objectURL")


@dataclass(frozen=True)
class TrainingRecord:
    """What is known of a training record without its collection.

    Args:
        record_id: The record.
        label: Its recorded label.
        group: Its object.
        link: Where it can be seen; empty where its source named no place.
    """

    record_id: str
    label: str
    group: str
    link: str = ""


@dataclass(frozen=True)
class Neighbour:
    """A training record near another record.

    Args:
        record: Which.
        similarity: Mean cosine of the photos' and the captions' vectors, -1 to 1.
    """

    record: TrainingRecord
    similarity: float


@dataclass(frozen=True)
class Side:
    """The photos or the captions of the training records.

    Args:
        mean: What was taken from every vector.
        vectors: Centred, of unit length; zero where a record lacks it.
        has: Whether the record has it.
    """

    mean: Float[np.ndarray, " dim"]
    vectors: Float[np.ndarray, "record dim"]
    has: Bool[np.ndarray, " record"]

    @classmethod
    def made(
        cls, vectors: Float[np.ndarray, "record dim"], has: Bool[np.ndarray, " record"]
    ) -> "Side":
        """From an encoder's vectors."""
        found = vectors.astype(np.float32)
        mean = found[has].mean(0) if has.any() else np.zeros(found.shape[1], np.float32)
        return cls(mean, rounded(_units(found - mean) * has[:, None]), has)

    def cosines(self, vectors: Float[np.ndarray, "other dim"]) -> Float[np.ndarray, "other record"]:
        """Cosine of each vector with each training record's; -1 where a record lacks it."""
        found = _units(vectors.astype(np.float32) - self.mean) @ self.vectors.T
        return np.where(self.has, found, -1.0).astype(np.float32)


def rounded(vectors: Float[np.ndarray, "record dim"]) -> Float[np.ndarray, "record dim"]:
    """Vectors as they come back from disk, of unit length or zero."""
    return _units(_packed(vectors).astype(np.float32))


def _packed(vectors: Float[np.ndarray, "record dim"]) -> np.ndarray:
    most = np.abs(vectors).max(1, keepdims=True, initial=1e-12)
    return np.round(vectors / most * _LEVELS).astype(np.int8)


def _units(vectors: Float[np.ndarray, "record dim"]) -> Float[np.ndarray, "record dim"]:
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    return (vectors / np.maximum(length, 1e-12)).astype(np.float32)


def kth_distance(cosines: Float[np.ndarray, "other record"]) -> Float[np.ndarray, " other"]:
    """1 - cosine to the k-th nearest training record."""
    place = min(NEIGHBOUR, cosines.shape[1]) - 1
    nearest = -np.partition(-cosines, place, axis=1)[:, place]
    return (1 - nearest).astype(np.float32)


@dataclass(frozen=True)
class TrainingNeighbours:
    """The training records of a run.

    Args:
        records: In the order of the rows.
        sides: Photos and captions, by name.
    """

    records: Sequence[TrainingRecord]
    sides: dict[str, Side]

    def are_of(self, labels: Mapping[str, str]) -> bool:
        """Whether the records are those of a collection, a few corrected or removed since.

        Ids alone do not tell: every drawn collection starts with the same ones.

        Args:
            labels: The label of each record of the collection, by id.
        """
        same = sum(labels.get(record.record_id) == record.label for record in self.records)
        return same >= KEPT * len(self.records) > 0

    @classmethod
    def of(cls, records: Sequence[Record], batches: Iterable["Batch"]) -> "TrainingNeighbours":
        """Remember records and their features, which come in batches in the same order."""
        known = [
            TrainingRecord(
                r.record_id,
                r.label,
                r.group_key,
                next((r.cells[name] for name in _LINKS if r.cells.get(name)), ""),
            )
            for r in records
        ]
        parts = [_vectors(batch) for batch in batches]
        sides = {
            name: Side.made(*(np.concatenate(found) for found in zip(*its, strict=True)))
            for name, its in zip(SIDES, zip(*parts, strict=True), strict=True)
        }
        return cls(known, sides)

    def nearest(self, batch: "Batch", count: int = 5) -> list[list[Neighbour]]:
        """The training records most like each record of a batch, likest first."""
        total = np.zeros((len(batch), len(self.records)), np.float32)
        sides = np.zeros((len(batch), 1), np.float32)
        for name, (vectors, has) in zip(SIDES, _vectors(batch), strict=True):
            total += self.sides[name].cosines(vectors) * has[:, None]
            sides += has[:, None]
        likeness = total / np.maximum(sides, 1)
        return [
            [
                Neighbour(self.records[place], float(row[place]))
                for place in np.argsort(-row, kind="stable")[:count].tolist()
            ]
            for row in likeness
        ]

    def unusualness(self, batch: "Batch") -> Float[np.ndarray, " batch"]:
        """How far each record is from the training records; above 1 it is out of scope.

        The distances of photo and caption, each in units of its own border, are averaged over what
        the record has; the result is in units of the border of records that have as much.
        """
        given = dict(zip(SIDES, _vectors(batch), strict=True))
        far = {
            name: kth_distance(self.sides[name].cosines(vectors)) / self._border[name]
            for name, (vectors, _) in given.items()
        }
        image, caption = (given[name][1] for name in SIDES)
        both = (far["image"] + far["caption"]) / 2 / self._border["both"]
        alone = np.where(image, far["image"], far["caption"])
        return np.where(image & caption, both, alone).astype(np.float32)

    @cached_property
    def _border(self) -> dict[str, float]:
        """The distance within which the usual share of the training records lies, by side."""
        far = {name: self._among(name) for name in SIDES}
        border = {name: _quantile(far[name], self.sides[name].has) for name in SIDES}
        both = np.mean([far[name] / border[name] for name in SIDES], axis=0)
        has = self.sides["image"].has & self.sides["caption"].has
        return border | {"both": _quantile(both, has)}

    def _among(self, name: str) -> Float[np.ndarray, " record"]:
        """Distance of each training record to the others, those of its object left out."""
        side, group = self.sides[name], np.array([record.group for record in self.records])
        cosines = np.where(side.has, side.vectors @ side.vectors.T, -1.0).astype(np.float32)
        return kth_distance(np.where(group[:, None] == group, -1, cosines).astype(np.float32))


def _quantile(values: Float[np.ndarray, " record"], some: Bool[np.ndarray, " record"]) -> float:
    return max(float(np.quantile(values[some], USUAL)), 1e-6) if some.any() else 1.0


def _vectors(batch: "Batch") -> list[tuple[np.ndarray, np.ndarray]]:
    return [
        (batch.image.cpu().numpy(), batch.has_image.cpu().numpy()),
        (batch.sentence.cpu().numpy(), batch.has_text.cpu().numpy()),
    ]


def write_neighbours(reference: TrainingNeighbours, file: Path) -> None:
    """Write what a run remembers, whole or not at all."""
    tensors: dict[str, np.ndarray] = {}
    for name, side in reference.sides.items():
        tensors |= {f"{name}.mean": side.mean.astype(np.float16), f"{name}.has": side.has}
        tensors[f"{name}.vectors"] = _packed(side.vectors)
    records = json.dumps([asdict(record) for record in reference.records], ensure_ascii=False)
    with atomic_file(file) as temporary:
        save_file(tensors, temporary, metadata={"records": records})


def read_neighbours(file: Path) -> TrainingNeighbours:
    """What `write_reference` wrote.

    Raises:
        RunError: The file is missing or damaged.
    """
    try:
        with safe_open(file, framework="numpy") as opened:
            records = [TrainingRecord(**r) for r in json.loads(opened.metadata()["records"])]
            found = {key: opened.get_tensor(key) for key in opened.keys()}  # noqa: SIM118
        sides = {
            name: Side(
                found[f"{name}.mean"].astype(np.float32),
                _units(found[f"{name}.vectors"].astype(np.float32)),
                found[f"{name}.has"],
            )
            for name in SIDES
        }
    except (OSError, SafetensorError, KeyError, TypeError, ValueError) as error:
        raise RunError(
            f"{file.name} of the run {file.parent.name} cannot be read.",
            "Calibrate the run again: python -m qcmfm calibrate.",
        ) from error
    return TrainingNeighbours(records, sides)
