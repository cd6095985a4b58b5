"""Commands that make collections and find in them: demo, import, catalog and search."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from qcmfm.cli._arguments import Json
from qcmfm.cli._output import echo, echo_result, finish_work
from qcmfm.core import settings
from qcmfm.core.errors import CatalogError

if TYPE_CHECKING:
    from qcmfm.catalog import Hit


def demo(
    out: Annotated[Path, typer.Option(help="Folder; each collection gets one of its own in it.")],
    collection: Annotated[
        list[str] | None, typer.Option(help="artifacts or textiles; by default both.")
    ] = None,
    size: Annotated[
        int | None, typer.Option(help="Records of each collection; by default 600 and 480.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Two seeds share no photo.")] = 0,
    pixels: Annotated[int, typer.Option(help="Side of the photos.")] = 384,
    as_json: Json = False,
) -> None:
    """Draw the built-in collections, with the true region of every word."""
    from qcmfm import demo as built_in

    said: list[dict[str, Any]] = []
    for name in collection or built_in.names():
        folder = out.resolve() / name
        drawn = finish_work(built_in.draw(name, folder, size, seed, pixels), as_json)
        said.append({"collection": name, "folder": str(folder), "records": len(drawn.records)})
    text = "\n".join(f"{found['folder']}: {found['records']} records" for found in said)
    echo({"collections": said}, text, as_json)


def import_source(
    source: Annotated[str, typer.Argument(help="A file, a folder or a web address.")],
    name: Annotated[str, typer.Option(help="Of the collection; one that is there is updated.")],
    importer: Annotated[str, typer.Option(help="By default the one that fits.")] = "",
    photos: Annotated[
        Path | None, typer.Option(help="Folder or ZIP of the photos that a table names.")
    ] = None,
    id_column: Annotated[str | None, typer.Option(help="Column of the ids.")] = None,
    image_column: Annotated[str | None, typer.Option(help="Column of the photos.")] = None,
    caption_column: Annotated[
        list[str] | None, typer.Option(help="Column of the captions; may be repeated.")
    ] = None,
    label_column: Annotated[str | None, typer.Option(help="Column of the labels.")] = None,
    group_column: Annotated[str | None, typer.Option(help="Column of the objects.")] = None,
    as_json: Json = False,
) -> None:
    """Import a table, a folder or ZIP of photos, or a IIIF manifest into a collection.

    Columns that are not named are guessed. The same command goes on after an interruption, and
    updates the collection when the source has changed.
    """
    from qcmfm import importers

    given = {
        "record_id": id_column, "image": image_column, "caption": caption_column,
        "label": label_column, "group": group_column,
    }  # fmt: skip
    named = {field: value for field, value in given.items() if value is not None}
    columns = None
    if named:
        found = finish_work(importers.preview(source, photos, importer=importer), as_json)
        columns = (found.chosen or importers.Columns()).changed(named)
    work = importers.import_collection(source, name, importer, columns, photos)
    report = finish_work(work, as_json)
    echo_result([str(problem) for problem in (*report.refused, *report.notes)])
    told = report.summary
    text = (
        f"{report.name}: {report.taken:,} records ({report.added:,} added, {report.updated:,} "
        f"updated), {report.photos:,} with a photo; {len(report.refused):,} refused, "
        f"{len(report.duplicates):,} groups of near-duplicate photos"
    )
    if report.errors_file:
        file = settings.collections_folder() / report.name / report.errors_file
        text += f"\nWhat was wrong, beside each row: {file}"
    echo(told, text, as_json)


def catalog(
    collection: Annotated[
        list[str] | None, typer.Option(help="Its name; may be repeated. By default every one.")
    ] = None,
    anew: Annotated[bool, typer.Option("--anew", help="Make everything again.")] = False,
    as_json: Json = False,
) -> None:
    """Make collections searchable; what did not change since last time is kept."""
    from dataclasses import asdict

    from qcmfm import service

    said: list[dict[str, Any]] = []
    for name in collection or list(service.collection_folders()):
        change = finish_work(service.build_catalog(name, anew), as_json)
        said.append({"collection": name, **asdict(change)})
    text = "\n".join(
        f"{found['collection']}: {found['records']:,} records ({found['written']:,} written, "
        f"{found['removed']:,} removed)"
        for found in said
    )
    echo({"collections": said}, text, as_json)


def search(
    text: Annotated[str, typer.Argument(help="Words to search for.")] = "",
    image: Annotated[Path | None, typer.Option(help="A photo to find the like of.")] = None,
    like: Annotated[str, typer.Option(help="Id of a record to find the like of.")] = "",
    collection: Annotated[
        list[str] | None, typer.Option(help="Its name; may be repeated. By default every one.")
    ] = None,
    where: Annotated[str, typer.Option(help="everywhere, captions or photos.")] = "everywhere",
    label: Annotated[list[str] | None, typer.Option(help="May be repeated.")] = None,
    museum: Annotated[list[str] | None, typer.Option(help="May be repeated.")] = None,
    period: Annotated[list[str] | None, typer.Option(help="May be repeated.")] = None,
    reviewed: Annotated[
        list[str] | None, typer.Option(help="Label that reviewers gave; may be repeated.")
    ] = None,
    count: Annotated[int, typer.Option(min=1, max=200, help="The most to show.")] = 10,
    as_json: Json = False,
) -> None:
    """Find records by words, by a photo, or by what is like another record."""
    from qcmfm import service
    from qcmfm.catalog import PLACES, SearchFilters

    if sum((bool(text.strip()), image is not None, bool(like))) != 1:
        raise CatalogError(
            "It is not clear what to search for.", "Give words, or --image, or --like: one of them."
        )
    if where not in PLACES:
        raise CatalogError(f"There is no {where!r} to search in.", f"One of: {', '.join(PLACES)}.")
    narrowing = SearchFilters(
        {"category": label or (), "museum": museum or (), "period": period or ()}
    )
    searcher, hits = service.Searcher(), []
    for name in service.catalogued_collections(collection or ()):
        shelf = service.open_search_index(name)
        if reviewed:
            decided = service.reviewed_labels(name)
            only = [key for one in reviewed for key in decided.get(one, ())]
            narrowing = replace(narrowing, only=only)
        if like:
            found = shelf.similar_to(like, narrowing, count)
        elif image:
            found = searcher.by_photo(shelf, image, narrowing, count)
        else:
            found = searcher.by_words(shelf, text, narrowing, where, count)
        hits += [(name, hit) for hit in found]
    if like and not hits:
        raise CatalogError(
            f"No record {like[:80]!r} is in the catalog.", "Check id and collection."
        )
    # The best of each collection first; ways of looking are alike in all of them.
    hits = sorted(hits, key=lambda pair: -pair[1].score)[:count]
    said = [
        {"collection": name, "score": hit.score, "found_by": hit.found_by, **hit.row}
        for name, hit in hits
    ]
    echo({"hits": said}, "\n".join(_hit_line(name, hit) for name, hit in hits), as_json)


def _hit_line(name: str, hit: "Hit") -> str:
    ways = ", ".join(f"{way} {score:.2f}" for way, score in hit.found_by.items())
    row = hit.row
    return f"{name}/{hit.record_id}  {row['category'] or 'no label'}  {row['caption']}  ({ways})"
