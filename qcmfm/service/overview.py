"""What Home tells: what waits for somebody, and what happened lately."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from qcmfm import jobs
from qcmfm.access import Permission, requires
from qcmfm.core.errors import ReviewError
from qcmfm.core.messages import N_, msg
from qcmfm.review.review import open_review
from qcmfm.service.collections import CollectionSummary, collection_folders

LOOKED_AT = 2000
"""The most decisions of a collection that are gone through for what happened lately."""

_WORK = {
    "import_collection": (msg("The import"), "import"),
    "learn": (msg("A training"), "learn"),
    "compare_labels": (msg("The look for label errors"), "clean_up"),
    "make_catalog": (msg("The catalog"), "search"),
    "make_map": (msg("The map"), "map"),
}
"""For each kind of job what it is called, and the page that shows it."""
_STATES = {
    "running": N_("{work} of {name} is under way"),
    "failed": N_("{work} of {name} failed"),
    "interrupted": N_("{work} of {name} was interrupted and can go on"),
    "cancelled": N_("{work} of {name} was stopped and can go on"),
}


@dataclass(frozen=True)
class Waiting:
    """Something that waits for a person.

    Args:
        what: In words.
        page: Where it is dealt with.
        collection: Of which collection it is.
    """

    what: str
    page: str
    collection: str


@dataclass(frozen=True)
class RecentEvent:
    """Something that was done.

    Args:
        at: When it ended; UTC, ISO 8601.
        what: In words.
    """

    at: str
    what: str


@requires(Permission.LOOK)
def waiting(collections: Sequence[CollectionSummary]) -> list[Waiting]:
    """Jobs that run or broke off, rows that were not understood, records that nobody reviewed yet.

    Built-in collections, and those on which nobody decided yet, wait for nobody.
    """
    found = [
        Waiting(msg(_STATES[job.state], work=title, name=name), page, name)
        for job, title, page, name in _latest_jobs()
        if job.state in _STATES
    ]
    for summary in collections:
        if summary.problems:
            what = N_("{n:,} rows of {name} to check")
            if summary.problems == 1:
                what = N_("{n} row of {name} to check")
            told = msg(what, n=summary.problems, name=summary.name)
            found.append(Waiting(told, "collections", summary.name))
        left = summary.records - summary.reviewed
        if left and (summary.reviewed or not summary.built_in):
            what = N_("{n:,} records of {name} to review")
            if left == 1:
                what = N_("{n} record of {name} to review")
            told = msg(what, n=left, name=summary.name)
            found.append(Waiting(told, "review", summary.name))
    return found


@requires(Permission.LOOK)
def recent_events(most: int = 5) -> list[RecentEvent]:
    """What reviewers and long work did, the latest first; a reviewer's day is one entry.

    Args:
        most: As many entries.
    """
    found = [
        RecentEvent(job.changed_at, msg("{work} of {name} was finished", work=title, name=name))
        for job, title, _, name in _latest_jobs()
        if job.state == "done"
    ]
    for name in collection_folders():
        found += _decided(name)
    return sorted(found, key=lambda entry: entry.at, reverse=True)[:most]


def _latest_jobs() -> Iterator[tuple[jobs.Job, str, str, str]]:
    """The last job of each kind on each collection, with its title, page and collection."""
    seen: set[tuple[str, str]] = set()
    for job in jobs.list_jobs():
        name = str(job.arguments.get("collection") or job.arguments.get("name") or "")
        if job.kind in _WORK and (job.kind, name) not in seen:
            seen.add((job.kind, name))
            yield job, *_WORK[job.kind], name


def _decided(name: str) -> list[RecentEvent]:
    """What was decided on a collection and stands, an entry for each reviewer and day."""
    try:
        review = open_review(name)
        state = review.refresh()
    except ReviewError:
        return []  # told where the collections are listed
    latest: dict[tuple[str, str], str] = {}
    counts: Counter[tuple[str, str]] = Counter()
    for row in reversed(review.log.decisions[-LOOKED_AT:]):
        if state.stands(row.decision_id):
            key = (row.reviewed_at[:10], row.reviewer)
            latest.setdefault(key, row.reviewed_at)
            counts[key] += 1
    return [RecentEvent(at, _took(key[1], counts[key], name)) for key, at in latest.items()]


def _took(who: str, n: int, name: str) -> str:
    if n == 1:
        return msg("{who} took {n} decision on {name}", who=who, n=n, name=name)
    return msg("{who} took {n:,} decisions on {name}", who=who, n=n, name=name)
