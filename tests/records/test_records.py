"""Records files of every kind are read, and what is wrong with a row is said."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import pytest

from qcmfm.core.errors import RecordsError
from qcmfm.records import (
    Collection,
    Problem,
    Record,
    read_collection,
    write_collection,
)
from tests.written import ids, read


@pytest.fixture
def small_cells(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Cells may hold 100 characters during the test."""
    limit, real = csv.field_size_limit(100), csv.field_size_limit
    monkeypatch.setattr(csv, "field_size_limit", lambda _=None: real())  # nobody raises it again
    yield
    real(limit)


def only_problem(collection: Collection) -> Problem:
    assert len(collection.problems) == 1
    return collection.problems[0]


TABLE = 'record_id,caption,label\nr1,"Tea, for two",silver\nr2,Gefäß aus 金,gold\n'


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_encodings_delimiters_and_line_ends(
    tmp_path: Path, encoding: str, delimiter: str, line_end: str
):
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator=line_end).writerows(
        csv.reader(io.StringIO(TABLE))
    )
    mark = "\ufeff" if encoding in ("utf-16-le", "utf-16-be") else ""
    collection = read(tmp_path, (mark + out.getvalue()).encode(encoding))
    assert not collection.problems
    assert collection.columns == ("record_id", "caption", "label")
    assert [(r.record_id, r.caption, r.label) for r in collection.records] == [
        ("r1", "Tea, for two", "silver"),
        ("r2", "Gefäß aus 金", "gold"),
    ]


def test_a_file_or_its_folder_can_be_given(tmp_path: Path):
    by_folder = read(tmp_path, TABLE)
    by_file = read_collection(tmp_path / "records.csv")
    assert by_folder == by_file
    assert by_file.folder == tmp_path.resolve()


@pytest.mark.parametrize("line", ["r2,a", "r2,a,b,c", "r2"])
def test_a_row_with_the_wrong_number_of_cells_is_refused(tmp_path: Path, line: str):
    collection = read(tmp_path, f"record_id,caption,label\nr1,,\n{line}\nr3,,\n")
    assert ids(collection) == ["r1", "r3"]
    problem = only_problem(collection)
    assert (problem.row, problem.column, problem.record_id, problem.refused) == (3, "", "r2", True)
    assert f"{line.count(',') + 1} cells where the header has 3" in problem.reason
    assert [row.record is None for row in collection.rows] == [False, True, False]


def test_a_duplicate_id_is_refused_and_the_first_row_named(tmp_path: Path):
    collection = read(tmp_path, "record_id,caption\nr1,first\nr2,\n r1 ,second\n")
    assert [r.caption for r in collection.records] == ["first", ""]
    problem = only_problem(collection)
    assert (problem.row, problem.column, problem.refused) == (4, "record_id", True)
    assert "row 2" in problem.reason
    assert str(problem).startswith("row 4, column record_id: ")


@pytest.mark.parametrize("empty", ["", "  ", "\u3000"])
def test_an_empty_id_is_refused(tmp_path: Path, empty: str):
    collection = read(tmp_path, f"record_id,caption\n{empty},a vase\nr2,\n")
    assert ids(collection) == ["r2"]
    problem = only_problem(collection)
    assert (problem.row, problem.column, problem.refused) == (2, "record_id", True)


def test_a_photo_inside_the_folder_is_kept(tmp_path: Path):
    (tmp_path / "images").mkdir()
    (tmp_path / "images" / "a b.jpg").touch()
    collection = read(tmp_path, "record_id,image\nr1,images/a b.jpg\nr2,images/../images/a b.jpg\n")
    assert not collection.problems
    for record in collection.records:
        path = collection.image_path(record)
        assert path and path.is_file()
    assert collection.image_path(Record("r3")) is None


