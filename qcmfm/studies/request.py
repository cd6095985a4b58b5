"""Requests: what a study is to run on, and for how long."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from qcmfm.core import settings
from qcmfm.core.errors import StudyError
from qcmfm.core.progress import Work
from qcmfm.encoders.features import FeatureCache, load_encoders
from qcmfm.records import read_collection
from qcmfm.studies.trials.plan import EncodedCollection, encode_for_study
from qcmfm.studies.trials.results import Results

Draw = Callable[[Path], Work[Any]]
"""Draws a built-in collection into a folder."""


@dataclass(frozen=True)
class StudyRequest:
    """The parameters of a study.

    Args:
        out: Folder of the results.
        collections: Names of built-in collections, or folders or files of records.
        seeds: Number of trainings of each system.
        folds: Folds to run; empty for the study's default.
        only: Systems to train; empty for all of the study's.
        caption_column: Column with the captions of collections that are not built in.
        minutes: Time after which no more training is started; the same request continues later.
        data: Folder of the image data sets, for the study of views.
        built_in: What draws each built-in collection, by its name.
        started: Start time by `time.monotonic`, in seconds.
    """

    out: Path
    collections: tuple[str, ...] = ()
    seeds: int = 10
    folds: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    caption_column: str = "caption"
    minutes: float = float("inf")
    data: Path | None = None
    built_in: Mapping[str, Draw] = field(default_factory=dict)
    started: float = field(default_factory=time.monotonic)

    @property
    def results(self) -> Results:
        """The results folder of the study."""
        return Results(self.out)

    def is_over(self) -> bool:
        """Whether the time limit has passed."""
        return time.monotonic() - self.started > 60 * self.minutes

    def encoded(self, name: str, views: int) -> Work[EncodedCollection]:
        """Encode a collection, as far as its features are not cached yet.

        Args:
            name: Name of the collection, one of `collections`.
            views: Number of views of each training photo; built-in collections always have one.

        Raises:
            StudyError: There is no such collection.
        """
        draw = self.built_in.get(name)
        folder = settings.home() / "studies" / "drawn" / name if draw else Path(name)
        if draw and not (folder / "records.csv").is_file():
            yield from draw(folder)
        if not folder.exists():
            raise StudyError(
                f"There is no collection {name!r}.",
                f"Give a folder with a records.csv, or one of {', '.join(self.built_in)}.",
            )
        collection = read_collection(folder, "caption" if draw else self.caption_column)
        called = name if draw else collection.folder.name
        cache = FeatureCache(load_encoders(), settings.features_folder())
        material = yield from encode_for_study(collection, cache, 1 if draw else views, called)
        return material
