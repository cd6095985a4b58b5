"""The overview on Home: open tasks and recent events."""

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
"""Maximum number of decisions per collection that are searched for recent events."""

_WORK = {
    "import_collection": (msg("The import"), "import"),
    "learn": (msg("A training"), "learn"),
    "compare_labels": (msg("The look for label errors"), "clean_up"),
    "make_catalog": (msg("The catalog"), "search"),
    "make_map": (msg("The map"), "map"),
}
"""Title of each kind of job, and the page that shows it."""
_STATES = {
    "running": N_("{work} of {name} is under way"),
    "failed": N_("{work} of {name} failed"),
    "interrupted": N_("{work} of {name} was interrupted and can go on"),
    "cancelled": N_("{work} of {name} was stopped and can go on"),
}


@dataclass(frozen=True)
class Waiting:
    """An open task.

    Args:
        what: Sentence that describes it.
        page: Page on which to deal with it.
        collection: Name of the collection that it concerns.
    """

    what: str
    page: str
    collection: str


@dataclass(frozen=True)
class RecentEvent:
    """A recent event.

    Args:
        at: Time when it ended, UTC, ISO 8601.
        what: Sentence that describes it.
    """

    at: str
    what: str


@requires(Permission.LOOK)
def waiting(collections: Sequence[CollectionSummary]) -> list[Waiting]:
    """Open tasks: running and interrupted jobs, rows with problems, and records to review.

    Built-in collections count only once somebody has reviewed a record of them.
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
            text = msg(what, n=summary.problems, name=summary.name)
            found.append(Waiting(text, "collections", summary.name))
        left = summary.records - summary.reviewed
        if left and (summary.reviewed or not summary.built_in):
            what = N_("{n:,} records of {name} to review")
            if left == 1:
                what = N_("{n} record of {name} to review")
            text = msg(what, n=left, name=summary.name)
            found.append(Waiting(text, "review", summary.name))
    return found


@requires(Permission.LOOK)
def recent_events(most: int = 5) -> list[RecentEvent]:
    """Recent jobs and reviews, the most recent first; one entry per reviewer, collection and day.

    Args:
        most: Maximum number of entries.
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
    """Decisions on a collection that were not undone, one entry per reviewer and day."""
    try:
        review = open_review(name)
        state = review.refresh()
    except ReviewError:
        return []  # The list of collections reports the error.
    latest: dict[tuple[str, str], str] = {}
    counts: Counter[tuple[str, str]] = Counter()
    for row in reversed(review.log.decisions[-LOOKED_AT:]):
        if state.is_active(row.decision_id):
            key = (row.reviewed_at[:10], row.reviewer)
            latest.setdefault(key, row.reviewed_at)
            counts[key] += 1
    return [RecentEvent(at, _took(key[1], counts[key], name)) for key, at in latest.items()]


def _took(who: str, n: int, name: str) -> str:
    if n == 1:
        return msg("{who} took {n} decision on {name}", who=who, n=n, name=name)
    return msg("{who} took {n:,} decisions on {name}", who=who, n=n, name=name)
