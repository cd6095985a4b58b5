"""Photos and rows that are wrong, kills, updates, and the report of it all."""

import csv
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from qcmfm.core.progress import finish
from qcmfm.importers import Limits, import_collection
from qcmfm.records import read_collection
from tests.importers.museum_server import Handler, Museum, photo

Import = Callable[..., object]
HEADER = ["record_id", "image", "caption", "label"]


def write(file: Path, rows: list[list[str]], **dialect) -> str:
    with file.open("w", encoding=dialect.pop("encoding", "utf-8"), newline="") as handle:
        csv.writer(handle, **dialect).writerows([HEADER, *rows])
    return str(file)


def test_every_kind_of_bad_photo_is_told_with_its_row(
    tmp_path: Path, museum: Museum, limits: Limits, home: Path
):
    def lie(handler: Handler) -> None:
        handler.answer(200, b"<!DOCTYPE html><p>Sign in</p>", "image/jpeg")

    def cut(handler: Handler) -> None:
        handler.send_response(200)
        handler.end_headers()
        handler.wfile.write(photo(1)[:-600])
        handler.close_connection = True

    def honest(handler: Handler) -> None:
        handler.answer(200, photo(2, kind="PNG"), "text/html")

    museum.pages |= {"/lie.jpg": lie, "/cut.jpg": cut, "/odd": honest, "/ok.jpg": photo(3)}
    at = museum.address
    rows = [
        ["r1", f"{at}/lie.jpg", "a cup", ""],
        ["r2", f"{at}/cut.jpg", "a cup", ""],
        ["r3", f"{at}/odd", "a cup", ""],
        ["r4", f"{at}/missing.jpg", "a cup", ""],
        ["r5", f"{at}/missing.jpg", "", ""],
        ["r6", "../../etc/passwd", "a cup", ""],
        ["r7", f"{at}/ok.jpg", "", ""],
        ["r7", f"{at}/ok.jpg", "again", ""],
        ["", "", "", "gold"],
        ["r8", "ftp://x/y.jpg", "a cup", ""],
        ["r9", "", "", ""],
        ["r10", "too", "few"],
    ]
    report = finish(import_collection(write(tmp_path / "c.csv", rows), "cups", limits=limits))
    refused = {problem.row: problem.reason for problem in report.refused}
    assert sorted(refused) == [6, 9, 10, 12, 13], refused
    assert "404" in refused[6] and "stands in row 8" in refused[9] and "id is empty" in refused[10]
    assert "neither a photo nor a caption" in refused[12] and "3 cells" in refused[13]
    notes = {problem.row: problem for problem in report.notes}
    assert sorted(notes) == [2, 3, 5, 7, 11] and {n.column for n in notes.values()} == {"image"}
    assert "web page" in notes[2].reason and "broken" in notes[3].reason
    assert "no file" in notes[7].reason and "no address of the web" in notes[11].reason
    collection = read_collection(home / "collections" / "cups")
    assert len(collection.records) == report.taken == 7 and not collection.problems
    assert {r.record_id: r.image for r in collection.records if r.image} == {
        "r3": "images/r3.png", "r7": "images/r7.jpg",
    }  # fmt: skip
    assert collection.records[0].cells["source_image"] == f"{at}/lie.jpg"

    errors = home / "collections" / "cups" / report.errors_file
    back = list(csv.reader(errors.open(encoding="utf-8", newline="")))
    assert back[0] == [*HEADER, "error"] and len(back) == len(rows) + 1
    assert [row[:4] for row in back[1:-1]] == rows[:-1]
    assert [
        number for number, row in enumerate(back, 1) if number > 1 and row[4:] != [""]
    ] == sorted([*refused, *notes])
    # Mended, the same file is taken again, and nothing is there twice.
    museum.pages["/missing.jpg"] = photo(9)
    again = finish(import_collection(str(errors), "cups", limits=limits))
    ids = [r.record_id for r in read_collection(home / "collections" / "cups").records]
    assert ids == [f"r{n}" for n in (1, 2, 3, 4, 6, 7, 8, 5)] and again.added == 1


def test_an_update_changes_what_changed_and_keeps_the_rest(tmp_path: Path, home: Path):
    (tmp_path / "a.jpg").write_bytes(photo(1))
    rows = [["r1", "a.jpg", "old", "gold"], ["r2", "", "stays", ""], ["r3", "", "goes", ""]]
    file = tmp_path / "c.csv"
    finish(import_collection(write(file, rows), "cups"))
    (tmp_path / "a.jpg").write_bytes(photo(2, kind="PNG"))
    rows = [["r1", "a.jpg", "new", ""], ["r2", "", "stays", ""], ["r4", "", "comes", ""]]
    report = finish(import_collection(write(file, rows), "cups"))
    assert (report.added, report.updated, report.unchanged) == (1, 1, 1) and report.gone == ["r3"]
    records = {r.record_id: r for r in read_collection(home / "collections" / "cups").records}
    assert list(records) == ["r1", "r2", "r3", "r4"]
    assert records["r1"].caption == "new" and records["r1"].image == "images/r1.png"
    images = [path.name for path in (home / "collections" / "cups" / "images").iterdir()]
    assert images == ["r1.png"]


