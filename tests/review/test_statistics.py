"""The figures count what stands, once."""

from unittest.mock import Mock, create_autospec

import pytest
from scipy.stats import binomtest
from streamlit.testing.v1 import AppTest

from qcmfm.review.decision import COLUMNS
from qcmfm.review.state import ReviewState
from qcmfm.review.statistics import (
    accepted_by_confidence,
    corrections_by_label,
    decisions_a_day,
)
from qcmfm.review.tables import decisions_table
from qcmfm.service import OpenReviewSession
from tests.review.made import decision

STATE = ReviewState(
    [
        decision("d1", "r1", reviewed_at="2026-02-01T23:59:59.999Z", confidence="0.9500",
                 decision="accept", model_label="gold"),
        decision("d2", "r2", reviewed_at="2026-02-02T00:00:00.000Z", confidence="1.0000",
                 model_label="jade"),
        decision("d3", "r3", reviewed_at="2026-01-30T10:00:00.000Z", reviewer="Bo",
                 confidence="0.1000", model_label="jade"),
        decision("d4", "r4", reviewed_at="2026-02-02T10:00:00.000Z", decision="unsure",
                 confidence="0.2000"),
        decision("d5", "r5", decision="accept", confidence="0.1500"),
        decision("d6", "r5", decision="undo", supersedes="d5"),
        decision("d7", "r6", confidence="", model_label=""),
        decision("d8", "r3", reviewed_at="2026-02-02T10:00:00.000Z", confidence="0.1999",
                 model_label="jade"),
    ]
)  # fmt: skip


@pytest.mark.parametrize(("days", "charts"), [((), 0), (("02-01",), 0), (("02-01", "02-02"), 1)])
def test_one_day_is_a_number_and_not_a_chart(days: tuple[str, ...], charts: int):
    made = [decision(f"d{day}", day, reviewed_at=f"2026-{day}T10:00:00.000Z") for day in days]
    session = create_autospec(OpenReviewSession, instance=True, review=Mock())
    session.review.refresh.return_value = ReviewState(made)
    page = AppTest.from_function(show, kwargs={"session": session}).run(timeout=60)
    assert not page.exception and len(page.get("vega_lite_chart")) == charts
    assert [len(table.value) for table in page.dataframe] == ([len(days)] if days else [])


def show(session) -> None:
    from qcmfm.ui.review.progress import show_days

    show_days(session)


def test_decisions_a_day_by_reviewer():
    found = decisions_a_day(STATE)
    assert list(found.columns) == ["day", "reviewer", "decisions"]
    assert found.to_numpy().tolist() == [
        ["2026-01-02", "Ada", 1],
        ["2026-01-30", "Bo", 1],
        ["2026-02-01", "Ada", 1],
        ["2026-02-02", "Ada", 3],
    ]
    assert decisions_a_day(ReviewState([])).empty


def test_corrections_by_label_count_the_decision_in_force():
    found = corrections_by_label(STATE)
    assert list(found.columns) == ["model_label", "reviewed_label", "records"]
    assert found.to_numpy().tolist() == [["jade", "gold", 2], ["", "gold", 1]]
    assert corrections_by_label(ReviewState([])).empty


def test_accepted_share_by_confidence():
    bins = accepted_by_confidence(STATE)
    assert bins[["low", "high", "records", "accepted", "share"]].to_numpy().tolist() == [
        [0.1, 0.2, 1, 0, 0],
        [0.9, 1.0, 2, 1, 0.5],
    ]
    assert accepted_by_confidence(ReviewState([])).empty


@pytest.mark.parametrize(("accepted", "records"), [(0, 1), (1, 2), (9, 10), (10, 10), (37, 50)])
def test_the_interval_is_wilsons(accepted: int, records: int):
    reference = binomtest(accepted, records).proportion_ci(method="wilson")
    made = [
        decision(
            f"d{n}", f"r{n}", confidence="0.5", decision="accept" if n < accepted else "correct"
        )
        for n in range(records)
    ]
    (found,) = accepted_by_confidence(ReviewState(made), bins=1).to_dict("records")
    assert (found["records"], found["accepted"]) == (records, accepted)
    interval = found["share_low"], found["share_high"]
    assert interval == pytest.approx((reference.low, reference.high), abs=1e-6)


def test_the_decisions_as_a_table_are_the_text_of_the_log():
    table = decisions_table([decision("0012", "00123", confidence=""), decision("d2", "NA")])
    assert list(table.columns) == list(COLUMNS)
    assert table["record_id"].tolist() == ["00123", "NA"]
    assert table["confidence"].tolist()[0] == "" and decisions_table([]).empty
