"""A log that people edited is read as far as that is certain, and what is not used is said."""

import os
from itertools import count
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qcmfm.core.errors import ReviewError
from qcmfm.review import review as review_module
from qcmfm.review.choice import Choice
from qcmfm.review.convert import convert
from qcmfm.review.decision import Decision, unique_id
from qcmfm.review.log import SETTLE_AFTER, ReviewLog
from qcmfm.review.notices import notices
from qcmfm.review.orphans import orphans
from qcmfm.review.read_part import CHECK_AFTER, ReadPart
from qcmfm.review.review import Review
from qcmfm.review.state import ReviewState
from tests.review.edited import LINE_ENDS, SAVED, random_review, saved, write
from tests.review.made import LABELS, decision

NAMES = ("r0", "r1", "r2")
PEOPLE = ("Ada", "Bo")


def row(**values: str) -> Decision:
    return decision(unique_id(), **values)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "review" / "cups.csv"


ROWS = [row(record_id=f"r{n}", reviewed_label="Gefäß", reason="grün, „alt“") for n in range(4)]


@pytest.mark.parametrize("last", [True, False])
@pytest.mark.parametrize("line_end", LINE_ENDS)
@pytest.mark.parametrize("form", SAVED)
def test_every_decision_is_read_whatever_program_saved_the_log(
    file: Path, form: str, line_end: str, last: bool
):
    log = ReviewLog(write(file, saved(ROWS, form, line_end, last)))
    assert log.decisions == ROWS
    assert not log.damaged and not log.torn_files() and not log.unread


@pytest.mark.parametrize("line_end", LINE_ENDS)
@pytest.mark.parametrize("form", ["UTF-8", "UTF-8 with a mark"])
def test_a_decision_is_added_to_utf_8_with_any_line_ends(file: Path, form: str, line_end: str):
    write(file, saved(ROWS, form, line_end, last=False))
    (added,) = Review(file).decide([Choice("r9", "unsure")], "Bo")
    assert ReviewLog(file).decisions == [*ROWS, added]
    assert not ReviewLog(file).torn_files()


@pytest.mark.parametrize("form", [form for form in SAVED if SAVED[form][0][:5] != "utf-8"])
def test_nothing_is_added_to_a_log_in_another_encoding(file: Path, form: str):
    content = saved(ROWS, form)
    review = Review(write(file, content))
    for act in (
        lambda: review.decide([Choice("r9", "unsure")], "Ada"),
        lambda: review.undo("Ada"),
        lambda: review.restore("r1", "Ada"),
    ):
        with pytest.raises(ReviewError, match=r"saved by another program as .*convert.*doctor"):
            act()
    assert file.read_bytes() == content


def test_the_code_page_is_named(file: Path):
    log = ReviewLog(write(file, saved(ROWS, "Windows-1252 with semicolons")))
    assert log.form.described == "Windows-1252 with semicolons" and not log.form.native


@pytest.mark.parametrize(
    ("label", "encoding"),
    [("Gefäß", "cp1252"), ("cm² „alt“", "cp1252"), ("złoto", "cp1250"), ("Gefäß", "mac_roman")],
)
def test_a_code_page_in_which_signs_would_stand_inside_words_is_not_taken(
    file: Path, label: str, encoding: str
):
    rows = [row(reviewed_label=label)]
    log = ReviewLog(write(file, saved(rows).decode().encode(encoding)))
    assert log.decisions == rows and log.form.encoding == encoding


def test_bytes_that_are_not_utf_8_in_a_log_that_is_are_refused_aloud(file: Path):
    content = saved(ROWS).replace("Gefäß".encode(), b"Gef\xc3\xff", 2)
    content = content.replace(b"Gef\xc3\xff", "Gefäß".encode(), 1)  # the second row is damaged
    log = ReviewLog(write(file, content))
    assert log.decisions == [ROWS[0], *ROWS[2:]]
    assert log.damaged == ["Row 3 of cups.csv: its text is not valid UTF-8."]


