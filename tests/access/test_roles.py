"""Every verb of the service has a door, and each role comes through those it may."""

import importlib
import inspect
import json
import pkgutil
from collections.abc import Callable, Iterator
from dataclasses import is_dataclass
from typing import Any

import pytest

from qcmfm import service
from qcmfm.access import (
    ALLOWED,
    Actor,
    Permission,
    Role,
    acting_as,
    least_role,
    may,
    permission_of,
    read_audit,
)
from qcmfm.core.errors import PermissionDenied, QcmfmError
from qcmfm.records import Collection, Record
from qcmfm.service import tasks
from qcmfm.service.jobs import KINDS
from tests.review.made import accept, correct, prediction

ROLES = [*Role, None]


def _own(module: Any, kind: Callable[[Any], bool]) -> Iterator[tuple[str, Any]]:
    for name, found in inspect.getmembers(module, kind):
        if not name.startswith("_") and found.__module__ == module.__name__:
            yield name, found


def every_verb() -> dict[str, Any]:
    """The public functions of the service's modules, and the methods of its classes that act."""
    verbs_: dict[str, Any] = {}
    for info in pkgutil.iter_modules(service.__path__):
        module = importlib.import_module(f"{service.__name__}.{info.name}")
        verbs_ |= {f"{info.name}.{name}": verb for name, verb in _own(module, inspect.isfunction)}
        for title, kind in _own(module, inspect.isclass):
            if is_dataclass(kind):
                continue
            for name, method in inspect.getmembers(kind, inspect.isfunction):
                if not name.startswith("_"):
                    verbs_[f"{info.name}.{title}.{name}"] = method
    return verbs_


VERBS = every_verb()

# What needs more than to look; a verb that changes something belongs here, and so nobody can
# weaken its door without a test that fails.
NEEDS = {
    "adoption.adopt_run": Permission.ADOPT,
    "batches.label_on_ray": Permission.PREPARE,
    "batches.label_records": Permission.PREPARE,
    "calibration.calibrate_run": Permission.RETRAIN,
    "collections.draw_built_in": Permission.IMPORT,
    "collections.draw_into": Permission.IMPORT,
    "decisions.OpenReview.decide": Permission.DECIDE,
    "decisions.OpenReview.decide_each": Permission.DECIDE,
    "decisions.OpenReview.restore": Permission.DECIDE,
    "decisions.OpenReview.undo": Permission.DECIDE,
    "decisions.decide_on_submissions": Permission.DECIDE,
    "doubtful_labels.find_doubtful_labels": Permission.RETRAIN,
    "evaluation.save_metrics": Permission.RETRAIN,
    "imports.check_source": Permission.IMPORT,
    "imports.errors_file": Permission.IMPORT,
    "imports.import_arguments": Permission.IMPORT,
    "imports.import_source": Permission.IMPORT,
    "imports.save_upload": Permission.IMPORT,
    "imports.uploads_folder": Permission.IMPORT,
    "jobs.run_job": Permission.MANAGE,
    "lab.save_noise_setting": Permission.ADD,
    "maintenance.audit_log": Permission.MANAGE,
    "maintenance.back_up": Permission.MANAGE,
    "maintenance.examine_workspace": Permission.MANAGE,
    "maintenance.repair_workspace": Permission.MANAGE,
    "maintenance.restore": Permission.MANAGE,
    "predictions.label_collection": Permission.PREPARE,
    "retraining.retrain": Permission.RETRAIN,
    "review.OpenReviewSession.export": Permission.EXPORT,
    "search.build_catalog": Permission.PREPARE,
    "search.build_map": Permission.PREPARE,
    "studies.run_study": Permission.RETRAIN,
    "submissions.save_submission": Permission.ADD,
    "training.train_run": Permission.RETRAIN,
}


def somebody(role: Role | None, session: str = "session") -> Actor:
    return Actor("ada@museum.example", role, session, signed_in=True)


def test_every_verb_says_what_it_needs():
    assert len(VERBS) > 80
    assert [name for name, verb in VERBS.items() if permission_of(verb) is None] == []
    told = {name: permission_of(verb) for name, verb in VERBS.items()}
    assert {name: p for name, p in told.items() if p is not Permission.LOOK} == NEEDS


def test_what_the_service_offers_are_those_verbs():
    offered = {name: getattr(service, name) for name in service.__all__}
    functions = {id(verb) for verb in VERBS.values()}
    missed = [n for n, f in offered.items() if inspect.isfunction(f) and id(f) not in functions]
    assert missed == []


@pytest.mark.parametrize("name", VERBS)
def test_each_role_comes_through_the_doors_it_may_and_no_others(name: str):
    verb = VERBS[name]
    permission = permission_of(verb)
    assert permission is not None
    needed = least_role(permission)
    for role in ROLES:  # all of them for each verb: a test apiece would take longer than the doors
        who = somebody(role)
        with acting_as(who):
            if may(who, permission):
                _come_through(verb)
                continue
            with pytest.raises(PermissionDenied, match=f"needs the role {needed}"):
                verb()
        *_, last = read_audit()[0]
        assert (last["who"], last["role"], last["outcome"]) == (who.who, role, "refused")
    assert may(somebody(needed), permission)


