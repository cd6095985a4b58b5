"""What is exported re-imports unchanged, and says who decided what."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from qcmfm import exports
from qcmfm.core.errors import ReviewError
from qcmfm.exports import PROGRAM_COLUMNS, spreadsheet
from qcmfm.exports.reviewed import Reviewed
from qcmfm.records import Collection, Record, read_collection
from qcmfm.review.log import ReviewLog
from qcmfm.review.state import ReviewState
from tests.review.made import decision, prediction

ID = "11111111-2222-4333-8444-55555555555{}"
GOLD = "http://vocab.getty.edu/aat/300011021"
EVIDENCE = json.dumps(
    {
        "boxes": [
            {"xywh": "10,20,30,40", "words": ["gilt", "cup"], "share": 0.5},
            {"xywh": "percent:1.5,2,3,4"},
            {"xywh": "nowhere"},
        ],
        "shares": {"image": 0.4, "text": 0.5, "both": 0.1},
    }
)
DECISIONS = [
    decision(ID.format(1), "r1", decision="accept", reviewed_aat_uri=GOLD, model_label="gold",
             model_aat_uri=GOLD, confidence="0.8000", model_run="run-1", model_sha256="ab" * 32,
             predicted_at="2026-01-01T00:00:00Z", reason="hall mark", evidence=EVIDENCE),
    decision(ID.format(2), "r2", reviewed_label="jade", reviewer='Bo "B", jr.'),
    decision(ID.format(3), "r2", reviewed_label="unobtainium", supersedes=ID.format(2)),
    decision(ID.format(4), "r3", decision="unsure", reviewed_label=""),
]  # fmt: skip
STATE = ReviewState(DECISIONS)
PREDICTIONS = {name: prediction(name) for name in ("r1", "r2", "r3", "r4")}
CSV = """record_id,image,caption,label,split,group,Object Begin Date,reviewer,title,source_url
r1,images/a b.png,"a ""gilt"" cup, two\nhandles",silver,train,g1,-1353,museum's own,A cup,https://m.org/1
 r2 ,, padded ,gold,Test,,+12,=1+1,,