def test_rows_in_utf_8_after_rows_in_a_code_page_are_both_read(file: Path):
    after = row(reviewed_label="Gefäß")
    added = saved([after]).split(b"\r\n", 1)[1]
    assert ReviewLog(write(file, saved(ROWS, "Windows-1252") + added)).decisions == [*ROWS, after]


LAST = row(supersedes=unique_id())


@pytest.mark.parametrize(
    ("last", "cut", "counts"),
    [
        (LAST, 0, True),
        (LAST, 1, False),
        (LAST, 35, False),
        (row(), 0, True),
        (row(), 1, False),
        (row(decision="undo", reviewed_label=""), 0, False),
        (row(decision="restore"), 0, False),
        (row(decision="restore", reviewed_label=""), 0, True),
    ],
)
def test_a_last_row_without_line_end_counts_if_it_must_be_complete(
    file: Path, last: Decision, cut: int, counts: bool
):
    content = saved([ROWS[0], last], last=False)
    log = ReviewLog(write(file, content[: len(content) - cut]))
    assert log.decisions == ([ROWS[0], last] if counts else ROWS[:1])
    assert bool(log.torn_files()) != counts
    assert Review(file).decide([Choice("r9", "unsure")], "Bo")
    assert len(ReviewLog(file).decisions) == 3 if counts else 2


def test_a_last_row_without_line_end_counts_while_the_server_runs(file: Path):
    log = ReviewLog(write(file, saved(ROWS[:2])))
    write(file, saved(ROWS[1:], last=False))
    log.read()
    assert log.decisions == ROWS[1:]


def test_an_incomplete_row_that_stays_is_settled_by_a_reader(
    file: Path, monkeypatch: pytest.MonkeyPatch
):
    clock = [100.0]
    monkeypatch.setattr("qcmfm.review.log.time.monotonic", lambda: clock[0])
    log = ReviewLog(write(file, saved(ROWS[:2])))
    with file.open("ab") as handle:
        handle.write(saved(ROWS[2:3], last=False).split(b"\r\n", 1)[1])
    log.read()
    assert log.decisions == ROWS[:2]  # another process may be writing it
    clock[0] += SETTLE_AFTER
    log.read()
    assert log.decisions == ROWS[:3]


def test_an_edit_that_leaves_the_size_is_seen(file: Path):
    review = Review(write(file, saved([row(reviewed_label="gold")])))
    assert review.refresh().of("r1").label == "gold"
    file.write_bytes(file.read_bytes().replace(b",gold,", b",jade,"))
    assert review.refresh().of("r1").label == "jade"


def test_an_edit_that_leaves_size_and_time_is_seen_soon(
    file: Path, monkeypatch: pytest.MonkeyPatch
):
    clock = [100.0]
    monkeypatch.setattr("qcmfm.review.read_part.time.monotonic", lambda: clock[0])
    review = Review(write(file, saved([row(reviewed_label="gold")])))
    then = file.stat().st_mtime_ns
    file.write_bytes(file.read_bytes().replace(b",gold,", b",jade,"))
    os.utime(file, ns=(then, then))
    clock[0] += CHECK_AFTER
    assert review.refresh().of("r1").label == "jade"


def test_an_edit_is_seen_although_a_row_was_appended_at_once(
    file: Path, monkeypatch: pytest.MonkeyPatch
):
    clock = [100.0]
    monkeypatch.setattr("qcmfm.review.read_part.time.monotonic", lambda: clock[0])
    rows = [row(record_id=f"r{n}") for n in range(100)]
    review = Review(write(file, saved(rows)))
    with file.open("r+b") as handle:  # as an editor that writes into the same file
        content = handle.read().replace(b",gold,", b",jade,", 1)
        handle.seek(0)
        handle.write(content + saved([row(record_id="new")]).split(b"\r\n", 1)[1])
    assert review.refresh().of("new").label == "gold"
    clock[0] += CHECK_AFTER
    assert review.refresh().of("r0").label == "jade"