@pytest.mark.parametrize(
    ("image", "reason"),
    [
        ("{outside}", "leaves the collection's folder"),
        ("../outside.jpg", "leaves the collection's folder"),
        ("images/../../outside.jpg", "leaves the collection's folder"),
        ("file-link.jpg", "leaves the collection's folder"),
        ("folder-link/outside.jpg", "leaves the collection's folder"),
        ("loop.jpg", "is not a path"),
        ("https://museum.example/a.jpg", "is an address"),
        ("file:///etc/passwd", "is an address"),
        ("missing.jpg", "there is no file 'missing.jpg'"),
        (".", "there is no file '.'"),
        ("a\0.jpg", "is not a path"),
        ("x" * 5000, "is not a path"),
    ],
)
def test_any_other_photo_is_reported_and_the_record_goes_on(
    tmp_path: Path, image: str, reason: str
):
    outside, folder = tmp_path / "outside.jpg", tmp_path / "cups"
    outside.touch()
    folder.mkdir()
    (folder / "file-link.jpg").symlink_to(outside)
    (folder / "folder-link").symlink_to(tmp_path)
    (folder / "loop.jpg").symlink_to(folder / "loop.jpg")
    image = image.format(outside=outside)
    collection = read(folder, f"record_id,image,caption\nr1,{image},a vase\n")
    (record,) = collection.records
    assert (record.image, record.caption, record.cells["image"]) == ("", "a vase", image)
    problem = only_problem(collection)
    assert (problem.row, problem.column, problem.refused) == (2, "image", False)
    assert reason in problem.reason
    assert len(problem.reason) < 400


def test_bytes_that_are_not_utf8_are_replaced_and_reported(tmp_path: Path):
    collection = read(tmp_path, b"record_id,caption\nr1,Gef\xe4\xdf\nr2,fine\n")
    assert [r.caption for r in collection.records] == ["Gef\ufffd\ufffd", "fine"]
    problem = only_problem(collection)
    assert (problem.row, problem.column, problem.refused) == (2, "caption", False)


def test_bytes_that_are_not_utf8_in_the_header_are_replaced(tmp_path: Path):
    collection = read(tmp_path, b"record_id,Ma\xdfe\nr1,12 cm\n")
    assert collection.columns == ("record_id", "Ma\ufffde")
    assert collection.records[0].cells["Ma\ufffde"] == "12 cm"


def test_a_utf16_file_cut_in_the_middle_of_a_character_is_read(tmp_path: Path):
    collection = read(tmp_path, "record_id,caption\nr1,ab\nr2,cd".encode("utf-16")[:-1])
    assert [r.caption for r in collection.records] == ["ab", "c\ufffd"]


def test_a_nul_is_text_like_any_other(tmp_path: Path):
    collection = read(tmp_path, "record_id,caption\nr1,a\0b\n")
    assert collection.records[0].caption == "a\0b"


def test_an_unknown_split_is_reported_and_kept_from_training(tmp_path: Path):
    collection = read(
        tmp_path, "record_id,split\nr1,training\nr2,train\nr3,val\nr4,test\nr5,holdout\nr6,\n"
    )
    splits = [r.split for r in collection.records]
    assert splits == ["holdout", "train", "val", "test", "holdout", ""]
    problem = only_problem(collection)
    assert (problem.row, problem.column, problem.refused) == (2, "split", False)
    assert "'training' is none of train, val, test, holdout" in problem.reason


@pytest.mark.parametrize(
    ("header", "before", "after"),
    [("record_id,caption", "r2,", ""), ("caption,record_id", "", ",r2"), ("record_id", "", "")],
)
def test_a_cell_over_the_limit_costs_its_own_row_only(
    tmp_path: Path, small_cells: None, header: str, before: str, after: str
):
    good = [",".join("r" + str(n) for _ in header.split(",")) for n in (1, 3)]
    huge = before + "x" * 101 + after
    collection = read(tmp_path, "\n".join([header, good[0], huge, good[1], ""]))
    assert ids(collection) == ["r1", "r3"]
    problem = only_problem(collection)
    assert (problem.row, problem.refused) == (3, True)
    assert "larger than field limit (100)" in problem.reason


