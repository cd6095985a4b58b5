"""Nearest training records and out-of-distribution detection.

A run stores the photo and caption vectors of each training record (centred, normalised and rounded
to 8 bits) with its id, label, group and link, but neither the photo nor the caption.

A record's out-of-distribution score is its distance to the k-th nearest training record (Sun et al.
2022, Out-of-distribution detection with deep nearest neighbors), relative to the distances among
the training records, excluding those of the same object. The threshold is chosen from the training
records alone.
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
"""k: the distance is measured to the k-th nearest record."""

USUAL = 0.95
"""Share of the training records within the threshold."""

SIDES = ("image", "caption")
_LEVELS = 127
MIN_SHARED = 0.8
"""Share of the training records that a collection must still contain to count as their source."""

_LINKS = ("source_url", "page_url", "url", "link", "Link Resource", "objectURL")


@dataclass(frozen=True)
class TrainingRecord:
    """A training record as stored with a run.

    Args:
        record_id: Id of the record.
        label: Catalogue label.
        group: Key of the record's object.
        link: Web page of the record; empty if its source has none.
    """

    record_id: str
    label: str
    group: str
    link: str = ""


@dataclass(frozen=True)
class Neighbour:
    """A training record that is similar to another record.

    Args:
        record: The training record.
        similarity: Mean cosine similarity of the photo and caption vectors, -1 to 1.
    """

    record: TrainingRecord
    similarity: float


@dataclass(frozen=True)
class Side:
    """Vectors of one modality of the training records.

    Args:
        mean: Mean that was subtracted from every vector.
        vectors: Centred unit vectors; zero where a record lacks the modality.
        has: Whether each record has the modality.
    """

    mean: Float[np.ndarray, " dim"]
    vectors: Float[np.ndarray, "record dim"]
    has: Bool[np.ndarray, " record"]

    @classmethod
    def made(
        cls, vectors: Float[np.ndarray, "record dim"], has: Bool[np.ndarray, " record"]
    ) -> "Side":
        """Centre, normalise and round the vectors of an encoder."""
        found = vectors.astype(np.float32)
        mean = found[has].mean(0) if has.any() else np.zeros(found.shape[1], np.float32)
        return cls(mean, rounded(_units(found - mean) * has[:, None]), has)

    def cosines(self, vectors: Float[np.ndarray, "other dim"]) -> Float[np.ndarray, "other record"]:
        """Cosine similarity of each vector and each training record; -1 without the modality."""
        found = _units(vectors.astype(np.float32) - self.mean) @ self.vectors.T
        return np.where(self.has, found, -1.0).astype(np.float32)


def rounded(vectors: Float[np.ndarray, "record dim"]) -> Float[np.ndarray, "record dim"]:
    """Vectors rounded as on disk, of unit length or zero."""
    return _units(_packed(vectors).astype(np.float32))


def _packed(vectors: Float[np.ndarray, "record dim"]) -> np.ndarray:
    most = np.abs(vectors).max(1, keepdims=True, initial=1e-12)
    return np.round(vectors / most * _LEVELS).astype(np.int8)


def _units(vectors: Float[np.ndarray, "record dim"]) -> Float[np.ndarray, "record dim"]:
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    return (vectors / np.maximum(length, 1e-12)).astype(np.float32)


def kth_distance(cosines: Float[np.ndarray, "other record"]) -> Float[np.ndarray, " other"]:
    """Cosine distance, 0 to 2, to the k-th nearest training record."""
    place = min(NEIGHBOUR, cosines.shape[1]) - 1
    nearest = -np.partition(-cosines, place, axis=1)[:, place]
    return (1 - nearest).astype(np.float32)


@dataclass(frozen=True)
class TrainingNeighbours:
    """The training records of a run with their vectors.

    Args:
        records: Training records, in the order of the rows.
        sides: Vectors by modality, see `SIDES`.
    """

    records: Sequence[TrainingRecord]
    sides: dict[str, Side]

    def are_of(self, labels: Mapping[str, str]) -> bool:
        """Whether a collection is their source, apart from a few changed or removed records.

        Labels are compared as well, because all drawn collections use the same ids.

        Args:
            labels: Label of each record of the collection, by id.
        """
        same = sum(labels.get(record.record_id) == record.label for record in self.records)
        return same >= MIN_SHARED * len(self.records) > 0

    @classmethod
    def of(cls, records: Sequence[Record], batches: Iterable["Batch"]) -> "TrainingNeighbours":
        """Build from records and the batches of their features, in the same order."""
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
        """The most similar training records of each record of a batch, best first."""
        total = np.zeros((len(batch), len(self.records)), np.float32)
        sides = np.zeros((len(batch), 1), np.float32)
        for name, (vectors, has) in zip(SIDES, _vectors(batch), strict=True):
            total += self.sides[name].cosines(vectors) * has[:, None]
            sides += has[:, None]
        similarity = total / np.maximum(sides, 1)
        return [
            [
                Neighbour(self.records[place], float(row[place]))
                for place in np.argsort(-row, kind="stable")[:count].tolist()
            ]
            for row in similarity
        ]

    def unusualness(self, batch: "Batch") -> Float[np.ndarray, " batch"]:
        """Out-of-distribution score of each record; a record above 1 is out of distribution.

        The distances of photo and caption, each relative to its own threshold, are averaged if the
        record has both; the mean is relative to the threshold of training records with both.
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
        """Threshold by modality: the distance within which `USUAL` of the training records are."""
        far = {name: self._among(name) for name in SIDES}
        border = {name: _quantile(far[name], self.sides[name].has) for name in SIDES}
        both = np.mean([far[name] / border[name] for name in SIDES], axis=0)
        has = self.sides["image"].has & self.sides["caption"].has
        return border | {"both": _quantile(both, has)}

    def _among(self, name: str) -> Float[np.ndarray, " record"]:
        """Distance of each training record to those of other objects."""
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
    """Write training records and vectors atomically."""
    tensors: dict[str, np.ndarray] = {}
    for name, side in reference.sides.items():
        tensors |= {f"{name}.mean": side.mean.astype(np.float16), f"{name}.has": side.has}
        tensors[f"{name}.vectors"] = _packed(side.vectors)
    records = json.dumps([asdict(record) for record in reference.records], ensure_ascii=False)
    with atomic_file(file) as temporary:
        save_file(tensors, temporary, metadata={"records": records})


def read_neighbours(file: Path) -> TrainingNeighbours:
    """Read what `write_neighbours` wrote.

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
