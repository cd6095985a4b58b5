"""Requests: what a study is to run on, and for how long."""

import time
from dataclasses import dataclass, field
from pathlib import Path

from qcmfm import demo
from qcmfm.core import settings
from qcmfm.core.errors import StudyError
from qcmfm.core.progress import Work
from qcmfm.encoders.features import FeatureCache, load_encoders
from qcmfm.records import read_collection
from qcmfm.studies.trials.plan import EncodedCollection, encode_for_study
from qcmfm.studies.trials.results import Results

DRAWN, FRESH = 2000, 2026
"""Number of records of a built-in collection, and their seed, which no choice was based on."""


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
        built_in = name in demo.names()
        folder = settings.home() / "studies" / "drawn" / name if built_in else Path(name)
        if built_in and not (folder / "records.csv").is_file():
            yield from demo.draw(name, folder, DRAWN, FRESH)
        if not folder.exists():
            raise StudyError(
                f"There is no collection {name!r}.",
                f"Give a folder with a records.csv, or one of {', '.join(demo.names())}.",
            )
        collection = read_collection(folder, "caption" if built_in else self.caption_column)
        called = name if built_in else collection.folder.name
        cache = FeatureCache(load_encoders(), settings.features_folder())
        material = yield from encode_for_study(collection, cache, 1 if built_in else views, called)
        return material
