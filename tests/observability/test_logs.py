"""One log: for people or as JSON, with who was served, without what they wrote."""

import json
import logging
import subprocess
import sys
import threading
import uuid
from collections.abc import Callable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qcmfm.core import settings
from qcmfm.observability import logs

CAPTION = "blue faience amulet of a hippopotamus"
log = logging.getLogger("qcmfm.tests")


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str]) -> Iterator[Callable[[], str]]:
    """Gives what was written to standard error since it was asked; all is put back as it was."""
    root, ours = logging.getLogger(), logging.getLogger("qcmfm")
    before = root.handlers[:], root.level, ours.level
    hooks = sys.excepthook, threading.excepthook
    yield lambda: capsys.readouterr().err
    root.handlers[:], root.level, ours.level = before
    logs.ask_for_person(dict)  # nobody, as before
    sys.excepthook, threading.excepthook = hooks


def fail() -> None:
    try:
        int(CAPTION)
    except ValueError as error:
        try:
            raise KeyError(CAPTION) from error
        except KeyError:
            raise FileNotFoundError(2, "No such file or directory", CAPTION) from None


def failed() -> str:
    try:
        fail()
    except OSError:
        return logs.unexpected(log, "A page failed")
    raise AssertionError


@pytest.mark.parametrize("form", ["text", "json", "xml", ""])
def test_an_error_has_a_number_a_place_and_none_of_its_words(
    form: str, said: Callable[[], str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("QCMFM_LOG", form)
    logs.set_up(logging.INFO)
    logs.ask_for_person(lambda: {"person": "ada@museum.example", "session": "0123abcd"})
    number = failed()
    text = said()
    assert number in text and "ada@museum.example" in text and "0123abcd" in text
    assert "in fail" in text and "FileNotFoundError: No such file" in text
    assert "hippopotamus" not in text
    if form == "json":
        (line,) = text.splitlines()
        row = json.loads(line)
        assert row["error_id"] == number and row["level"] == "error"
        assert set(row) == {
            "time", "level", "logger", "message", "person", "session", "error_id", "traceback"
        }  # fmt: skip


def test_causes_are_told_by_kind(said: Callable[[], str]):
    logs.set_up(logging.INFO)
    try:
        raise RuntimeError(CAPTION) from ValueError(CAPTION)
    except RuntimeError:
        log.exception("Failed")
    lines = said().splitlines()
    assert [line for line in lines if line.endswith("Error")] == ["ValueError", "RuntimeError"]
    assert not any(CAPTION in line for line in lines)


@pytest.mark.parametrize("terminal", [True, False])
def test_its_words_are_told_on_a_terminal_and_where_that_is_wanted(
    terminal: bool, said: Callable[[], str], monkeypatch: pytest.MonkeyPatch
):
    if terminal:
        monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    else:
        monkeypatch.setenv("QCMFM_LOG_DETAILS", "1")
    logs.set_up(logging.INFO)
    failed()
    assert "hippopotamus" in said()


@given(text=st.text())
def test_no_text_passes_for_a_line_of_the_log(text: str):
    record = log.makeRecord(log.name, logging.INFO, __file__, 1, "Named %s", (text,), None)
    for form in (logs.AsText(False), logs.AsJson(False)):
        line = form.format(record)
        assert "\n" not in line and "\r" not in line and "\x1b" not in line
    json.loads(logs.AsJson(False).format(record))


@pytest.mark.parametrize("form", ["text", "json"])
def test_a_session_id_in_a_message_or_an_error_is_not_logged(
    form: str, said: Callable[[], str], monkeypatch: pytest.MonkeyPatch
):
    """Streamlit itself warns with the id of a session, which whoever knows can take over."""
    monkeypatch.setenv("QCMFM_LOG", form)
    monkeypatch.setenv("QCMFM_LOG_DETAILS", "1")
    logs.set_up(logging.INFO)
    session = str(uuid.uuid4())
    log.warning("Ignoring reconnect to logged-out session id %s.", session)
    try:
        raise KeyError(f"id_{session.upper()}")
    except KeyError:
        log.exception("Failed")
    text = said()
    assert session not in text.lower()
    assert f"session id ({logs.session_mark(session)})." in text


def test_libraries_warn_and_the_program_tells_what_was_asked_for(
    said: Callable[[], str], monkeypatch: pytest.MonkeyPatch
):
    logs.set_up(logging.INFO)
    logging.getLogger("httpx2").info("GET https://museum.example/?token=secret")
    log.debug("detail")
    log.info("done")
    assert said().endswith("INFO qcmfm.tests: done\n")
    monkeypatch.setenv("QCMFM_LOG_LEVEL", "error")
    logs.set_up(logging.INFO)
    log.warning("hidden")
    monkeypatch.setenv("QCMFM_LOG_LEVEL", "loud")
    logs.set_up(logging.INFO)
    (line,) = said().splitlines()
    assert "QCMFM_LOG_LEVEL is none of" in line


def test_a_thread_that_fails_is_in_the_log(said: Callable[[], str]):
    logs.set_up(logging.INFO)
    thread = threading.Thread(target=fail)
    thread.start()
    thread.join()
    text = said()
    assert "A thread failed" in text and "hippopotamus" not in text


BUG = """
import sys
from qcmfm import cli
cli.app.registered_commands[:] = []
@cli.app.command()
def a(): raise ValueError("a caption " + "x" * 3)
@cli.app.command()
def b(): pass
sys.argv = ["qcmfm", "a"]
cli.main()
"""


def test_a_command_that_fails_says_so_and_where(home):
    done = subprocess.run(
        [sys.executable, "-c", BUG], cwd=settings.PACKAGE.parent, text=True, capture_output=True
    )
    number = done.stderr.split("error ")[1][:8]
    assert done.returncode == 1 and done.stdout == ""
    assert done.stderr.rstrip().endswith(f"The log above has it, error {number}.")
    assert "ValueError" in done.stderr and "a caption xxx" not in done.stderr