r3,images/missing.png,@home,,,,"1,5",-x,Titel,
r4,,,gold,odd,,,'=quoted,,
r5/ü,,"	tab",,,,,,,
"""


def reviewed(collection: Collection, **values: Any) -> Reviewed:
    return Reviewed(
        "cups",
        collection,
        **{"predictions": PREDICTIONS, "state": STATE, "decisions": DECISIONS, **values},
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "images").mkdir()
    Image.new("RGB", (4, 4)).save(tmp_path / "images" / "a b.png")
    return tmp_path


@pytest.fixture
def source(folder: Path) -> Collection:
    (folder / "records.csv").write_text(CSV, newline="")
    return read_collection(folder)


def table(content: bytes, encoding: str = "utf-8") -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode(encoding), newline="")))


def cells(collection: Collection) -> list[dict[str, str]]:
    """The cells of the source alone."""
    return [
        {name: value for name, value in record.cells.items() if name not in PROGRAM_COLUMNS}
        for record in collection.records
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_csv_reads_as_the_same_records_and_cells(folder: Path, encoding: str, delimiter: str):
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter).writerows(csv.reader(io.StringIO(CSV, newline="")))
    (folder / "records.csv").write_bytes(out.getvalue().encode(encoding))
    before = read_collection(folder)
    exported = exports.export("records", reviewed(before))
    assert (exported.name, exported.mime) == ("cups.csv", "text/csv")
    (folder / "records.csv").write_bytes(exported.content)
    after = read_collection(folder)
    assert after.records == before.records
    assert cells(after) == cells(before) == [dict(record.cells) for record in before.records]
    assert after.columns == (*before.columns, *PROGRAM_COLUMNS)
    assert (after.encoding, after.delimiter) == (before.encoding, before.delimiter)
    assert [str(problem) for problem in after.problems] == [str(p) for p in before.problems]


def test_exporting_again_changes_nothing_and_adds_no_column(folder: Path, source: Collection):
    first = exports.export("records", reviewed(source)).content
    (folder / "records.csv").write_bytes(first)
    again = read_collection(folder)
    assert exports.export("records", reviewed(again)).content == first
    state = ReviewState([decision("d9", "r5/ü")])
    updated = exports.export("records", reviewed(again, state=state)).content
    assert table(updated)[4]["qcmfm_status"] == "corrected"
    assert table(updated)[0]["qcmfm_status"] == "open"


def test_our_columns_say_what_was_decided_and_what_the_model_had_said(source: Collection):
    rows = table(exports.export("records", reviewed(source)).content)
    assert {name: rows[0][name] for name in PROGRAM_COLUMNS} == {
        "qcmfm_status": "accepted",
        "qcmfm_label": "gold",
        "qcmfm_aat_uri": GOLD,
        "qcmfm_reviewer": "Ada",
        "qcmfm_reviewed_at": "2026-01-02T03:04:05.678Z",
        "qcmfm_decision_id": ID.format(1),
        "qcmfm_model_label": "gold",
        "qcmfm_model_aat_uri": GOLD,
        "qcmfm_model_confidence": "0.8000",
        "qcmfm_model_run": "run-1",
        "qcmfm_model_sha256": "ab" * 32,
        "qcmfm_predicted_at": "2026-01-01T00:00:00Z",
    }
    assert rows[0]["reviewer"] == "museum's own" and rows[0]["label"] == "silver"
    assert [row["qcmfm_status"] for row in rows] == [
        "accepted", "corrected", "unsure", "open", "open",
    ]  # fmt: skip
    assert set(map(rows[4].get, PROGRAM_COLUMNS)) == {"open", ""}


def test_a_collection_made_by_the_program_is_exported_too(tmp_path: Path):
    made = Collection.from_records(tmp_path, [Record("r1", caption="cup", cells={"museum": "M"})])
    (tmp_path / "records.csv").write_bytes(exports.export("records", reviewed(made)).content)
    after = read_collection(tmp_path)
    assert after.records == made.records and after.records[0].cells["museum"] == "M"


CELL = st.text(st.sampled_from("=+-@\t\r\n'\"1,.e%a;") | st.characters(codec="utf-8"), max_size=8)


@settings(max_examples=40)
@given(rows=st.lists(st.tuples(CELL, CELL, CELL), min_size=1, max_size=4))
def test_any_cell_survives_both_tables(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str, str]]
):
    folder = tmp_path_factory.mktemp("cups")
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(("record_id", "caption", "odd=+,name", "notes"))
    writer.writerows((f"r{number}", *row) for number, row in enumerate(rows))
    (folder / "records.csv").write_bytes(out.getvalue().encode())
    before = read_collection(folder)
    for content in (
        exports.export("records", reviewed(before)).content,
        spreadsheet.restored(exports.export("spreadsheet", reviewed(before)).content),
    ):
        (folder / "records.csv").write_bytes(content)
        after = read_collection(folder)
        assert after.records == before.records
        assert cells(after) == [dict(record.cells) for record in before.records]


@pytest.mark.parametrize(
    ("cell", "escaped"),
    [
        ("=1+1", "'=1+1"),
        ("+44 20", "'+44 20"),
        ("-x", "'-x"),
        ("@home", "'@home"),
        ("\tx", "'\tx"),
        ("\rx", "'\rx"),
        ("-1353 BC", "'-1353 BC"),
        ("-1+1", "'-1+1"),
        ("--1", "'--1"),
        ("-", "'-"),
        ("'=1", "''=1"),
        ("''-2", "'''-2"),
        ("-1353", "-1353"),
        ("+12", "+12"),
        ("-1,353.50", "-1,353.50"),
        ("-1.5e-3", "-1.5e-3"),
        ("-5%", "-5%"),
        ("'twas", "'twas"),
        ("a=b", "a=b"),
        ("", ""),
        ("-1\n", "'-1\n"),
        ("-١", "'-١"),
    ],
)
def test_what_a_spreadsheet_would_take_for_a_formula_is_escaped(cell: str, escaped: str):
    assert spreadsheet.escape(cell) == escaped
    assert spreadsheet.unescape(escaped) == cell


@given(CELL)
def test_escaping_can_be_undone_and_leaves_no_formula(cell: str):
    escaped = spreadsheet.escape(cell)
    assert spreadsheet.unescape(escaped) == cell
    if escaped[:1] in set("=+-@\t\r"):
        assert float(escaped.replace(",", "").replace("%", "").replace(".", "")) is not None


def test_the_spreadsheet_starts_with_a_mark_and_holds_no_formula(source: Collection):
    content = exports.export("spreadsheet", reviewed(source)).content
    assert content.startswith(b"\xef\xbb\xbf")
    rows = table(content, "utf-8-sig")
    assert [row["Object Begin Date"] for row in rows[:3]] == ["-1353", "+12", "1,5"]
    assert [row["reviewer"] for row in rows] == [
        "museum's own", "'=1+1", "'-x", "''=quoted", "",
    ]  # fmt: skip
    assert rows[2]["caption"] == "'@home"


def test_the_review_log_can_take_the_place_of_the_log(tmp_path: Path, source: Collection):
    exported = exports.export("review_log", reviewed(source))
    (tmp_path / exported.name).write_bytes(exported.content)
    log = ReviewLog(tmp_path / exported.name)
    assert log.decisions == DECISIONS and not log.damaged
    written = ReviewLog(tmp_path / "log.csv")
    with written.writing():
        written.append(DECISIONS)
    assert written.file.read_bytes() == exported.content


def annotations(collection: Collection) -> dict[str, Any]:
    content = exports.export(
        "web_annotations", reviewed(collection, exported_at="2026-05-05T00:00:00Z")
    )
    assert content.mime == "application/ld+json"
    return json.loads(content.content)


def test_a_checked_label_as_a_web_annotation(source: Collection):
    page = annotations(source)
    assert page["@context"][0] == "http://www.w3.org/ns/anno.jsonld"
    assert page["type"] == "AnnotationPage" and page["id"].startswith("urn:uuid:")
    first = page["items"][0]
    box = {"type": "FragmentSelector", "conformsTo": "http://www.w3.org/TR/media-frags/"}
    assert first == {
        "id": f"urn:uuid:{ID.format(1)}",
        "type": "Annotation",
        "motivation": "classifying",
        "creator": {"type": "Person", "name": "Ada"},
        "created": "2026-01-02T03:04:05.678Z",
        "generator": {"id": "urn:qcmfm:studio", "type": "Software", "name": "QCMFM Studio"},
        "generated": "2026-05-05T00:00:00Z",
        "body": [
            {"type": "TextualBody", "purpose": "tagging", "value": "gold"},
            {"type": "SpecificResource", "purpose": "classifying", "source": GOLD},
            {"type": "TextualBody", "purpose": "commenting", "value": "hall mark"},
        ],
        "target": [
            {
                "type": "SpecificResource",
                "source": "images/a%20b.png",
                "selector": box | {"value": "xywh=10,20,30,40"},
                "qcmfm:words": ["gilt", "cup"],
                "qcmfm:share": 0.5,
            },
            {
                "type": "SpecificResource",
                "source": "images/a%20b.png",
                "selector": box | {"value": "xywh=percent:1.5,2,3,4"},
            },
        ],
        "qcmfm:recordId": "r1",
        "qcmfm:status": "accepted",
        "qcmfm:model": {
            "qcmfm:label": "gold",
            "qcmfm:aatUri": GOLD,
            "qcmfm:confidence": 0.8,
            "qcmfm:run": "run-1",
            "qcmfm:sha256": "ab" * 32,
            "qcmfm:predictedAt": "2026-01-01T00:00:00Z",
        },
    }


def test_other_labels_as_web_annotations(source: Collection):
    items = {item["qcmfm:recordId"]: item for item in annotations(source)["items"]}
    assert list(items) == ["r1", "r2", "r3", "r4"]  # of r5 nobody said anything
    assert items["r2"]["qcmfm:supersedes"] == f"urn:uuid:{ID.format(2)}"
    assert items["r2"]["body"] == [
        {"type": "TextualBody", "purpose": "tagging", "value": "unobtainium"}
    ]
    assert items["r2"]["target"] == "records.csv#r2"
    assert items["r3"]["motivation"] == "questioning"
    assert items["r3"]["body"][0]["value"] == "cannot tell from the photo"
    model = items["r4"]
    assert model["qcmfm:status"] == "open"
    assert model["creator"] == {"type": "Software", "name": "run-1", "qcmfm:sha256": "ab" * 32}
    assert (model["created"], model["qcmfm:confidence"]) == ("2026-01-01T00:00:00Z", 0.8)
    assert annotations(source) == annotations(source)  # the ids follow from what they name


@pytest.mark.parametrize("evidence", ["{", "[]", "3", '{"boxes": 3}', '{"boxes": [{}, 1]}'])
def test_evidence_that_is_none_leaves_the_photo_as_the_target(source: Collection, evidence: str):
    state = ReviewState([decision("d1", "r1", evidence=evidence)])
    content = exports.export("web_annotations", reviewed(source, state=state)).content
    assert json.loads(content)["items"][0]["target"] == "images/a%20b.png"


def test_omeka_s_gets_terms_for_headers_and_checked_labels_alone(source: Collection):
    rows = table(exports.export("omeka_s", reviewed(source)).content)
    assert list(rows[0]) == [
        "dcterms:identifier", "dcterms:title", "dcterms:description", "dcterms:date",
        "dcterms:source", "dcterms:rights", "dcterms:subject", "dcterms:relation",
        "dcterms:provenance",
    ]  # fmt: skip
    assert rows[0]["dcterms:identifier"] == "r1"
    assert rows[0]["dcterms:title"] == "A cup"
    assert rows[0]["dcterms:description"] == 'a "gilt" cup, two\nhandles'
    assert rows[0]["dcterms:source"] == "https://m.org/1"
    assert (rows[0]["dcterms:subject"], rows[0]["dcterms:relation"]) == ("gold", GOLD)
    assert rows[0]["dcterms:provenance"] == (
        "Label 'gold' accepted by Ada on 2026-01-02T03:04:05.678Z; the model run-1 (abababababab) "
        f"had said 'gold' with confidence 0.8000. Decision {ID.format(1)}."
    )
    assert [row["dcterms:subject"] for row in rows] == ["gold", "unobtainium", "", "", ""]
    assert [row["dcterms:title"] for row in rows[1:]] == ["padded", "Titel", "r4", "tab"]
    assert rows[3]["dcterms:provenance"] == ""


@pytest.mark.parametrize("name", exports.names())
def test_every_format_has_a_title_and_takes_an_empty_collection(tmp_path: Path, name: str):
    assert exports.title(name)
    empty = Reviewed("none", Collection(tmp_path), {}, ReviewState())
    exported = exports.export(name, empty)
    assert exported.name.startswith("none") and exported.content and exported.mime


def test_names_of_files_differ_between_formats(source: Collection):
    made = [exports.export(name, reviewed(source)).name for name in exports.names()]
    assert len(set(made)) == len(made)


def test_a_format_that_is_not_there_is_told():
    with pytest.raises(ReviewError, match=r"no export format 'pdf'.*Choose from"):
        exports.title("pdf")
