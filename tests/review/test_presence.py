"""Taking a record that somebody else has open is said, and claims do not stay for ever."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from qcmfm.core.errors import ReviewError
from qcmfm.review import presence as module
from qcmfm.review.presence import mark_absent, mark_present, present


def who(found: list[module.Presence]) -> list[str]:
    return [other.reviewer for other in found]


def test_who_else_has_a_record_open_is_told():
    assert mark_present("cups", "r1", "Ada", "page a") == []
    assert who(mark_present("cups", "r1", "Bo", "page b")) == ["Ada"]
    assert who(mark_present("cups", "r1", "Cy", "page c")) == ["Ada", "Bo"]
    assert mark_present("cups", "r2", "Cy", "page c") == []
    assert who(mark_present("cups", "r1", "Ada", "page a")) == ["Bo"]
    assert mark_present("vases", "r1", "Ada", "page d") == []


def test_ones_own_other_page_is_not_somebody_else():
    mark_present("cups", "r1", "Ada", "page a")
    assert mark_present("cups", "r1", "Ada", "page b") == []


def test_going_on_or_leaving_gives_a_record_up():
    mark_present("cups", "r1", "Ada", "page a")
    mark_present("cups", "r2", "Ada", "page a")
    assert mark_present("cups", "r1", "Bo", "page b") == []
    mark_absent("cups", "page a")
    mark_absent("cups", "page a")
    assert [made.record_id for made in present("cups")] == ["r1"]


def test_since_when_stays_while_it_is_renewed():
    mark_present("cups", "r1", "Ada", "page a")
    (first,) = present("cups")
    mark_present("cups", "r1", "Ada", "page a")
    assert present("cups") == [first]


def test_a_claim_that_is_not_renewed_is_forgotten(home: Path):
    mark_present("cups", "r1", "Ada", "page a")
    (file,) = (home / "review").rglob("*.json")
    past = time.time() - module.EXPIRES - 1
    os.utime(file, (past, past))
    assert mark_present("cups", "r1", "Bo", "page b") == []
    assert not file.exists()


@pytest.mark.parametrize("content", ["", "{", '{"record_id": "r1"}', "[]"])
def test_a_claim_that_cannot_be_read_is_passed_over(home: Path, content: str):
    mark_present("cups", "r1", "Ada", "page a")
    (file,) = (home / "review").rglob("*.json")
    file.write_text(content)
    assert present("cups") == []
    mark_present("cups", "r1", "Ada", "page a")
    assert json.loads(file.read_text())["reviewer"] == "Ada"


def test_looking_at_who_is_there_writes_and_deletes_nothing(home: Path):
    mark_present("cups", "r1", "Ada", "page a")
    mark_present("cups", "r1", "Bo", "page b")
    (file, _) = sorted((home / "review").rglob("*.json"))
    past = time.time() - module.EXPIRES - 1
    os.utime(file, (past, past))
    before = sorted(home.rglob("*"))
    (other,) = module.others_at("cups", "r1", "Cy")
    assert module.present("cups") == [other] and sorted(home.rglob("*")) == before
    assert module.others_at("vases", "r1", "Cy") == [] and sorted(home.rglob("*")) == before


def test_another_process_sees_it():
    code = "from qcmfm.review.presence import mark_present; mark_present('cups', 'r1', 'Ada', 'x')"
    subprocess.run([sys.executable, "-c", code], cwd=Path(__file__).parents[2], check=True)
    assert who(mark_present("cups", "r1", "Bo", "page b")) == ["Ada"]


def test_no_page_leaves_the_folder():
    mark_present("cups", "r1", "Ada", "../../page")
    assert len(present("cups")) == 1
    with pytest.raises(ReviewError):
        mark_present("../cups", "r1", "Ada", "page")


def test_claims_are_no_review_logs(home: Path):
    mark_present("cups", "r1", "Ada", "page a")
    assert list((home / "review").glob("*.csv")) == []