def _come_through(verb: Callable[..., Any]) -> None:
    """Call a verb without arguments: it misses them behind the door.

    What needs none only reads, or is long work that has not begun.
    """
    try:
        verb()
    except PermissionDenied:
        raise
    except (TypeError, QcmfmError):
        pass


def test_each_role_may_what_the_one_before_may():
    before: frozenset[Permission] = frozenset()
    for role in Role:
        assert before < ALLOWED[role]
        before = ALLOWED[role]
    assert before == set(Permission)


def test_every_kind_of_job_is_known_at_the_door():
    kinds = {info.name for info in pkgutil.iter_modules(tasks.__path__)}
    assert set(KINDS) == kinds


@pytest.mark.parametrize("role", ROLES, ids=str)
@pytest.mark.parametrize("kind", KINDS)
def test_a_job_starts_for_those_who_may(
    kind: str, role: Role | None, monkeypatch: pytest.MonkeyPatch
):
    started: list[dict[str, Any]] = []

    def start(kind: str, arguments: Any, known: Any, by: Any) -> str:
        started.append(by)
        return "id"

    monkeypatch.setattr("qcmfm.jobs.start", start)
    who = somebody(role)
    with acting_as(who):
        if not may(who, KINDS[kind]):
            with pytest.raises(PermissionDenied):
                service.start_job(kind, {"collection": "vases"})
            assert started == []
            return
        service.start_job(kind, {"collection": "vases"})
    assert [Actor.from_json(by) for by in started] == [who]
    *_, last = read_audit()[0]
    assert last["verb"] == f"start {kind}" and last["on"] == {"collection": "vases"}


@pytest.fixture
def session(tmp_path) -> service.OpenReviewSession:
    records = [Record(f"r{n}", f"{n}.jpg", f"cup {n}, a secret caption") for n in range(30)]
    said = {record.record_id: prediction(record.record_id) for record in records}
    return service.OpenReviewSession("cups", Collection.from_records(tmp_path, records), said)


def test_an_annotator_decides_on_one_record_and_a_curator_on_many(
    session: service.OpenReviewSession,
):
    many = [accept(f"r{n}") for n in range(30)]
    who = somebody(Role.ANNOTATOR)
    with acting_as(who):
        session.review.decide([correct("r1")], who.who, ("silver",))
        with pytest.raises(PermissionDenied, match="many records at once needs the role curator"):
            session.review.decide(many, who.who)
        assert len(session.review.log.decisions) == 1
        session.review.undo(who.who)
    who = somebody(Role.CURATOR)
    with acting_as(who):
        session.review.decide(many, who.who)
        session.export("records")
    entries = read_audit()[0]
    told = [(entry["verb"], entry["outcome"]) for entry in entries]
    assert told == [
        ("decide", "done"), ("decide", "refused"), ("undo", "done"), ("decide", "done"),
        ("Desk.export", "done"),
    ]  # fmt: skip
    assert entries[0]["on"] == {"collection": "cups", "records": ["r1"]}
    assert entries[3]["on"]["of"] == 30 and len(entries[3]["on"]["records"]) == 20
    assert "secret" not in json.dumps(entries)


def test_who_is_signed_in_decides_in_nobody_elses_name(session: service.OpenReviewSession):
    with acting_as(somebody(Role.ADMIN)):
        for decide in (
            lambda: session.review.decide([accept("r1")], "grace@museum.example"),
            lambda: session.review.undo("grace@museum.example"),
            lambda: session.review.restore("r1", "grace@museum.example"),
            lambda: service.decide_on_submissions("x", [(prediction("r1"), "gold")], "grace"),
        ):
            with pytest.raises(PermissionDenied, match="somebody else's name"):
                decide()
    assert session.review.log.decisions == []
    session.review.decide([accept("r1")], "Grace")  # nobody signs in at this computer
    assert read_audit()[0][-1]["who"] == "Grace"


def test_long_work_is_refused_when_it_is_called_and_told_when_it_ends(home):
    with acting_as(somebody(Role.VIEWER)), pytest.raises(PermissionDenied):
        service.retrain("vases")
    work = service.retrain("no such collection")
    with pytest.raises(QcmfmError, match="no collection"):
        next(work)
    stopped = service.repair_workspace()
    next(stopped)
    stopped.close()
    told = [(entry["verb"], entry["on"], entry["outcome"]) for entry in read_audit()[0]]
    assert told == [
        ("learn", {"name": "vases"}, "refused"),
        ("learn", {"name": "no such collection"}, "failed"),
        ("mend_workspace", {}, "stopped"),
    ]