def test_a_file_that_only_grows_is_not_read_again_and_again(
    file: Path, monkeypatch: pytest.MonkeyPatch
):
    log, other = ReviewLog(file), ReviewLog(file)
    compared = 0
    real = ReadPart.has_same_start

    def counted(part: ReadPart, handle: object) -> bool:
        nonlocal compared
        compared += 1
        return real(part, handle)  # pyright: ignore[reportArgumentType]

    with other.writing():
        other.append([row()])
    log.read()
    monkeypatch.setattr(ReadPart, "has_same_start", counted)
    for _ in range(50):
        with other.writing():
            other.append([row()])
        log.read()
    assert len(log.decisions) == 51 and compared <= 2


def essence(state: ReviewState) -> dict[str, object]:
    return {
        "of": {name: state.of(name) for name in NAMES},
        "opinions": {name: state.opinions(name) for name in NAMES},
        "active": {who: {row.decision_id for row in state.active_decisions(who)} for who in PEOPLE},
        "problems": state.problems,
    }


STEPS = st.lists(
    st.tuples(
        st.sampled_from(("decide", "decide", "unsure", "undo", "restore")),
        st.sampled_from(NAMES),
        st.sampled_from(PEOPLE),
        st.integers(0, 5),
    ),
    min_size=1,
    max_size=14,
)


def made(folder: Path, steps: list[tuple[str, str, str, int]]) -> Review:
    """A log whose decisions have different times."""
    with pytest.MonkeyPatch.context() as patch:
        seconds = count()
        patch.setattr(review_module, "utc_now_ms", lambda: f"2026-01-01T00:{next(seconds):05}.000Z")
        return random_review(folder / "cups.csv", steps)


@settings(max_examples=80)
@given(steps=STEPS, seed=st.integers(0, 10_000))
def test_rows_in_any_order_give_the_same_state(
    tmp_path_factory: pytest.TempPathFactory,
    steps: list[tuple[str, str, str, int]],
    seed: int,
):
    review = made(tmp_path_factory.mktemp("log"), steps)
    assert review.reordered == [] and review.refresh().contradicted == []
    rows = list(review.log.decisions)
    Random(seed).shuffle(rows)
    file = write(tmp_path_factory.mktemp("shuffled") / "cups.csv", saved(rows))
    shuffled = Review(file)
    assert essence(shuffled.refresh()) == essence(review.refresh())
    alone = ReviewState(rows)
    wrong = {name for name in NAMES if alone.of(name) != review.refresh().of(name)}
    assert wrong <= set(shuffled.reordered)
    if review.refresh().of("r0").decision_id:  # and it goes on from there
        shuffled.decide([Choice("r0", "correct", "jade")], "Ada", LABELS)
        assert Review(file).refresh().of("r0") == shuffled.refresh().of("r0")
        assert shuffled.refresh().of("r0").label == "jade"


def test_the_order_follows_what_each_superseded_even_if_times_do_not(file: Path):
    ids = [unique_id() for _ in range(3)]
    rows = [
        decision(name, supersedes=before, reviewed_label=label, reviewed_at=f"2026-01-0{day}")
        for name, before, label, day in zip(
            ids, ["", *ids], ("gold", "jade", "silver"), (2, 3, 1), strict=False
        )
    ]
    review = Review(write(file, saved([rows[2], rows[0], rows[1]])))
    assert review.refresh().of("r1").label == "silver" and review.reordered == ["r1"]
    gap = Review(write(file.with_name("gap.csv"), saved([rows[2], rows[1]])))
    assert gap.refresh().of("r1").label == "silver" and gap.reordered == ["r1"]


def test_rows_appended_out_of_order_while_the_server_runs_are_put_in_order(file: Path):
    first, second = row(reviewed_label="gold"), row(reviewed_label="jade")
    second = second._replace(supersedes=first.decision_id)
    review = Review(write(file, saved([row(record_id="r2")])))
    for added in (second, first):
        with file.open("ab") as handle:
            handle.write(saved([added]).split(b"\r\n", 1)[1])
        review.refresh()
    assert review.refresh().of("r1").label == "jade" and review.reordered == ["r1"]


