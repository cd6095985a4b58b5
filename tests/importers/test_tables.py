"""Any table is read as it was written, and its columns are guessed sensibly."""

import csv
import datetime
import io
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qcmfm.core.errors import ImportingError
from qcmfm.importers.reading.columns import guess_columns
from qcmfm.importers.reading.item import Columns
from qcmfm.importers.reading.tables import DELIMITERS, guess_delimiter, read_table
from qcmfm.records.csv_rows import Broken

CELL = st.text(st.sampled_from(",;\t|\"'\r\n éπ東=") | st.characters(codec="utf-8"), max_size=8)
NAME = st.text(st.characters(codec="utf-8", categories=["L"]), min_size=1, max_size=8)


@given(
    names=st.lists(NAME, min_size=2, max_size=5, unique=True),
    cells=st.lists(st.lists(CELL, min_size=5, max_size=5), max_size=6),
    delimiter=st.sampled_from(DELIMITERS),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-32"]),
)
def test_any_table_is_read_as_it_was_written(
    tmp_path_factory: pytest.TempPathFactory, names, cells, delimiter, encoding
):
    file = tmp_path_factory.mktemp("table") / "t.csv"
    rows = [row[: len(names)] for row in cells]
    with file.open("w", encoding=encoding, newline="") as handle:
        csv.writer(handle, delimiter=delimiter, quoting=csv.QUOTE_ALL).writerows([names, *rows])
    table = read_table(file, delimiter=delimiter)
    assert table.columns == tuple(names)
    assert [row for _, row in table.rows()] == [row for row in rows if any(row)]


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused_with_a_sentence(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
):
    file = tmp_path_factory.mktemp("table") / "t.csv"
    file.write_bytes(content)
    try:
        table = read_table(file)
    except ImportingError as error:
        assert error.message and error.hint
        return
    for _, row in table.rows():
        assert isinstance(row, Broken) or len(row) == len(table.columns)
    assert len(set(table.columns)) == len(table.columns)


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Vase à figures rouges, décoré; Musée d'Orsay, œuvre; château\n", "cp1252"),
        ("Γλυπτό, Αθήνα, αγγείο με παράσταση του Ηρακλή και της Αθηνάς\n", "cp1253"),
        ("Керамическая чаша, украшенная росписью, девятнадцатый век\n", "cp1251"),
        ("陶磁器の壺、江戸時代の作品。東京国立博物館所蔵\n", "shift_jis"),
    ],
)
def test_older_encodings_are_recognised(tmp_path: Path, text: str, encoding: str):
    file = tmp_path / "t.csv"
    file.write_bytes(
        ("id\tcaption\n" + "".join(f"{n}\t{text}" for n in range(20))).encode(encoding)
    )
    table = read_table(file)
    assert [row[1] for _, row in table.rows() if isinstance(row, list)] == [text.strip()] * 20


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a;b;c\n1,5;2,5;3,5\n1,7;2;3\n", ";"),
        ("title\tnotes, more\na, b, c\td\ne, f\tg\n", "\t"),
        ('id,text\n1,"one; two"\n2,"three; four; five"\n', ","),
        ("a|b\n1|x, y\n", "|"),
        ("alone\nnothing\n", ","),
        ("", ","),
    ],
)
def test_the_delimiter_is_the_one_that_makes_a_table(text: str, expected: str):
    assert guess_delimiter(text) == expected


def test_a_quote_that_is_never_closed_costs_one_row(tmp_path: Path):
    file = tmp_path / "t.csv"
    file.write_text('id,text\n1,"open\n2,fine\n3,"also ""fine"""\n4,"bad" tail\n5,end\n')
    found = list(read_table(file).rows())
    assert [number for number, row in found if isinstance(row, Broken)] == [2, 5]
    assert [row for _, row in found if isinstance(row, list)] == [
        ["2", "fine"], ["3", 'also "fine"'], ["5", "end"],
    ]  # fmt: skip
    assert isinstance(found[0][1], Broken) and found[0][1].text == '1,"open'


def test_columns_without_a_name_or_with_the_same_one_are_told_apart(tmp_path: Path):
    file = tmp_path / "t.csv"
    file.write_text("\n id ,Title,Title,,Title (2)\n1,a,b,c,d\n")
    table = read_table(file)
    assert table.columns == ("id", "Title", "Title (3)", "column 4", "Title (2)")
    assert list(table.rows()) == [(3, ["1", "a", "b", "c", "d"])] or table.header_row == 2


def test_cells_of_a_workbook_are_what_its_reader_sees(tmp_path: Path):
    book = openpyxl.Workbook()
    book.create_sheet("empty", 0)
    sheet = book["Sheet"]
    sheet.append(["id", "number", "share", "day", "yes", "none"])
    sheet.append(["0012", 12, 0.5, datetime.date(2020, 5, 17), True, None])
    book.save(tmp_path / "t.xlsx")
    table = read_table(tmp_path / "t.xlsx")
    assert list(table.rows()) == [(2, ["0012", "12", "0.5", "2020-05-17", "TRUE", ""])]


@pytest.mark.parametrize(
    ("header", "row", "expected"),
    [
        (
            ["record_id", "image", "caption", "label", "split", "group"],
            ["1", "a.jpg", "a cup of gold", "gold", "train", "g"],
            Columns("record_id", "image", ("caption",), "label", "split", "group"),
        ),
        (
            ["idno", "ca_objects.preferred_labels", "media"],
            ["A.1", "A cup of gold", "C:\\x\\1.JPG"],
            Columns("idno", "media", ("ca_objects.preferred_labels",)),
        ),
        (
            ["dcterms:identifier", "dcterms:title", "dcterms:type", "Thumb"],
            ["A.1", "A cup of gold", "Vessel", "https://m.org/x.jpg"],
            Columns("dcterms:identifier", "Thumb", ("dcterms:title",), "dcterms:type"),
        ),
        (
            ["Inv. No.", "Titel", "Bild"],
            ["A.1", "Eine Tasse", "x.tif"],
            Columns("Inv. No.", "Bild", ("Titel",)),
        ),
        (["x", "y"], ["one", "a long text about a cup"], Columns(caption=("y",))),
        (["Accession Number", "IMAGE"], ["1", "no file"], Columns("Accession Number")),
    ],
)
def test_columns_are_guessed_by_their_names_and_by_what_they_hold(header, row, expected):
    assert guess_columns(header, [row] * 1) == expected


@given(
    header=st.lists(
        NAME | st.sampled_from(["id", "image", "title", "label"]), max_size=6, unique=True
    ),
    data=st.data(),
)
def test_a_guess_names_columns_that_there_are_and_none_twice(header, data):
    rows = data.draw(
        st.lists(st.lists(CELL, min_size=len(header), max_size=len(header)), max_size=4)
    )
    guessed = guess_columns(header, rows)
    named = guessed.named()
    assert set(named) <= set(header)
    every = [guessed.record_id, guessed.image, guessed.label, guessed.split, guessed.group]
    every = [name for name in (*every, *guessed.caption) if name]
    assert len(every) == len(set(every))


def test_a_sample_ends_at_a_line(tmp_path: Path):
    out = io.StringIO()
    csv.writer(out).writerows([["id", "text"], *([str(n), "x" * 500] for n in range(2000))])
    (tmp_path / "t.csv").write_text(out.getvalue())
    assert len(list(read_table(tmp_path / "t.csv").rows())) == 2000
