"""A built-in collection on disk: photos, records.csv, regions.json."""

from collections.abc import Iterator
from pathlib import Path
from typing import cast

from joblib import Parallel, delayed

from qcmfm.core.errors import RecordsError
from qcmfm.core.progress import Progress, Work
from qcmfm.core.storage import discard_folder, publish_folder
from qcmfm.demo._registry import design as design_of
from qcmfm.demo.drawing.captions import join
from qcmfm.demo.drawing.design import Thing, plan_thing
from qcmfm.demo.drawing.photography import photograph
from qcmfm.records import Collection, Record, read_collection, write_collection
from qcmfm.records.regions import Region, region_of, write_regions

RIGHTS = "Drawn by QCMFM Studio; CC0 1.0"
AT_ONCE = 24
"""Fewer records than this are drawn without starting other processes."""

Drawn = list[tuple[Record, list[Region]]]


def draw_collection(name: str, out: Path, count: int, seed: int, size: int) -> Work[Collection]:
    """As `draw` of the package says."""
    for what, value, low, high in (
        ("records", count, 1, 1_000_000),
        ("seed", seed, 0, 2**32 - 1),
        ("pixels a side", size, 96, 1024),
    ):
        if not low <= value <= high:
            raise RecordsError(
                f"A collection with {what} = {value} cannot be drawn.", f"Choose {low} to {high}."
            )
    if out.exists():
        raise RecordsError(f"{out} exists already.", "Choose another folder.")
    partial = out.with_name(f".{out.name}.partial")
    discard_folder(partial)
    (partial / "images").mkdir(parents=True)
    drawn: Drawn = []
    stage = f"Drawing {name}"
    for part in _all_drawn(name, partial, count, seed, size):
        drawn += part
        yield Progress(stage, len(drawn), count)
    kept = [record for record, _ in drawn]
    write_collection(Collection.from_records(partial, kept), partial / "records.csv")
    write_regions(
        partial / "regions.json", {record.record_id: regions for record, regions in drawn}
    )
    publish_folder(partial, out)
    return read_collection(out)


def _all_drawn(name: str, folder: Path, count: int, seed: int, size: int) -> Iterator[Drawn]:
    """Draw object after object, in order, on all processors."""
    jobs = [(name, folder, seed, size, number, most) for number, most in _photos(name, count, seed)]
    if count < AT_ONCE:
        yield from map(_draw, jobs)
        return
    # Its processes neither inherit the locks of other threads nor run the main module again, which
    # is a page where a page asks.
    drawn = Parallel(n_jobs=-1, return_as="generator")(delayed(_draw)(job) for job in jobs)
    yield from cast(Iterator[Drawn], drawn)


def _photos(name: str, count: int, seed: int) -> Iterator[tuple[int, int]]:
    """Number of each object, and how many of its photos are wanted."""
    design, number = design_of(name), 0
    while count > 0:
        photos = min(len(plan_thing(design, name, seed, number).shots), count)
        yield number, photos
        count, number = count - photos, number + 1


def _draw(job: tuple[str, Path, int, int, int, int]) -> Drawn:
    name, folder, seed, size, number, most = job
    design = design_of(name)
    thing = plan_thing(design, name, seed, number)
    caption, mentions = join(thing.caption)
    drawn: Drawn = []
    for place, shot in enumerate(thing.shots[:most]):
        layer = design.draw(thing.plan, shot.turn, shot.light, size)
        photo, masks = photograph(layer, shot, thing.plan.form not in design.lying)
        record = _record(design.singular, thing, place, caption)
        photo.save(folder / record.image, quality=shot.quality, optimize=True)
        regions = [
            region_of(caption, m.start, m.end, m.names, masks[m.names])
            for m in mentions
            if m.names in masks and masks[m.names].any()
        ]
        drawn.append((record, regions))
    return drawn


def _record(singular: str, thing: Thing, place: int, caption: str) -> Record:
    group = f"{singular}-{thing.number:05d}"
    record_id = f"{group}-{place + 1}"
    return Record(
        record_id,
        f"images/{record_id}.jpg",
        caption,
        thing.plan.label,
        thing.split,
        group,
        cells={"difficulty": thing.difficulty, "rights": RIGHTS},
    )
