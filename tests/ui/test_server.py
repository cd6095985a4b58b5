"""What the server tells of itself, and to whom."""

import copy
import json
import logging
import logging.config
import os
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import streamlit.logger
import uvicorn.config
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient
from streamlit.testing.v1 import AppTest

from qcmfm import jobs, service
from qcmfm.access import Actor, Role, acting_as, requires
from qcmfm.access import Permission as May
from qcmfm.core.errors import PermissionDenied
from qcmfm.core.progress import finish
from qcmfm.encoders import weights
from qcmfm.encoders.fair_queue import FairQueue
from qcmfm.observability import metrics
from qcmfm.service.tasks import TASKS
from qcmfm.ui.shell import server
from qcmfm.ui.shell.gauges import Gauges
from qcmfm.workspace import open_workspace, readiness

TOKEN = "0123456789abcdef"


@pytest.fixture
def meters(monkeypatch: pytest.MonkeyPatch) -> metrics.Meters:
    """The counters of a server that has just begun."""
    monkeypatch.setattr(metrics, "meters", None)
    return metrics.begin()


async def streamlits_own(_: object) -> PlainTextResponse:
    return PlainTextResponse("active_sessions 3")


@pytest.fixture
def here(home: Path, meters: metrics.Meters) -> Iterator[TestClient]:
    """Somebody at the server's own computer."""
    finish(open_workspace(create=True))
    own = Route("/_stcore/metrics", streamlits_own)
    app = Starlette(routes=[*server.ROUTES, own], middleware=list(server.MIDDLEWARE))
    with TestClient(app, "http://localhost:8501", client=("127.0.0.1", 50000)) as client:
        yield client


FIGURES = ("/metrics", "/_stcore/metrics", "/_stcore/metrics/")


@pytest.mark.parametrize("path", FIGURES)
def test_figures_are_for_this_computer_alone(
    path: str, here: TestClient, monkeypatch: pytest.MonkeyPatch
):
    assert here.get(path).status_code == 200
    for headers in (
        {"X-Forwarded-For": "127.0.0.1"}, {"Forwarded": "for=127.0.0.1"}, {"X-Real-Ip": "::1"},
        {"Host": "evil.example"}, {"Host": ""},
        {"Authorization": f"Bearer {TOKEN}", "Host": "evil.example"},
    ):  # fmt: skip
        refused = here.get(path, headers=headers)
        assert refused.status_code == 403 and "QCMFM_METRICS_TOKEN" in refused.text, headers
    away = TestClient(here.app, client=("192.0.2.7", 50000))
    assert away.get(path).status_code == 403
    monkeypatch.setenv("QCMFM_METRICS_TOKEN", "short")
    assert away.get(path, headers={"Authorization": "Bearer short"}).status_code == 403
    monkeypatch.setenv("QCMFM_METRICS_TOKEN", TOKEN)
    for given in ("", "Bearer ", f"bearer {TOKEN}", f"Bearer {TOKEN}x", "Bearer é", TOKEN):
        answer = away.get(path, headers=[(b"Authorization", given.encode())])
        assert answer.status_code == 403, given
    assert away.get(path, headers={"Authorization": f"Bearer {TOKEN}"}).status_code == 200


BROWSING = {"Accept": "text/html,application/xhtml+xml"}


@pytest.mark.parametrize(
    ("path", "to"),
    [
        ("/review/deeper/down?collection=a%20b", "/review?collection=a%20b"),
        ("/nonsense/deeper", "/nonsense"),
        ("//evil.example/x", "/evil.example"),
        ("/%5Cevil.example/x", "/%5Cevil.example"),
    ],
)
def test_an_address_below_a_page_leads_to_the_page(path: str, to: str, here: TestClient):
    answer = here.get(f"http://localhost:8501{path}", headers=BROWSING, follow_redirects=False)
    assert (answer.status_code, answer.headers["Location"]) == (307, to)


def test_other_addresses_lead_nowhere_else(here: TestClient, monkeypatch: pytest.MonkeyPatch):
    for path in ("/review", "/", "/_stcore/health", "/component/x/index.html", "/media/a/b"):
        assert here.get(path, headers=BROWSING, follow_redirects=False).status_code != 307, path
    assert here.get("/review/app.js", follow_redirects=False).status_code == 404
    monkeypatch.setattr(server.st, "get_option", lambda _: "/studio/")
    assert here.get("/studio/review", headers=BROWSING, follow_redirects=False).status_code == 404
    deep = here.get("/studio/review/x", headers=BROWSING, follow_redirects=False)
    assert deep.headers["Location"] == "/studio/review"


def test_it_is_ready_or_says_why_not_but_strangers_only_which_part(
    here: TestClient, home: Path, monkeypatch: pytest.MonkeyPatch
):
    fine = here.get("/healthz")
    assert (fine.status_code, fine.json()) == (
        200, {"ready": True, "workspace": "ok", "encoders": "ok"}
    )  # fmt: skip
    assert fine.headers["Cache-Control"] == "no-store"
    (home / "workspace.json").write_text('{"version": 99}')
    told = here.get("/healthz")
    assert told.status_code == 503 and "version 99" in told.json()["workspace"]
    away = here.get("/healthz", headers={"X-Forwarded-For": "192.0.2.7"})
    assert (away.status_code, away.json()) == (
        503, {"ready": False, "workspace": "failed", "encoders": "ok"}
    )  # fmt: skip
    (home / "workspace.json").unlink()
    monkeypatch.setattr(os, "access", lambda *_: False)
    monkeypatch.setattr(
        weights, "weight_files", lambda: {"one": None, "two": home / "no such file"}
    )
    found = here.get("/healthz").json()
    assert "cannot be written" in found["workspace"] and "one, two" in found["encoders"]


