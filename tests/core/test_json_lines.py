"""A file of JSON lines survives a kill at any byte, and several writers at once."""

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qcmfm.core import json_lines

ROWS = st.dictionaries(st.text(max_size=9), st.text(max_size=20) | st.integers(), max_size=4)


@given(rows=st.lists(ROWS, min_size=1, max_size=5), left=st.integers(0, 200))
def test_cut_anywhere_it_loses_one_line_and_takes_the_next(
    tmp_path_factory: pytest.TempPathFactory, rows: list[dict[str, object]], left: int
):
    file = tmp_path_factory.mktemp("lines") / "x.jsonl"
    for row in rows:
        json_lines.append(file, row, durable=False, surrogates="backslashreplace")
    assert list(json_lines.read(file)) == rows
    content = file.read_bytes()
    file.write_bytes(content[: len(content) - left])
    whole = file.read_bytes().count(b"\n")
    found = list(json_lines.read(file))
    assert found[:whole] == rows[:whole] and len(found) <= whole + 1
    json_lines.append(file, {"the": "next"}, durable=False)
    assert list(json_lines.read(file)) == [*found, {"the": "next"}]


def test_what_is_no_object_is_none_and_what_is_missing_is_empty(tmp_path: Path):
    file = tmp_path / "x.jsonl"
    assert list(json_lines.read(file)) == []
    file.write_bytes(b'{"a": 1}\n\n[1]\nnull\n{"b\n\xff\xfe\n' + b"[" * 100_000 + b"\n")
    assert list(json_lines.read(file)) == [{"a": 1}, None, None, None, None, None]
    json_lines.append(file, {"z": "é"})
    assert list(json_lines.read(file, tail=12))[-1] == {"z": "é"}
    with pytest.raises(FileNotFoundError):
        json_lines.append(tmp_path / "gone" / "x.jsonl", {})


def test_halves_of_characters_are_replaced_or_come_back(tmp_path: Path):
    for surrogates, read in (("replace", "caf?"), ("backslashreplace", "caf\udce9")):
        file = tmp_path / surrogates
        json_lines.append(file, {"name": "caf\udce9"}, surrogates=surrogates)
        assert list(json_lines.read(file)) == [{"name": read}]


def test_lines_of_several_writers_do_not_mix(tmp_path: Path):
    file = tmp_path / "x.jsonl"
    rows = [{"n": number, "text": "x" * 5000} for number in range(200)]
    with ThreadPoolExecutor(8) as writers:
        list(writers.map(lambda row: json_lines.append(file, row, durable=False), rows))
    found = sorted((row for row in json_lines.read(file) if row), key=lambda row: row["n"])
    assert found == rows


def test_a_private_file_is_for_its_owner_alone(tmp_path: Path):
    json_lines.append(tmp_path / "x.jsonl", {}, private=True)
    if os.name == "posix":
        assert (tmp_path / "x.jsonl").stat().st_mode & 0o077 == 0
