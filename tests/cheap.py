"""Encoders that cost nothing, and small collections, for tests that are not about encoders."""

import csv
import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from qcmfm.encoders.features import Encoders, FeatureCache
from qcmfm.encoders.image import ImageEncoder, RegionFeatures
from qcmfm.encoders.text import TextEncoder, WordFeatures, word_spans

COLOURS = {"red": (200, 40, 40), "green": (40, 180, 60), "blue": (50, 60, 200)}


class CheapImageEncoder(ImageEncoder):
    """Each region is the mean colour of its quarter of the photo; counts the photos it saw."""

    def __init__(self) -> None:
        self.name, self.id = "cheap-image", "cheap-image-1"
        self.device = torch.device("cpu")
        self.size, self.grid, self.dim = (8, 8), (2, 2), 3
        self.seen = 0

    def encode(self, pixels: torch.Tensor) -> list[RegionFeatures]:
        self.seen += len(pixels)
        quarters = pixels.float().reshape(-1, 2, 4, 2, 4, 3).mean((2, 4)) / 255
        regions = quarters.flatten(1, 2)
        return [RegionFeatures(region, region.mean(0)) for region in regions]


class CheapTextEncoder(TextEncoder):
    """Each word is a vector made of its hash; counts the captions it read."""

    def __init__(self) -> None:
        self.name, self.id = "cheap-text", "cheap-text-1"
        self.device = torch.device("cpu")
        self.dim = self.sentence_dim = 4
        self.seen = 0

    def encode(self, captions: Sequence[str]) -> list[WordFeatures]:
        self.seen += len(captions)
        return [self._one(caption) for caption in captions]

    def _one(self, caption: str) -> WordFeatures:
        spans = word_spans(caption)
        vectors = [self._vector(caption[start:end].lower()) for start, end in spans]
        words = torch.tensor(vectors, dtype=torch.float32).view(-1, 4)
        where = torch.tensor(spans, dtype=torch.int32).view(-1, 2)
        return WordFeatures(words, where, words.sum(0) / max(1, len(words)))

    def _vector(self, word: str) -> list[float]:
        digest = hashlib.sha256(word.encode()).digest()
        return [byte / 128 - 1 for byte in digest[:4]]


def cheap_cache(folder: Path) -> FeatureCache:
    return FeatureCache(Encoders(CheapImageEncoder(), CheapTextEncoder()), folder)


def make_collection(folder: Path, size: int = 60, seed: int = 0) -> Path:
    """Photos in one of three colours with captions that fit; returns the records file.

    Every tenth record has no photo, every tenth no caption.
    """
    chance = np.random.default_rng(seed)
    (folder / "images").mkdir(parents=True)
    rows: list[dict[str, str]] = []
    for number in range(size):
        label = list(COLOURS)[number % 3]
        noise = chance.integers(-30, 30, (16, 16, 3))
        pixels = np.clip(np.array(COLOURS[label]) + noise, 0, 255).astype(np.uint8)
        image = "" if number % 10 == 4 else f"images/{number}.png"
        if image:
            Image.fromarray(pixels).save(folder / image)
        caption = "" if number % 10 == 7 else f"A vase in {label}, number {number}"
        rows.append(
            {
                "record_id": f"r{number}",
                "image": image,
                "caption": caption,
                "label": label,
                "split": ("train", "train", "train", "val", "test")[number // 3 % 5],
                "group": "",
                "museum": f"M{number % 2}",
            }
        )
    with (folder / "records.csv").open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return folder / "records.csv"
