"""An import from end to end: read, fetch photos, find duplicates, write, report."""

import asyncio
import contextlib
import hashlib
import os
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from types import ModuleType

from filelock import Timeout

from qcmfm.core import settings, storage
from qcmfm.core.errors import ImportingError, QcmfmError
from qcmfm.core.messages import msg
from qcmfm.core.progress import Progress, Work
from qcmfm.importers import _registry
from qcmfm.importers._duplicates import near_duplicates
from qcmfm.importers._merging import merge
from qcmfm.importers._photos import PhotoBook, StoredPhoto
from qcmfm.importers._report import Report, write_errors
from qcmfm.importers.fetching.background import Background
from qcmfm.importers.fetching.cache import Cache
from qcmfm.importers.fetching.fetcher import Fetcher, Limits
from qcmfm.importers.reading.documents import MOST, Documents
from qcmfm.importers.reading.item import Columns, Item
from qcmfm.importers.reading.source import is_web, open_source
from qcmfm.records import SPLITS, Problem, named_folder

REPORT = "import/report.json"
"""Path of the last import's report, relative to the collection's folder."""


class Reach:
    """Synchronous access to the web for an import.

    Args:
        background: Event loop in which requests are made.
        cache: Folder of the download cache.
        limits: Limits of fetching; None for the defaults.
    """

    def __init__(self, background: Background, cache: Path, limits: Limits | None):
        self.limits = limits or Limits()
        self.background = background
        self._cache = Cache(cache)
        self.documents = Documents(self._each)

    def __enter__(self) -> "Reach":
        self.fetcher = self.background.run(self._begin())
        return self

    def __exit__(self, *_: object) -> None:
        self.background.run(self.fetcher.close())

    async def _begin(self) -> Fetcher:
        return Fetcher(self._cache, self.limits)

    def fetch(self, address: str) -> Path:
        """Fetch an address and return the file with its content."""
        return self.background.run(self.fetcher.fetch(address))

    def _each(self, addresses: Iterable[str]) -> Iterator[tuple[str, Path | QcmfmError] | None]:
        async def get(address: str) -> tuple[str, Path | QcmfmError]:
            try:
                return address, await self.fetcher.fetch(address, MOST)
            except QcmfmError as error:
                return address, error

        yield from self.background.each(addresses, get, self.limits.at_once)


def cache_folder() -> Path:
    """Folder of the download cache."""
    return settings.home() / "cache" / "web"


def scratch_folder() -> Path:
    """Folder in which archives are unpacked."""
    return settings.home() / "cache" / "unpacked"


def import_collection(
    address: str,
    name: str,
    importer: str = "",
    columns: Columns | None = None,
    photos: Path | None = None,
    limits: Limits | None = None,
) -> Work[Report]:
    """Import a source into a collection of the workspace, which is created if it is new.

    The import can be interrupted at any time and repeated: photos that were already fetched and
    checked are reused, and existing records are updated, not duplicated.

    Args:
        address: A path or a web address.
        name: Name of the collection.
        importer: Name of the importer; by default the one that fits best.
        columns: Columns to use; by default they are guessed.
        photos: A folder or ZIP with the photos that a table names.
        limits: Limits of fetching.

    Raises:
        ImportingError: The source cannot be imported at all.
        RecordsError: The name is not valid for a collection.
    """
    began, folder = time.monotonic(), named_folder(name)
    folder.mkdir(parents=True, exist_ok=True)
    held = storage.lock(folder / "import")
    try:
        held.acquire(timeout=0)
    except Timeout:
        raise ImportingError(
            msg("Another import into {name} is running.", name=name),
            "Wait until it is done, or cancel it.",
        ) from None
    try:
        with Background() as background, Reach(background, cache_folder(), limits) as reach:
            report = yield from _import(address, folder, importer, columns, photos, reach)
    finally:
        if not any(file for file in folder.iterdir() if not file.name.startswith(".")):
            storage.discard_folder(folder)  # the import failed before it wrote anything
        held.release()
    report.seconds = round(time.monotonic() - began, 1)
    report.write(folder / REPORT)
    return report


def _import(
    address: str,
    folder: Path,
    importer: str,
    columns: Columns | None,
    photos: Path | None,
    reach: Reach,
) -> Work[Report]:
    source = yield from open_source(address, scratch_folder(), reach.fetch, photos)
    chosen = importer or _registry.best_importer(source)
    reader = _registry.named(chosen)
    used = columns or reader.columns(source)
    report = Report(folder.name, address, chosen, columns=asdict(used) if used else {})
    report.refused += source.problems
    items: dict[str, Item] = {}
    for count, found in enumerate(reader.read(source, used, reach.documents), start=1):
        if isinstance(found, Problem):
            (report.refused if found.refused else report.notes).append(found)
        else:
            _import_item(found, items, report)
        if count % 50 == 0:
            yield Progress("Reading", count, count, source.name)
    if not items and not report.refused:
        raise ImportingError(
            msg("{name} holds no record.", name=source.name), "Give a source with photos or text."
        )
    book = PhotoBook(folder)
    placed = yield from _gather(list(items.values()), reader, reach, book, report)
    taken = _with_anything(items, placed, book, report)
    yield Progress("Comparing photos", 0, 1)
    report.duplicates = near_duplicates({p.record_id: int(p.hash, 16) for p in placed.values()})
    yield Progress("Writing", 0, 1)
    if hasattr(os, "sync"):
        os.sync()  # the photos, before the table that names them
    images = {record_id: found.image for record_id, found in placed.items()}
    merged = merge(folder, taken, images, used)
    report.added, report.updated = merged.added, merged.updated
    report.unchanged, report.gone = merged.unchanged, merged.gone
    report.photos = len(placed)
    report.refused.sort(key=lambda problem: problem.row)
    report.notes.sort(key=lambda problem: problem.row)
    problems = [*report.refused, *report.notes]
    if problems:
        table = source.table if used is not None and source.path.is_file() else None
        written = write_errors(source, table, problems, folder / "import")
        report.errors_file = written.relative_to(folder).as_posix()
    return report