def test_what_keeps_a_workspace_from_working_is_told(home: Path, monkeypatch: pytest.MonkeyPatch):
    assert readiness() == {"workspace": "", "encoders": ""}
    (home / ".restore-x").mkdir()
    (home / ".restore-x" / "READY").touch()
    assert "half put back" in readiness()["workspace"]
    monkeypatch.setenv("QCMFM_HOME", str(home / "none"))
    assert "no folder" in readiness()["workspace"]


def figure(meters: metrics.Meters, name: str, **labels: str) -> float:
    return meters.registry.get_sample_value(name, labels) or 0.0


def test_verbs_turns_and_errors_are_counted(meters: metrics.Meters):
    @requires(May.LOOK)
    def glance() -> None:
        time.sleep(0.02)

    @requires(May.MANAGE)
    def manage() -> None: ...

    glance()
    finish(service.repair_workspace())
    with acting_as(Actor("grace", Role.VIEWER)), pytest.raises(PermissionDenied):
        manage()
    took = {
        sample.labels["verb"]: sample.value
        for family in meters.registry.collect()
        for sample in family.samples
        if sample.name == "qcmfm_verb_seconds_sum"
    }
    glanced = next(verb for verb in took if verb.endswith("glance"))
    assert took[glanced] >= 0.02 and took["mend_workspace"] > 0 and len(took) == 2
    assert figure(meters, "qcmfm_errors_total", kind="refused") == 1

    turns, busy = FairQueue(1, metrics.record_queue_wait), threading.Event()

    def other() -> None:
        with turns.slot("b"):
            pass

    thread = threading.Thread(target=other)
    with turns.slot("a"):
        thread.start()
        while not turns.waiting():
            busy.wait(0.005)
        busy.wait(0.05)
    thread.join()
    assert figure(meters, "qcmfm_encoder_turn_seconds_count") == 2
    assert 0.05 <= figure(meters, "qcmfm_encoder_wait_seconds_sum") < 5


def test_how_things_stand_is_read_when_it_is_asked_for(
    home: Path, meters: metrics.Meters, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(jobs, "launch_process", lambda *_: None)
    jobs.start("learn", {"collection": "a secret name"}, TASKS)
    meters.registry.register(Gauges())
    assert figure(meters, "qcmfm_jobs", state="interrupted") == 1
    assert figure(meters, "qcmfm_jobs", state="done") == 0
    assert figure(meters, "qcmfm_encoder_waiting") == figure(meters, "qcmfm_sessions") == 0


@pytest.fixture
def own_log(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Puts back whatever a server changes of how things are logged."""
    root, hooks = logging.getLogger(), (sys.excepthook, threading.excepthook)
    before = root.handlers[:], root.level
    loggers = [x for x in logging.root.manager.loggerDict.values() if isinstance(x, logging.Logger)]
    each = [(x, x.handlers[:], x.filters[:], x.level, x.propagate) for x in loggers]
    monkeypatch.setattr(streamlit.logger, "setup_formatter", streamlit.logger.setup_formatter)
    config = copy.deepcopy(uvicorn.config.LOGGING_CONFIG)
    monkeypatch.setattr(uvicorn.config, "LOGGING_CONFIG", config)
    yield
    root.handlers[:], root.level = before
    sys.excepthook, threading.excepthook = hooks
    for logger, handlers, filters, level, propagate in each:
        logger.handlers[:], logger.filters[:] = handlers, filters
        logger.setLevel(level)
        logger.propagate = propagate


def test_streamlit_and_its_web_server_speak_in_the_same_log(
    own_log: None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setenv("QCMFM_LOG", "json")
    early = streamlit.logger.get_logger("streamlit.early")
    server.set_up()
    logging.config.dictConfig(uvicorn.config.LOGGING_CONFIG)  # as the server does when it starts
    early.error("one")
    streamlit.logger.get_logger("streamlit.made_later").error("two")
    try:
        int("blue faience amulet")
    except ValueError as error:  # which `show_page_failure` logs with its number
        logging.getLogger("streamlit.error_util").error("Uncaught", exc_info=error)
    logging.getLogger("uvicorn.error").warning("three")
    logging.getLogger("uvicorn.access").info("GET /collections?caption=amulet")
    rows = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert [row["message"] for row in rows] == ["one", "two", "three"]


PAGE = """
import streamlit as st
from qcmfm.ui.shared.errors import error_boundary
from qcmfm.ui.shell import server
with error_boundary():
    int("blue faience amulet")
try:
    int("blue faience amulet")
except ValueError as error:
    st.session_state["handled"] = server.show_page_failure(error)
"""


def test_a_failure_of_a_page_is_told_under_the_number_that_the_log_has(
    meters: metrics.Meters, caplog: pytest.LogCaptureFixture
):
    page = AppTest.from_string(PAGE).run()
    assert page.session_state["handled"] is True and not page.exception
    numbers = [error.value.split("error ")[1].rstrip(".") for error in page.error]
    told = [vars(r)["error_id"] for r in caplog.records if r.levelno == logging.ERROR]
    assert told == numbers and len(numbers) == 2
    assert all("faience" not in error.value for error in page.error)
    assert figure(meters, "qcmfm_errors_total", kind="unexpected") == 2


def test_a_later_workspace_stops_every_page(home: Path):
    (home / "workspace.json").write_text(json.dumps({"version": 99}))
    page = AppTest.from_file("../../qcmfm/ui/shell/router.py", default_timeout=60).run()
    (error,) = page.error
    assert "version 99" in error.value and "Update the program" in error.value
    assert not page.title
