"""Many small museum records and encoders that cost little, to measure everything else at size."""

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

DIM = 32
SIDE = 64
THINGS = ("amulet", "bowl", "scarab", "figure", "jar", "relief", "ring", "bead", "cup", "lamp")
LOOKS = ("small", "large", "painted", "carved", "glazed", "broken", "royal", "early", "late")
LABELS = {"faience": (60, 160, 170), "limestone": (205, 190, 160), "copper alloy": (110, 80, 50),
          "gold": (215, 170, 60), "wood": (120, 75, 40), "glass": (70, 110, 190)}  # fmt: skip
COPY = 50
"""Every so many-th record has the photo of the one before."""


class SmallImageEncoder(ImageEncoder):
    """49 regions of 4 x 4 pixels, each a fixed random projection of its colours."""

    def __init__(self) -> None:
        self.name, self.id = "small-image", "small-image-1"
        self.device = torch.device("cpu")
        self.size, self.grid, self.dim = (28, 28), (7, 7), DIM
        made = torch.Generator().manual_seed(0)
        self._projection = torch.randn(48, DIM, generator=made) / 7

    def encode(self, pixels: torch.Tensor) -> list[RegionFeatures]:
        pieces = pixels.float().reshape(-1, 7, 4, 7, 4, 3).transpose(2, 3).reshape(-1, 49, 48)
        regions = (pieces / 255) @ self._projection
        return [RegionFeatures(region, region.mean(0)) for region in regions]


class SmallTextEncoder(TextEncoder):
    """Each word is a vector drawn from its hash; a caption is their mean."""

    def __init__(self) -> None:
        self.name, self.id = "small-text", "small-text-1"
        self.device = torch.device("cpu")
        self.dim = self.sentence_dim = DIM
        self._known: dict[str, torch.Tensor] = {}

    def encode(self, captions: Sequence[str]) -> list[WordFeatures]:
        return [self._one(caption) for caption in captions]

    def _one(self, caption: str) -> WordFeatures:
        spans = word_spans(caption)
        vectors = [self._vector(caption[start:end].casefold()) for start, end in spans]
        words = torch.stack(vectors) if vectors else torch.zeros(0, DIM)
        where = torch.tensor(spans, dtype=torch.int32).view(-1, 2)
        return WordFeatures(words, where, words.sum(0) / max(1, len(words)))

    def _vector(self, word: str) -> torch.Tensor:
        seed = int.from_bytes(hashlib.sha256(word.encode()).digest()[:4])
        if word.isdigit():  # there are as many numbers as records; of the other words there are few
            return torch.full((DIM,), seed / 2**32)
        if word not in self._known:
            drawn = np.random.default_rng(seed).standard_normal(DIM, dtype=np.float32)
            self._known[word] = torch.from_numpy(drawn)
        return self._known[word]


def small_cache(folder: Path) -> FeatureCache:
    return FeatureCache(Encoders(SmallImageEncoder(), SmallTextEncoder()), folder)


def draw(folder: Path, records: int, first: int = 0) -> Path:
    """Photos and the table of a museum's system that names them; returns the table.

    Records of the same number are the same, counted from `first`. Every tenth has no photo, every
    tenth no title; photos differ as much as strangers' do, but for a copy now and then.
    """
    (folder / "photos").mkdir(parents=True, exist_ok=True)
    table = folder / "export.csv"
    with table.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle)
        writer.writerow(("Object ID", "Image", "Title", "Material", "Museum", "Notes"))
        for number in range(first, first + records):
            chance = np.random.default_rng(number)
            label = list(LABELS)[number % len(LABELS)]
            look, thing = chance.choice(LOOKS), chance.choice(THINGS)
            title = "" if number % 10 == 7 else f"A {look} {thing} of {label}, number {number}"
            name = "" if number % 10 == 4 else f"{number:07}.jpg"
            if name:
                _photo(folder / "photos" / name, number - (number % COPY == COPY - 1), label)
            known = label if number % 5 else ""
            notes = f"Found with {chance.choice(THINGS)} and {chance.choice(THINGS)}. " * 3
            row = (f"G.{number}", name, title, known, f"Museum {number % 4}", notes)
            writer.writerow(row)
    return table


def _photo(file: Path, seed: int, label: str) -> None:
    if file.is_file():
        return
    chance = np.random.default_rng([seed, 1])
    coarse = np.array(LABELS[label]) + chance.integers(-60, 60, (8, 8, 3))
    small = Image.fromarray(coarse.clip(0, 255).astype(np.uint8))
    small.resize((SIDE, SIDE), Image.Resampling.BICUBIC).save(file, quality=80)
