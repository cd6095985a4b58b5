"""A collection as tables: ids stay text, and no error of a row is lost."""

from pathlib import Path

from qcmfm.records import Collection, Record, read_collection
from qcmfm.records.tables import problems_table, records_table

SOURCE = """record_id,image,caption,label,museum
00123,,A cup,gold,NA
00123,,The same id,gold,
7,,No 7,,null
"""


def test_every_cell_is_text_and_every_column_is_there(tmp_path: Path):
    (tmp_path / "records.csv").write_text(SOURCE)
    table = records_table(read_collection(tmp_path))
    assert list(table.columns) == [
        "record_id", "image", "caption", "label", "split", "group", "museum"
    ]  # fmt: skip
    assert table["record_id"].to_dict() == {2: "00123", 4: "7"}
    assert table["museum"].tolist() == ["NA", "null"] and table["split"].tolist() == ["", ""]


def test_problems_name_row_column_and_reason(tmp_path: Path):
    (tmp_path / "records.csv").write_text(SOURCE)
    collection = read_collection(tmp_path)
    (problem,) = problems_table(collection).to_dict("records")
    assert (problem["row"], problem["record_id"], problem["refused"]) == (3, "00123", True)
    assert problem["column"] == collection.problems[0].column
    assert problem["reason"] == collection.problems[0].reason


def test_records_that_were_not_read_from_a_file(tmp_path: Path):
    records = [Record("a", cells={"colour": "red"}), Record("b")]
    table = records_table(Collection.from_records(tmp_path, records))
    assert table["colour"].tolist() == ["red", ""]
    empty = Collection.from_records(tmp_path, [])
    assert records_table(empty).empty and problems_table(empty).empty
