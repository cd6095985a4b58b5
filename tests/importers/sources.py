"""A source for each importer, written by hand in the shape that museums document."""

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from tests.importers.museum_server import Museum, photo


def _table(file: Path, rows: list[dict[str, str]], encoding: str = "utf-8-sig") -> Path:
    with file.open("w", encoding=encoding, newline="") as handle:
        writer = csv.DictWriter(handle, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return file


def csv_table(folder: Path, museum: Museum) -> str:
    (folder / "pictures").mkdir()
    for number in range(3):
        (folder / "pictures" / f"A{number}.jpg").write_bytes(photo(number))
    rows = [
        {"Inv. No": f"A{n}", "Photo": f"C:\\store\\A{n}.JPG", "Title": f"Cup {n}, Δῆλος",
         "Material": "gold|silver"}
        for n in range(3)
    ]  # fmt: skip
    return str(_table(folder / "cups.csv", rows))


def folder(folder: Path, museum: Museum) -> str:
    (folder / "photos" / "cups").mkdir(parents=True)
    for number in range(3):
        (folder / "photos" / "cups" / f"gold cup {number}.jpg").write_bytes(photo(number))
    return str(folder / "photos")


def met(folder: Path, museum: Museum) -> str:
    rows: list[dict[str, str]] = []
    for number, public in ((1, "True"), (2, "True"), (3, "False")):
        rows.append(
            {
                "Object Number": f"26.7.{number}", "Is Public Domain": public,
                "Object ID": f"54400{number}", "Department": "Egyptian Art",
                "Object Name": "Amulet", "Title": f"Amulet {number}", "Period": "New Kingdom",
                "Object Date": "ca. 1390–1352 B.C.", "Medium": "Faience", "AccessionYear": "1926",
                "Classification": "Faience|Amulets",
                "Link Resource": f"http://www.metmuseum.org/art/collection/search/54400{number}",
                "Repository": "Metropolitan Museum of Art, New York, NY", "Tags": "Men|Birds",
            }
        )  # fmt: skip
        about = {
            "objectID": 544000 + number, "isPublicDomain": public == "True",
            "primaryImage": f"{museum.address}/large/{number}.jpg",
            "primaryImageSmall": f"{museum.address}/small/{number}.jpg",
            "title": f"Amulet {number}", "medium": "Faience",
        }  # fmt: skip
        museum.pages[f"/objects/54400{number}"] = json.dumps(about).encode()
        museum.pages[f"/small/{number}.jpg"] = photo(number)
    return str(_table(folder / "MetObjects.csv", rows))


def cleveland(folder: Path, museum: Museum) -> str:
    rows = [
        {
            "id": f"10{n}", "accession_number": f"1914.{n}", "share_license_status": status,
            "title": f"Scarab {n}", "creation_date": "c. 1540-1069 BCE", "culture": "Egypt",
            "technique": "steatite", "department": "Egyptian Art", "type": "Jewelry",
            "url": f"https://clevelandart.org/art/1914.{n}",
            "image_web": f"{museum.address}/web/{n}.jpg" if status == "CC0" else "",
            "image_print": "", "image_full": "",
        }
        for n, status in ((1, "CC0"), (2, "CC0"), (3, "Copyrighted"))
    ]  # fmt: skip
    museum.pages |= {f"/web/{n}.jpg": photo(n) for n in (1, 2)}
    return str(_table(folder / "data.csv", rows, "utf-8"))


def iiif(folder: Path, museum: Museum) -> str:
    at = museum.address
    collection = {
        "@context": "http://iiif.io/api/presentation/3/context.json",
        "id": f"{at}/collection", "type": "Collection", "label": {"en": ["All"]},
        "items": [
            {"id": f"{at}/v2", "type": "Manifest", "label": {"en": ["Two"]}},
            {"id": f"{at}/v3", "type": "Manifest", "label": {"en": ["Three"]}},
            {"id": f"{at}/collection", "type": "Collection", "label": {"en": ["Itself"]}},
        ],
    }  # fmt: skip
    museum.pages |= {
        "/collection": json.dumps(collection).encode(),
        "/v2": json.dumps(manifest_2(at)).encode(),
        "/v3": json.dumps(manifest_3(at)).encode(),
        "/image/a/info.json": json.dumps(
            {
                "@context": "http://iiif.io/api/image/2/context.json", "@id": f"{at}/image/a",
                "protocol": "http://iiif.io/api/image", "width": 4000, "height": 3000,
                "profile": ["http://iiif.io/api/image/2/level1.json"],
            }
        ).encode(),
        "/image/a/full/1024,/0/default.jpg": photo(1),
        "/image/b/info.json": json.dumps(
            {
                "@context": "http://iiif.io/api/image/3/context.json", "id": f"{at}/image/b",
                "type": "ImageService3", "profile": "level0", "width": 4000, "height": 3000,
                "sizes": [{"width": 400, "height": 300}, {"width": 2000, "height": 1500}],
            }
        ).encode(),
        "/image/b/full/2000,1500/0/default.jpg": photo(2),
        "/plain.jpg": photo(3),
    }  # fmt: skip
    return f"{at}/collection"


def manifest_2(at: str) -> dict:
    service = {
        "@context": "http://iiif.io/api/image/2/context.json", "@id": f"{at}/image/a",
        "profile": "http://iiif.io/api/image/2/level1.json",
    }  # fmt: skip
    return {
        "@context": "http://iiif.io/api/presentation/2/context.json",
        "@id": f"{at}/v2", "@type": "sc:Manifest",
        "label": [{"@value": "Coupe", "@language": "fr"}, {"@value": "Cup", "@language": "en"}],
        "description": "A <b>gilt</b> cup &amp; cover",
        "license": "https://creativecommons.org/publicdomain/zero/1.0/",
        "attribution": "The Museum", "related": f"{at}/cup",
        "metadata": [{"label": "Material", "value": "gold"},
                     {"label": {"@value": "Period", "@language": "en"}, "value": ["Late", "Old"]}],
        "sequences": [{"@type": "sc:Sequence", "canvases": [{
            "@id": f"{at}/v2/c1", "@type": "sc:Canvas", "label": "p. 1r", "height": 30, "width": 40,
            "images": [{"@type": "oa:Annotation", "motivation": "sc:painting",
                        "on": f"{at}/v2/c1", "resource": {
                            "@id": f"{at}/image/a/full/full/0/default.jpg",
                            "@type": "dctypes:Image", "service": service}}]}]}],
    }  # fmt: skip


def manifest_3(at: str) -> dict:
    def canvas(name: str, body: dict) -> dict:
        return {
            "id": f"{at}/v3/{name}", "type": "Canvas", "height": 30, "width": 40,
            "label": {"none": [f"The {name}"]},
            "items": [{"id": f"{at}/v3/{name}/p", "type": "AnnotationPage", "items": [{
                "id": f"{at}/v3/{name}/a", "type": "Annotation", "motivation": "painting",
                "target": f"{at}/v3/{name}", "body": body}]}],
        }  # fmt: skip

    served = {"id": f"{at}/image/b/full/max/0/default.jpg", "type": "Image", "service": [
        {"id": f"{at}/image/b", "type": "ImageService3", "profile": "level0"}]}  # fmt: skip
    plain = {"id": f"{at}/plain.jpg", "type": "Image", "format": "image/jpeg"}
    return {
        "@context": "http://iiif.io/api/presentation/3/context.json",
        "id": f"{at}/v3", "type": "Manifest", "label": {"de": ["Kanne"], "en": ["Jug"]},
        "summary": {"en": ["A jug."]}, "rights": "http://rightsstatements.org/vocab/NoC-US/1.0/",
        "requiredStatement": {"label": {"en": ["Credit"]}, "value": {"en": ["The Museum"]}},
        "metadata": [{"label": {"en": ["Material"]}, "value": {"en": ["clay", "glaze"]}}],
        "homepage": [{"id": f"{at}/jug", "type": "Text", "label": {"en": ["Jug"]}}],
        "items": [canvas("front", served), canvas("back", {"type": "Choice", "items": [plain]})],
    }  # fmt: skip


class Expected(NamedTuple):
    """What an importer makes of three records.

    Attributes:
        make: Writes them into a folder or puts them on a server; returns their address.
        photos: How many of them have a photo.
        caption: Of the first.
        label: Of the first.
    """

    make: Callable[[Path, Museum], str]
    photos: int
    caption: str
    label: str = ""


SOURCES = {
    "cleveland": Expected(cleveland, 2, "Scarab 1. Egypt. c. 1540-1069 BCE", "Jewelry"),
    "csv_table": Expected(csv_table, 3, "Cup 0, Δῆλος", "gold"),
    "folder": Expected(folder, 3, "gold cup 0"),
    "iiif": Expected(iiif, 3, "Cup. A gilt cup & cover"),
    "met": Expected(met, 2, "Amulet 1. Amulet. New Kingdom. ca. 1390–1352 B.C.", "Faience"),
}