@settings(max_examples=80)
@given(
    steps=STEPS,
    form=st.sampled_from(list(SAVED)),
    line_end=st.sampled_from(LINE_ENDS),
    last=st.booleans(),
    label=st.sampled_from(("Gefäß", "gold", "Ölkännchen “alt”")),
)
def test_whatever_program_saved_it_no_decision_is_lost_in_silence(
    tmp_path_factory: pytest.TempPathFactory,
    steps: list[tuple[str, str, str, int]],
    form: str,
    line_end: str,
    last: bool,
    label: str,
):
    review = made(tmp_path_factory.mktemp("log"), steps)
    rows = [row._replace(reason=label) for row in review.log.decisions]
    if not rows:
        return
    file = write(tmp_path_factory.mktemp("saved") / "cups.csv", saved(rows, form, line_end, last))
    log = Review(file).log
    assert log.decisions == rows or log.damaged or log.torn_files() or log.unread
    assert rows[:-1] == log.decisions[: len(rows) - 1]


@pytest.mark.parametrize("last", [True, False])
@pytest.mark.parametrize("line_end", LINE_ENDS)
@pytest.mark.parametrize("form", SAVED)
def test_a_log_is_converted_without_loss_and_the_original_stays(
    file: Path, form: str, line_end: str, last: bool
):
    content = saved(ROWS, form, line_end, last)
    original = convert(write(file, content))
    assert original.read_bytes() == content and original.parent == file.parent
    assert file.read_bytes() == saved(ROWS)
    (added,) = Review(file).decide([Choice("r9", "unsure")], "Bo")
    assert ReviewLog(file).decisions == [*ROWS, added]


def test_converting_keeps_rows_that_are_no_decisions(file: Path):
    content = saved([ROWS[0], row(decision="praise"), ROWS[1]], "Windows-1252 with semicolons")
    convert(write(file, content))
    log = ReviewLog(file)
    assert log.decisions == ROWS[:2] and len(log.damaged) == 1 and log.form.native
    assert b"praise" in file.read_bytes()


def test_a_log_that_is_as_we_write_it_has_no_notices(file: Path):
    review = random_review(file, [("decide", "r1", "Ada", 1), ("undo", "r1", "Ada", 0)])
    assert notices(review, ["r0", "r1"]) == []


@pytest.mark.parametrize(
    ("content", "kinds"),
    [
        (saved(ROWS, "UTF-16 with tabs"), ["form"]),
        (saved(ROWS, "Windows-1252"), ["form", "code_page"]),
        (saved([*ROWS, row(decision="praise")]), ["damaged"]),
        (saved([*ROWS, ROWS[0]]), ["contradictory"]),
        (saved([ROWS[0], row(supersedes=unique_id())])[:-9], ["set_aside"]),
        (saved([ROWS[0], LAST], "UTF-16 with tabs", last=False)[:-8], ["form", "incomplete"]),
        (saved([row(record_id="lost")]), ["orphans"]),
    ],
)
def test_what_is_not_used_is_said_with_how_to_get_it_back(
    file: Path, content: bytes, kinds: list[str]
):
    found = notices(Review(write(file, content)), [f"r{n}" for n in range(4)] + ["r1"])
    assert [notice.kind for notice in found] == kinds
    assert all(notice.text.endswith(".") and notice.remedy.endswith(".") for notice in found)


@pytest.mark.parametrize(
    ("altered", "known", "nearest", "certain"),
    [
        ("12", ["0012", "13", "122"], "0012", True),
        ("VASE 7", ["vase7", "vase8"], "vase7", True),
        ("vaes-7", ["vase-7", "vase-8"], "vase-7", False),
        ("vase-7x", ["vase-7", "vase-8"], "vase-7", False),
        ("vase-", ["vase-7", "vase-8"], "", False),
        ("bowl", ["vase-7"], "", False),
    ],
)
def test_an_altered_record_id_is_found_with_the_one_that_is_meant(
    altered: str, known: list[str], nearest: str, certain: bool
):
    state = ReviewState([row(record_id=altered)])
    assert orphans(state, known) == [(altered, 1, nearest, certain)]


def test_what_a_decision_superseded_says_which_record_is_meant():
    first = row(record_id="vase-7")
    state = ReviewState([first, row(record_id="bowl", supersedes=first.decision_id)])
    assert orphans(state, ["vase-7", "bow"]) == [("bowl", 1, "vase-7", True)]
