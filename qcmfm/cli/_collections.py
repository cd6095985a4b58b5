"""Commands that make collections and search them: demo, import, catalog and search."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from qcmfm.cli._arguments import Json
from qcmfm.cli._output import echo, echo_result, finish_work
from qcmfm.core import settings

if TYPE_CHECKING:
    from qcmfm.catalog import Hit


def demo(
    out: Annotated[Path, typer.Option(help="Folder in which each collection gets its own folder.")],
    collection: Annotated[
        list[str] | None, typer.Option(help="artifacts or textiles; by default both.")
    ] = None,
    size: Annotated[
        int | None, typer.Option(help="Records per collection; by default 600 and 480.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Random seed; no two seeds share a photo.")] = 0,
    pixels: Annotated[int, typer.Option(help="Width and height of the photos, in pixels.")] = 384,
    as_json: Json = False,
) -> None:
    """Generate the built-in collections, with the true region of every word."""
    from qcmfm import service

    made: list[dict[str, Any]] = []
    for name in collection or service.built_in_collections():
        folder = out.resolve() / name
        work = service.draw_into(folder, name, size, seed, pixels)
        drawn = finish_work(work, as_json)
        made.append({"collection": name, "folder": str(folder), "records": len(drawn.records)})
    text = "\n".join(f"{found['folder']}: {found['records']} records" for found in made)
    echo({"collections": made}, text, as_json)


def import_source(
    source: Annotated[str, typer.Argument(help="A file, a folder or a web address.")],
    name: Annotated[str, typer.Option(help="Name of the collection; an existing one is updated.")],
    importer: Annotated[
        str, typer.Option(help="Importer to use; by default the one that fits the source.")
    ] = "",
    photos: Annotated[
        Path | None, typer.Option(help="Folder or ZIP file with the photos that a table names.")
    ] = None,
    id_column: Annotated[str | None, typer.Option(help="Column with the record ids.")] = None,
    image_column: Annotated[
        str | None, typer.Option(help="Column with the file names of the photos.")
    ] = None,
    caption_column: Annotated[
        list[str] | None, typer.Option(help="Column with the captions; may be repeated.")
    ] = None,
    label_column: Annotated[str | None, typer.Option(help="Column with the labels.")] = None,
    group_column: Annotated[
        str | None, typer.Option(help="Column with the object that a record belongs to.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Import a table, a folder or ZIP of photos, or a IIIF manifest into a collection.

    Columns that you do not name are detected. Run the same command again to continue after an
    interruption, or to update the collection when its source has changed.
    """
    from qcmfm import service

    given = {
        "record_id": id_column, "image": image_column, "caption": caption_column,
        "label": label_column, "group": group_column,
    }  # fmt: skip
    named = {field: value for field, value in given.items() if value is not None}
    work = service.import_source(source, name, importer, named, photos)
    report = finish_work(work, as_json)
    echo_result([str(problem) for problem in (*report.refused, *report.notes)])
    text = (
        f"{report.name}: {report.taken:,} records ({report.added:,} added, {report.updated:,} "
        f"updated), {report.photos:,} with a photo; {len(report.refused):,} refused, "
        f"{len(report.duplicates):,} groups of near-duplicate photos"
    )
    if report.errors_file:
        file = settings.collections_folder() / report.name / report.errors_file
        text += f"\nEach refused row, with the reason: {file}"
    echo(report.summary, text, as_json)


def catalog(
    collection: Annotated[
        list[str] | None,
        typer.Option(help="Name of a collection; may be repeated. By default all."),
    ] = None,
    rebuild: Annotated[
        bool, typer.Option("--rebuild", help="Rebuild the entire index, not only what changed.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Build the search index of collections; only records that changed are processed again."""
    from dataclasses import asdict

    from qcmfm import service

    built: list[dict[str, Any]] = []
    for name in collection or list(service.collection_folders()):
        change = finish_work(service.build_catalog(name, rebuild), as_json)
        built.append({"collection": name, **asdict(change)})
    text = "\n".join(
        f"{found['collection']}: {found['records']:,} records ({found['written']:,} written, "
        f"{found['removed']:,} removed)"
        for found in built
    )
    echo({"collections": built}, text, as_json)


def search(
    text: Annotated[str, typer.Argument(help="Words to search for.")] = "",
    image: Annotated[
        Path | None, typer.Option(help="Photo file; finds records with similar photos.")
    ] = None,
    similar_to: Annotated[
        str, typer.Option(help="Id of a record; finds records similar to it.")
    ] = "",
    collection: Annotated[
        list[str] | None,
        typer.Option(help="Name of a collection; may be repeated. By default all."),
    ] = None,
    where: Annotated[
        str, typer.Option(help="Where to look for the words: everywhere, captions or photos.")
    ] = "everywhere",
    label: Annotated[
        list[str] | None, typer.Option(help="Only records with this label; may be repeated.")
    ] = None,
    museum: Annotated[
        list[str] | None, typer.Option(help="Only records of this museum; may be repeated.")
    ] = None,
    period: Annotated[
        list[str] | None, typer.Option(help="Only records of this period; may be repeated.")
    ] = None,
    reviewed: Annotated[
        list[str] | None,
        typer.Option(help="Only records to which reviewers gave this label; may be repeated."),
    ] = None,
    count: Annotated[
        int, typer.Option(min=1, max=200, help="Maximum number of records to show.")
    ] = 10,
    as_json: Json = False,
) -> None:
    """Find records by words, by a photo, or by similarity to another record."""
    from qcmfm import service
    from qcmfm.catalog import SearchFilters

    filters = SearchFilters(
        {"category": label or (), "museum": museum or (), "period": period or ()}
    )
    hits = service.search_collections(
        service.SearchQuery(text, image, similar_to, where, filters, tuple(reviewed or ()), count),
        collection or (),
    )
    rows = [
        {"collection": name, "score": hit.score, "found_by": hit.found_by, **hit.row}
        for name, hit in hits
    ]
    echo({"hits": rows}, "\n".join(_hit_line(name, hit) for name, hit in hits), as_json)


def _hit_line(name: str, hit: "Hit") -> str:
    scores = ", ".join(f"{way} {score:.2f}" for way, score in hit.found_by.items())
    row = hit.row
    return f"{name}/{hit.record_id}  {row['category'] or 'no label'}  {row['caption']}  ({scores})"
