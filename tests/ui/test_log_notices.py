"""The pages Review and Progress say what is not used of a review log, and how to get it back."""

from pathlib import Path
from unittest.mock import create_autospec

import pytest
from streamlit.testing.v1 import AppTest

from qcmfm.review.decision import unique_id
from qcmfm.review.notices import notices
from qcmfm.review.review import Review
from qcmfm.service import OpenReview, OpenReviewSession
from tests.review.edited import saved, write
from tests.review.made import decision

ROWS = [decision(unique_id(), f"r{n}", reviewed_label="Gefäß") for n in range(3)]
SPOILED = decision(unique_id(), "r1", decision="praise")


def summary(session) -> None:
    from qcmfm.ui.review.log_notices import show_log_summary

    show_log_summary(session)


def details(session) -> None:
    from qcmfm.ui.review.log_notices import show_log_notices

    show_log_notices(session)


def bare(text: str) -> str:
    """A text without the backslashes that keep Markdown from reading it."""
    return text.replace("\\", "")


def shown(show: object, content: bytes, folder: Path) -> AppTest:
    review = Review(write(folder / "cups.csv", content))
    opened = create_autospec(OpenReview, instance=True)
    opened.notices.side_effect = lambda record_ids: notices(review, record_ids)
    session = create_autospec(
        OpenReviewSession, instance=True, review=opened, records=dict.fromkeys(("r0", "r1", "r2"))
    )
    page = AppTest.from_function(show, kwargs={"session": session}).run(timeout=60)  # pyright: ignore[reportArgumentType]
    assert not page.exception
    return page


@pytest.mark.parametrize("show", [summary, details])
def test_nothing_is_said_about_a_log_that_is_as_we_write_it(show: object, tmp_path: Path):
    page = shown(show, saved(ROWS), tmp_path)
    assert not page.warning and not page.info and not page.expander


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (saved([*ROWS, SPOILED]), "no decisions, and not used: 1."),
        (saved(ROWS, "UTF-16 with tabs"), "saved by another program as UTF-16 with tabs"),
        (saved(ROWS, "Windows-1252"), "“Gefäß”"),
        (saved(ROWS)[:-9] + b"\r\n", "no decisions, and not used: 1."),
        (saved([*ROWS, decision(unique_id(), "r1x", supersedes=ROWS[1].decision_id)]), "records "
         "that this collection does not have: 1."),
    ],
)  # fmt: skip
def test_what_is_not_used_is_said_on_both_pages(content: bytes, said: str, tmp_path: Path):
    (warning,) = shown(summary, content, tmp_path).warning
    assert said in bare(warning.value) and "The page Progress says which" in warning.value
    page = shown(details, content, tmp_path)
    assert said in bare("".join(found.value for found in page.warning))


def test_the_page_progress_lists_the_rows_and_what_to_do(tmp_path: Path):
    page = shown(details, saved([*ROWS, SPOILED]), tmp_path)
    (warning,), (rows,) = page.warning, page.expander
    assert "copy them from a backup" in bare(warning.value)
    assert "Row 5 of cups.csv" in bare(rows.markdown[0].value)


def test_rows_in_another_order_are_used_and_noted_on_progress_alone(tmp_path: Path):
    later = decision(unique_id(), "r1", supersedes=ROWS[1].decision_id)
    content = saved([later, *ROWS])
    assert not shown(summary, content, tmp_path).warning
    (info,) = shown(details, content, tmp_path).info
    said = bare(info.value)
    assert "order in which they were made: 1." in said and "Nothing is lost." in said