def test_a_header_over_the_limit_is_an_error(tmp_path: Path, small_cells: None):
    with pytest.raises(RecordsError, match=r"header of records\.csv"):
        read(tmp_path, "record_id," + "x" * 101 + "\nr1,a\n")


def test_a_quote_that_is_never_closed_costs_its_own_row_only(tmp_path: Path):
    collection = read(tmp_path, 'record_id,caption\nr1,a 5" plate\nr2,"open\nr3,a vase\n')
    assert [r.caption for r in collection.records] == ['a 5" plate', "a vase"]
    assert only_problem(collection).row == 3


def test_spaces_around_a_column_name_do_not_hide_it(tmp_path: Path):
    collection = read(tmp_path, "record_id, caption , split\nr1,A vase,Train\n")
    (record,) = collection.records
    assert (record.caption, record.split) == ("A vase", "train")
    assert collection.columns == ("record_id", " caption ", " split")


def test_a_path_as_windows_writes_it_is_found(tmp_path: Path):
    (tmp_path / "images").mkdir()
    (tmp_path / "images" / "1.png").write_bytes(b"")
    collection = read(tmp_path, "record_id,image\nr1,images\\1.png\n")
    assert collection.records[0].image == "images/1.png" and not collection.problems


def test_blank_lines_are_no_rows_but_count_in_the_numbering(tmp_path: Path):
    collection = read(tmp_path, "record_id,split\n\nr1,\n\n\nr2,training\n\n")
    assert [row.number for row in collection.rows] == [3, 6]
    assert only_problem(collection).row == 6


def test_other_columns_come_back_as_they_were(tmp_path: Path):
    source = 'title,record_id,museum no.,label\n" A ",r1,007,gold \n=1+1,r2,"a\nb",\n'
    collection = read(tmp_path, source)
    assert [dict(r.cells) for r in collection.records] == [
        {"title": " A ", "record_id": "r1", "museum no.": "007", "label": "gold "},
        {"title": "=1+1", "record_id": "r2", "museum no.": "a\nb", "label": ""},
    ]
    assert collection.records[0].label == "gold"
    copy = tmp_path / "copy" / "records.csv"
    write_collection(collection, copy)
    with copy.open(encoding="utf-8", newline="") as handle:
        assert list(csv.reader(handle)) == list(csv.reader(io.StringIO(source)))


def test_caption_and_label_can_come_from_other_columns(tmp_path: Path):
    content = "record_id,caption,Description,Material\nr1,short,A long story,silver\n"
    record = read(tmp_path, content, caption_column="Description", label_column="Material").records[
        0
    ]
    assert (record.caption, record.label) == ("A long story", "silver")
    assert read(tmp_path, content).records[0].caption == "short"


@pytest.mark.parametrize(
    ("content", "columns", "parts"),
    [
        ("", {}, ["is empty"]),
        ("id,caption\nr1,a\n", {}, ["no column 'record_id'", "id, caption"]),
        ("record_id,text\nr1,a\n", {"caption_column": "txt"}, ["'txt'", "record_id, text"]),
        ("record_id,text\nr1,a\n", {"label_column": "Material"}, ["'Material'", "record_id, text"]),
        ("record_id,a,a\nr1,1,2\n", {}, ["more than one column called 'a'"]),
    ],
)
def test_a_file_that_cannot_be_read_at_all_says_why(
    tmp_path: Path, content: str, columns: dict[str, str], parts: list[str]
):
    with pytest.raises(RecordsError) as caught:
        read(tmp_path, content, **columns)
    assert "records.csv" in caught.value.message
    for part in parts:
        assert part in str(caught.value)


def test_a_missing_file_is_named(tmp_path: Path):
    with pytest.raises(RecordsError, match=r"no records file at .*records\.csv"):
        read_collection(tmp_path / "records.csv")