def _import_item(item: Item, items: dict[str, Item], report: Report) -> None:
    """Normalise an item and add it to `items`; without a valid new id it is refused."""
    record_id = item.record_id
    if not record_id and (item.photo or item.caption):
        key = f"{item.photo}\n{'' if item.photo else item.caption}"
        record_id = hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()[:16]
    record_id = " ".join(record_id.replace("\0", "").split())
    reason = "" if record_id else "the id is empty"
    if record_id in items:
        reason = f"the id {record_id[:200]!r} stands in row {items[record_id].row} already"
    if reason:
        report.refused.append(Problem(item.row, "", reason, record_id[:200], refused=True))
        return
    split = item.split.lower()
    if split not in ("", *SPLITS):
        reason = f"{item.split[:50]!r} is none of {', '.join(SPLITS)}; not used for training"
        report.notes.append(Problem(item.row, "split", reason, record_id))
        split = "holdout"
    if (record_id, split) != (item.record_id, item.split):
        item = replace(item, record_id=record_id, split=split)
    items[record_id] = item


def _gather(
    items: Sequence[Item],
    reader: ModuleType,
    reach: Reach,
    book: PhotoBook,
    report: Report,
) -> Work[dict[str, StoredPhoto]]:
    """Fetch, check and store every photo; failures are added to the report."""

    async def obtain(item: Item) -> tuple[Item, StoredPhoto | QcmfmError | None]:
        try:
            found = await _photo(item, reader, reach, book)
        except QcmfmError as error:
            return item, error
        return item, found

    placed: dict[str, StoredPhoto] = {}
    done, failed = 0, 0
    queue = [item for item in items if item.photo or item.lookup or item.problem]
    stream = reach.background.each(queue, obtain, reach.limits.at_once)
    with contextlib.closing(stream):
        for got in stream:
            if got is not None:
                item, found = got
                done += 1
                if isinstance(found, QcmfmError):
                    failed += 1
                    note = Problem(item.row, item.photo_column, found.message, item.record_id)
                    report.notes.append(note)
                elif found is not None:
                    placed[item.record_id] = found
            note = f"{failed:,} could not be had" if failed else ""
            yield Progress("Photos", done, len(queue), note)
    return {item.record_id: placed[item.record_id] for item in queue if item.record_id in placed}


async def _photo(
    item: Item, reader: ModuleType, reach: Reach, book: PhotoBook
) -> StoredPhoto | None:
    """Fetch and store the photo of one record; None if it has no photo."""
    if item.lookup and not item.problem:
        try:
            document = await reach.fetcher.fetch(item.lookup, MOST)
            item = await asyncio.to_thread(reader.complete, item, document)
        except QcmfmError:
            if not item.photo:
                raise
    if item.problem:
        raise ImportingError(item.problem, "")
    if not item.photo:
        return None
    remote = is_web(item.photo)
    path = await reach.fetcher.fetch(item.photo, reach.limits.photo) if remote else Path(item.photo)
    try:
        return await asyncio.to_thread(book.place, item.record_id, item.photo, path)
    except QcmfmError:
        if remote:
            reach.fetcher.cache.drop(item.photo)  # so that the next import fetches it again
        raise
    except OSError as error:
        raise ImportingError(
            msg("{name} cannot be read: {strerror}.", name=path.name, strerror=error.strerror), ""
        ) from None


def _with_anything(
    items: dict[str, Item], placed: dict[str, StoredPhoto], book: PhotoBook, report: Report
) -> list[Item]:
    """The items with a photo or a caption; others are refused with the reason of their photo."""
    notes = {problem.record_id: problem for problem in report.notes}
    taken: list[Item] = []
    for item in items.values():
        if item.caption.strip() or item.record_id in placed or item.record_id in book.placed:
            taken.append(item)
            continue
        why = notes.get(item.record_id)
        reason = why.reason if why else "there is neither a photo nor a caption"
        column = why.column if why else ""
        report.refused.append(Problem(item.row, column, reason, item.record_id, refused=True))
    refused = {problem.record_id for problem in report.refused}
    report.notes = [problem for problem in report.notes if problem.record_id not in refused]
    return taken