def test_a_photo_that_cannot_be_had_this_time_is_kept(
    tmp_path: Path, museum: Museum, limits: Limits, home: Path
):
    museum.pages["/a.jpg"] = photo()
    file = write(tmp_path / "c.csv", [["r1", f"{museum.address}/a.jpg", "cup", ""]])
    finish(import_collection(file, "cups", limits=limits))
    del museum.pages["/a.jpg"]
    from dataclasses import replace

    report = finish(import_collection(file, "cups", limits=replace(limits, fresh=0.0)))
    assert report.notes and report.unchanged == 1
    assert read_collection(home / "collections" / "cups").records[0].image == "images/r1.jpg"


def test_near_duplicates_are_grouped(tmp_path: Path):
    from PIL import Image

    (tmp_path / "a.jpg").write_bytes(photo(1, side=200))
    (tmp_path / "b.png").write_bytes(photo(1, side=200, kind="PNG"))
    with Image.open(tmp_path / "a.jpg") as image:
        image.resize((120, 120)).save(tmp_path / "c.jpg", quality=60)
    for number in range(2, 30):
        (tmp_path / f"other{number}.jpg").write_bytes(photo(number, side=200))
    report = finish(import_collection(str(tmp_path), "cups"))
    assert [sorted(group) for group in report.duplicates] == [["a.jpg", "b.png", "c.jpg"]]


def test_ids_that_make_the_same_file_name_keep_their_own_photos(tmp_path: Path, home: Path):
    ids = ["a/1", "a\\1", "a 1", "A_1", "a_1", "ä", "../../x", "con.", "x" * 300]
    for number in range(len(ids)):
        (tmp_path / f"{number}.jpg").write_bytes(photo(number))
    rows = [[name, f"{number}.jpg", "", ""] for number, name in enumerate(ids)]
    report = finish(import_collection(write(tmp_path / "c.csv", rows), "cups"))
    assert report.photos == len(ids)
    collection = read_collection(home / "collections" / "cups")
    assert [r.record_id for r in collection.records] == ids
    for number, record in enumerate(collection.records):
        path = collection.image_path(record)
        assert path and path.read_bytes() == photo(number)


@pytest.mark.slow
def test_a_killed_import_goes_on_and_asks_for_nothing_twice(
    tmp_path: Path, museum: Museum, home: Path
):
    def slow(handler: Handler) -> None:
        time.sleep(0.03)
        handler.answer(200, photo(int(handler.path[2:])))

    count = 60
    museum.pages |= {f"/p{number}": slow for number in range(count)}
    rows = [[f"r{n}", f"{museum.address}/p{n}", "", ""] for n in range(count)]
    command = [sys.executable, "-m", "qcmfm", "import", write(tmp_path / "c.csv", rows)]
    command += ["--name", "cups", "--image-column", "image", "--json"]
    environment = os.environ | {"QCMFM_ALLOW_PRIVATE_ADDRESSES": "127.0.0.1"}
    process = subprocess.Popen(command, env=environment)
    deadline = time.monotonic() + 180
    while museum.asked.total() < 12:
        assert process.poll() is None and time.monotonic() < deadline
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert not (home / "collections" / "cups" / "records.csv").exists()
    before = museum.asked.copy()
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["photos"] == count
    twice = [path for path, times in museum.asked.items() if times > 1]
    assert len(twice) <= 8 and before.total() >= 12  # those that were under way


def test_a_workbook_comes_back_with_its_looks_and_a_column(tmp_path: Path, home: Path):
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (HEADER, ["007", None, "a cup", None], [12, None, None, None]):
        sheet.append(row)
    sheet.column_dimensions["C"].width = 60
    book.save(tmp_path / "c.xlsx")
    report = finish(import_collection(str(tmp_path / "c.xlsx"), "cups"))
    assert report.taken == 1 and report.refused[0].row == 3
    assert read_collection(home / "collections" / "cups").records[0].record_id == "007"
    back = openpyxl.load_workbook(home / "collections" / "cups" / report.errors_file).active
    assert back is not None and back.cell(1, 5).value == "error"
    assert "neither" in str(back.cell(3, 5).value) and back.column_dimensions["C"].width == 60


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_the_errors_come_back_in_the_tables_own_writing(
    tmp_path: Path, home: Path, delimiter: str, encoding: str
):
    rows = [["r1", "", "Vase à figures, décoré", "été"], ["r2", "", "", "grès"]] * 2
    file = write(tmp_path / "c.csv", rows, encoding=encoding, delimiter=delimiter)
    report = finish(import_collection(file, "cups"))
    assert report.taken == 1
    assert read_collection(home / "collections" / "cups").records[0].label == "été"
    errors = home / "collections" / "cups" / report.errors_file
    with errors.open(encoding=encoding, newline="") as handle:
        back = list(csv.reader(handle, delimiter=delimiter))
    assert [row[:4] for row in back] == [HEADER, *rows]
