"""What somebody asks of a study."""

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
"""Records of a built-in collection, and their seed, which nothing was chosen on."""


@dataclass(frozen=True)
class StudyRequest:
    """What to study, where to keep it, and how long to go on.

    Args:
        out: Folder of the results.
        collections: Built-in collections by name, or folders and files of records.
        seeds: How many trainings of each system.
        folds: Which folds; empty for what the study does by default.
        only: Systems to train; empty for all of the study's.
        caption_column: Of collections that are not built in.
        minutes: After so long nothing more is begun; the same request goes on from there.
        data: Folder of the image sets, for the study of views.
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
        """Where the results are kept."""
        return Results(self.out)

    def is_over(self) -> bool:
        """Whether the time is up."""
        return time.monotonic() - self.started > 60 * self.minutes

    def encoded(self, name: str, views: int) -> Work[EncodedCollection]:
        """A collection's features, encoded where they are not yet.

        Args:
            name: One of `collections`.
            views: Number of views of each training photo; built-in collections have one.

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
