"""What is exported for IIIF viewers and for data tools."""

import io
import json
from pathlib import Path

import pyarrow.parquet as pq

from qcmfm import exports
from qcmfm.exports import PROGRAM_COLUMNS
from qcmfm.records import Collection, Record
from tests.exports.test_exports import GOLD, ID, folder, reviewed, source, table  # noqa: F401

AT = "https://museum.example/iiif/cup/canvas/1"


def from_manifest(folder: Path) -> Collection:  # noqa: F811
    cells = {"canvas": AT, "canvas_width": "4000", "canvas_height": "2000"}
    named = Record("r1", "images/a b.png", "a gilt cup", cells=cells)
    plain = [Record("r2"), Record("r3", "images/a b.png"), Record("r4", cells={"canvas": AT})]
    return Collection.from_records(folder, [named, *plain, Record("nothing")])


def test_an_annotation_page_names_canvases_in_their_own_pixels(folder: Path):  # noqa: F811
    exported = exports.export("iiif_3", reviewed(from_manifest(folder)))
    page = json.loads(exported.content)
    assert page["@context"][-1] == "http://iiif.io/api/presentation/3/context.json"
    assert page["type"] == "AnnotationPage" and exported.name == "cups-iiif-3.json"
    by_record = {item["qcmfm:recordId"]: item for item in page["items"]}
    assert sorted(by_record) == ["r1", "r2", "r3", "r4"]  # of the fifth nobody knows anything
    # The photo has 4 x 4 pixels; one box is in its pixels, the other in percent.
    assert by_record["r1"]["target"] == [
        f"{AT}#xywh=10000,10000,30000,20000",
        f"{AT}#xywh=60,40,120,80",
    ]
    assert by_record["r2"]["target"] == "records.csv#r2"
    assert by_record["r3"]["target"] == "images/a%20b.png"
    assert by_record["r4"]["target"] == AT
    assert all(item["motivation"] in ("classifying", "questioning") for item in page["items"])
    assert by_record["r1"]["creator"] == {"type": "Person", "name": "Ada"}


def test_an_annotation_list_says_the_same_in_the_older_terms(folder: Path):  # noqa: F811
    collection = from_manifest(folder)
    page = json.loads(exports.export("iiif_2", reviewed(collection)).content)
    assert page["@type"] == "sc:AnnotationList"
    assert page["@context"][0] == "http://iiif.io/api/presentation/2/context.json"
    first, other = page["resources"][0], page["resources"][1]
    assert first["@id"] == f"urn:uuid:{ID.format(1)}" and first["@type"] == "oa:Annotation"
    assert first["resource"] == [
        {"@type": "oa:Tag", "format": "text/plain", "chars": "gold"},
        {"@id": GOLD, "@type": "oa:SemanticTag"},
        {"@type": "dctypes:Text", "format": "text/plain", "chars": "hall mark"},
    ]
    assert first["oa:annotatedBy"] == {"@type": "foaf:Person", "foaf:name": "Ada"}
    assert other["resource"] == {"@type": "oa:Tag", "format": "text/plain", "chars": "unobtainium"}
    newer = json.loads(exports.export("iiif_3", reviewed(collection)).content)["items"]
    assert [item["on"] for item in page["resources"]] == [item["target"] for item in newer]


def test_parquet_holds_what_the_csv_holds(source: Collection):  # noqa: F811
    exported = exports.export("parquet", reviewed(source))
    found = pq.read_table(io.BytesIO(exported.content))
    rows = table(exports.export("records", reviewed(source)).content)
    assert tuple(found.column_names) == (*source.columns, *PROGRAM_COLUMNS)
    for row, expected in zip(found.to_pylist(), rows, strict=True):
        confidence = row.pop("qcmfm_model_confidence")
        told = expected.pop("qcmfm_model_confidence")
        assert row == expected and confidence == (float(told) if told else None)
    assert found.schema.metadata[b"qcmfm_collection"] == b"cups"
