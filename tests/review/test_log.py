"""The log keeps every row, whatever tears, breaks or replaces the file."""

import csv
import errno
import io
import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qcmfm.core import storage
from qcmfm.core.clock import utc_now_ms
from qcmfm.core.errors import ReviewError
from qcmfm.review import log as module
from qcmfm.review.decision import COLUMNS, Decision, unique_id
from qcmfm.review.log import ReviewLog, review_file
from qcmfm.review.rows import complete_rows
from tests.review.made import decision

HEADER = ",".join(COLUMNS).encode() + b"\r\n"
# What a cell can hold: everything that UTF-8 can say, quotation marks and line ends often.
CELLS = st.text(st.sampled_from('",\r\n\0a') | st.characters(codec="utf-8"), max_size=12)


def row(**values: str) -> Decision:
    return decision(unique_id(), **values)


def as_bytes(*rows: Decision) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out).writerows(rows)
    return out.getvalue().encode()


def write(log: ReviewLog, *rows: Decision) -> None:
    with log.writing():
        log.append(rows)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "review" / "cups.csv"


def test_the_columns_are_those_the_museum_asked_for():
    assert ",".join(COLUMNS) == (
        "decision_id,batch_id,record_id,model_label,model_aat_uri,confidence,model_run,model_sha256,"
        "noise_setting,predicted_at,reviewer,reviewed_at,decision,reviewed_label,reviewed_aat_uri,"
        "reason,evidence,supersedes"
    )


def test_the_first_decision_makes_the_file_and_looking_does_not(file: Path):
    log = ReviewLog(file)
    log.read()
    assert not file.parent.exists()
    one = row()
    write(log, one)
    assert file.read_bytes() == HEADER + as_bytes(one)
    assert log.decisions == [one]


@settings(max_examples=30)
@given(st.lists(st.tuples(CELLS, CELLS, CELLS), min_size=1, max_size=4))
def test_every_cell_comes_back_as_it_was(
    tmp_path_factory: pytest.TempPathFactory, cells: list[tuple[str, str, str]]
):
    log = ReviewLog(tmp_path_factory.mktemp("log") / "cups.csv")
    rows = [
        row(record_id=f"r{record}", reason=reason, reviewed_label=label)
        for record, reason, label in cells
    ]
    for one in rows:
        write(log, one)
    assert log.decisions == rows
    again = ReviewLog(log.file)
    assert again.decisions == rows and not again.damaged and not again.torn_files()


def test_each_reads_what_others_appended_and_nothing_twice(file: Path):
    one, other = ReviewLog(file), ReviewLog(file)
    first, second, third = row(), row(), row()
    write(one, first)
    write(other, second, third)
    assert other.decisions == [first, second, third]
    assert one.decisions == [first]
    one.read()
    one.read()
    assert one.decisions == [first, second, third]


def test_reading_takes_only_the_bytes_that_are_new(file: Path, monkeypatch: pytest.MonkeyPatch):
    log, other = ReviewLog(file), ReviewLog(file)
    write(log, *(row() for _ in range(500)))
    other.read()
    seen: list[int] = []

    def counted(content: bytes, delimiter: str) -> object:
        seen.append(len(content))
        return complete_rows(content, delimiter)

    monkeypatch.setattr(module, "complete_rows", counted)
    added = row()
    write(log, added)
    seen.clear()
    other.read()
    assert seen == [len(as_bytes(added))]
    assert len(other.decisions) == 501


TORN = decision("11111111-2222-4333-8444-555555555555", reason='"a",\r\n\nb: 金', evidence="{}")


@pytest.mark.parametrize("cut", range(len(as_bytes(TORN)) + 1))
def test_a_row_is_whole_at_its_last_byte_and_never_before(cut: int):
    kept = as_bytes(row(reason='two\nlines, "quoted"'))
    found = list(complete_rows(HEADER + kept + as_bytes(TORN)[:cut]))
    assert sum(size for _, size in found) == len(HEADER + kept) + (
        cut if cut == len(as_bytes(TORN)) else 0
    )
    assert all(isinstance(cells, list) and len(cells) == len(COLUMNS) for cells, _ in found)


