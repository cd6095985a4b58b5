"""Tables of records as a whole: written, read back, and told about in numbers."""

import csv
import io
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from qcmfm.core.errors import RecordsError
from qcmfm.records import (
    FIELDS,
    Collection,
    Record,
    crossing_groups,
    label_counts,
    read_collection,
    write_collection,
)
from tests.written import ids, read


def test_label_counts_are_sorted_and_leave_out_the_unlabelled():
    labels = ["gold", "", "silver", "silver"]
    counted = label_counts([Record(str(n), label=label) for n, label in enumerate(labels)])
    assert list(counted.items()) == [("silver", 2), ("gold", 1)]


def test_crossing_groups_are_those_of_labelled_records_with_two_splits():
    rows = [
        ("b", "train", "x"),
        ("b", "test", "x"),
        ("a", "train", "x"),
        ("a", "val", "y"),
        ("unlabelled", "train", ""),
        ("unlabelled", "test", "x"),
        ("unsplit", "", "x"),
        ("unsplit", "train", "x"),
        ("", "train", "x"),
        ("", "test", "x"),
    ]
    found = [
        Record(str(n), group=group, split=split, label=label)
        for n, (group, split, label) in enumerate(rows)
    ]
    assert crossing_groups(found) == ["a", "b"]


def test_a_group_and_a_record_of_the_same_name_are_two_groups():
    assert Record("x").group_key != Record("y", group="x").group_key


def test_records_made_by_the_program_are_written_with_all_their_columns(tmp_path: Path):
    made = [
        Record("r1", caption="a vase", label="gold", split="train", group="g"),
        Record("r2", cells={"colour": "red"}),
    ]
    write_collection(Collection.from_records(tmp_path, made), tmp_path / "records.csv")
    collection = read_collection(tmp_path)
    assert collection.records == made
    assert collection.columns == (*FIELDS, "colour")
    assert [r.cells["colour"] for r in collection.records] == ["", "red"]


TEXT = st.text(st.characters(codec="utf-8"), max_size=20)


@st.composite
def tables(draw: st.DrawFn) -> tuple[list[str], list[list[str]]]:
    """A header with a `record_id` column, and rows with distinct, non-empty ids."""
    plain = st.text("abcdefghij _-äß金", min_size=1, max_size=8).filter(str.strip)
    others = draw(st.lists(plain.filter(lambda name: name != "image"), unique=True, max_size=4))
    place = draw(st.integers(0, len(others)))
    header = [*others[:place], "record_id", *others[place:]]
    distinct = draw(st.lists(TEXT.filter(str.strip), unique_by=str.strip, max_size=6))
    rows = [[draw(TEXT) if name != "record_id" else own for name in header] for own in distinct]
    return header, rows


@given(
    table=tables(),
    delimiter=st.sampled_from(",;\t"),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
def test_any_table_is_read_back_cell_for_cell_and_written_as_it_was(
    tmp_path_factory: pytest.TempPathFactory,
    table: tuple[list[str], list[list[str]]],
    delimiter: str,
    encoding: str,
):
    header, rows = table
    folder = tmp_path_factory.getbasetemp() / "any_table"
    folder.mkdir(exist_ok=True)
    out = io.StringIO(newline="")
    # A header of one column does not tell its delimiter.
    delimiter = delimiter if len(header) > 1 else ","
    csv.writer(out, delimiter=delimiter).writerows([header, *rows])
    collection = read(folder, out.getvalue().encode(encoding))
    expected = [dict(zip(header, row, strict=True)) for row in rows]
    assert not collection.problems
    assert collection.columns == tuple(header)
    assert [r.cells for r in collection.records] == expected
    write_collection(collection, folder / "copy.csv")
    assert [r.cells for r in read_collection(folder / "copy.csv").records] == expected


@given(
    start=st.sampled_from(
        [b"", b"record_id\n", b"record_id,image,split\n", b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf"]
        + ["record_id,caption\r\n".encode(code) for code in ("utf-16", "utf-8-sig")]
    ),
    rest=st.lists(
        st.one_of(st.binary(max_size=12), st.sampled_from([b",", b'"', b"\n", b"\r", b";", b"\0"]))
    ).map(b"".join),
)
def test_bytes_of_any_kind_give_records_or_a_readable_error(
    tmp_path_factory: pytest.TempPathFactory, start: bytes, rest: bytes
):
    folder = tmp_path_factory.getbasetemp() / "any_bytes"
    folder.mkdir(exist_ok=True)
    try:
        collection = read(folder, start + rest)
    except RecordsError as error:
        str(error).encode()
        return
    found = ids(collection)
    assert all(found)
    assert len(found) == len(set(found))
    refused = [problem.row for problem in collection.problems if problem.refused]
    assert refused == [row.number for row in collection.rows if row.record is None]
    assume(found)
    write_collection(collection, folder / "copy.csv")
    assert ids(read_collection(folder / "copy.csv")) == found