@pytest.mark.parametrize("cut", [1, 36, 60, -20, -12, -9, -3])
def test_a_torn_row_is_set_aside(file: Path, cut: int):
    kept = row(reason='two\nlines, "quoted"')
    file.parent.mkdir()
    file.write_bytes(HEADER + as_bytes(kept) + as_bytes(TORN)[:cut])
    log = ReviewLog(file)
    assert log.decisions == [kept] and log.damaged == []
    (aside,) = log.torn_files()
    assert aside.name.startswith("cups.csv.torn-")
    assert aside.read_bytes() == as_bytes(TORN)[:cut]
    assert file.read_bytes() == HEADER + as_bytes(kept)
    after = row()
    write(log, after)
    assert ReviewLog(file).decisions == [kept, after]


@pytest.mark.parametrize("cut", [0, 1, 30, len(HEADER) - 2, len(HEADER) - 1])
def test_a_torn_header_is_begun_anew(file: Path, cut: int):
    file.parent.mkdir()
    file.write_bytes(HEADER[:cut])
    log, one = ReviewLog(file), row()
    write(log, one)
    assert file.read_bytes() == HEADER + as_bytes(one)
    assert len(log.torn_files()) == (cut > 0)


def test_zeros_that_a_power_cut_leaves_are_set_aside(file: Path):
    kept = row()
    file.parent.mkdir()
    file.write_bytes(HEADER + as_bytes(kept) + bytes(4096))
    assert ReviewLog(file).decisions == [kept]
    assert file.read_bytes() == HEADER + as_bytes(kept)


def test_of_a_torn_batch_the_whole_rows_stay(file: Path):
    batch = [row(batch_id="b") for _ in range(3)]
    file.parent.mkdir()
    file.write_bytes(HEADER + as_bytes(*batch)[:-40])
    assert ReviewLog(file).decisions == batch[:2]


def test_a_writer_sets_aside_what_another_left_torn(file: Path):
    log, kept, after = ReviewLog(file), row(), row()
    write(log, kept)
    with file.open("ab") as handle:
        handle.write(as_bytes(TORN)[:-20])
    log.read()  # a reader waits: the rest may be still to come
    assert log.decisions == [kept] and not log.torn_files()
    write(log, after)
    assert log.decisions == [kept, after] == ReviewLog(file).decisions
    assert len(log.torn_files()) == 1


def test_a_quotation_mark_broken_by_hand_hides_one_decision_at_most(file: Path):
    rows = [row(reason='say "x"') for _ in range(4)]
    content = HEADER + as_bytes(*rows)
    broken = content.replace(b'"say ""x"""', b'"say ""x""', 1)
    file.parent.mkdir()
    file.write_bytes(broken)
    log = ReviewLog(file)
    log.read()
    assert log.decisions == rows[1:]
    assert log.damaged or log.torn_files()  # and it is told
    everything = file.read_bytes() + b"".join(path.read_bytes() for path in log.torn_files())
    assert rows[0].decision_id.encode() in everything


def test_an_open_quotation_mark_in_the_last_but_one_row_hides_no_other(file: Path):
    rows = [row() for _ in range(3)]
    content = HEADER + as_bytes(*rows)
    place = content.index(rows[1].decision_id.encode())
    file.parent.mkdir()
    file.write_bytes(content[: place + 38] + b'"' + content[place + 38 :])
    log = ReviewLog(file)
    assert log.decisions == [rows[0], rows[2]]
    assert ReviewLog(file).decisions == log.decisions
    assert any(rows[1].decision_id.encode() in path.read_bytes() for path in log.torn_files())


@pytest.mark.parametrize(
    ("cells", "told"),
    [
        (["x"] * 17, "17 cells where the header has 18"),
        (list(row(decision="praise")), "'praise' is none of accept"),
        (list(row(reviewer="")), "reviewer is empty"),
    ],
)
def test_a_row_that_is_no_decision_is_told_and_passed_over(file: Path, cells: list[str], told: str):
    first, last = row(), row()
    out = io.StringIO(newline="")
    csv.writer(out).writerow(cells)
    file.parent.mkdir()
    file.write_bytes(HEADER + as_bytes(first) + out.getvalue().encode() + as_bytes(last))
    log = ReviewLog(file)
    assert log.decisions == [first, last]
    (sentence,) = log.damaged
    assert sentence.startswith("Row 3 of cups.csv: ") and told in sentence
    assert not log.torn_files()


def test_a_log_saved_by_another_program_is_read(file: Path):
    rows = [row(), row()]
    content = (HEADER + as_bytes(*rows)).replace(b"\r\n", b"\n")
    file.parent.mkdir()
    file.write_bytes(b"\xef\xbb\xbf" + content)
    assert ReviewLog(file).decisions == rows


def test_another_table_is_refused_and_left_alone(file: Path):
    file.parent.mkdir()
    file.write_text("record_id,caption\nr1,a\n")
    with pytest.raises(ReviewError, match=r"cups\.csv is no review log.*Move the file elsewhere"):
        ReviewLog(file)
    assert file.read_text() == "record_id,caption\nr1,a\n"


def test_a_file_that_was_exchanged_is_read_anew(file: Path):
    log = ReviewLog(file)
    write(log, row(), row())
    longer = [row() for _ in range(5)]
    file.write_bytes(HEADER + as_bytes(*longer))
    log.read()
    assert log.decisions == longer and log.generation == 1
    file.write_bytes(HEADER + as_bytes(longer[0]))
    log.read()
    assert log.decisions == longer[:1] and log.generation == 2
    file.unlink()
    log.read()
    assert log.decisions == [] and log.generation == 3


@pytest.mark.parametrize("failing", ["write", "fsync"])
def test_what_could_not_be_saved_is_not_in_the_log(
    file: Path, monkeypatch: pytest.MonkeyPatch, failing: str
):
    log, kept = ReviewLog(file), row()
    write(log, kept)
    before = file.read_bytes()
    real = os.write

    def full(handle: int, content: bytes = b"") -> int:
        if failing == "write" and len(content) > 10:
            return real(handle, content[:10])  # some of it fits
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        if failing == "write":
            patched.setattr(os, "write", lambda h, c: full(h, c) if len(c) > 280 else full(h))
        else:
            patched.setattr(os, "fsync", full)
        with pytest.raises(ReviewError, match=r"could not be saved: No space left.*Make room"):
            write(log, row(reason="x" * 300))
    assert file.read_bytes() == before
    assert log.decisions == [kept]
    write(log, row())
    assert len(ReviewLog(file).decisions) == 2


def test_the_disk_is_flushed_before_append_returns(file: Path, monkeypatch: pytest.MonkeyPatch):
    log = ReviewLog(file)
    write(log, row())
    events: list[str] = []
    real_write, real_fsync = os.write, os.fsync

    def writing(handle: int, content: bytes) -> int:
        events.append("write")
        return real_write(handle, content)

    def flushing(handle: int) -> None:
        events.append("fsync")
        real_fsync(handle)

    monkeypatch.setattr(os, "write", writing)
    monkeypatch.setattr(os, "fsync", flushing)
    with log.writing():
        events.clear()
        log.append([row(), row()])
        assert events == ["write", "fsync"]


def test_a_lock_that_is_not_given_up_is_told(file: Path, monkeypatch: pytest.MonkeyPatch):
    log = ReviewLog(file)
    write(log, row())
    monkeypatch.setattr("qcmfm.review.writing.WAIT", 0.05)
    with storage.lock(file), pytest.raises(ReviewError, match="is locked"):
        write(log, row())
    write(log, row())


@pytest.mark.parametrize("name", ["", " ", "..", ".hidden", "a/b", "a\\b", "C:", "x\0"])
def test_a_name_that_is_no_files_is_refused(name: str):
    with pytest.raises(ReviewError, match="cannot be called"):
        review_file(name)


def test_the_log_lies_in_the_workspace(home: Path):
    assert review_file("Cups 2") == home / "review" / "Cups 2.csv"


def test_time_is_utc_iso_8601():
    assert utc_now_ms().endswith("Z") and len(utc_now_ms()) == len("2026-01-02T03:04:05.678Z")
