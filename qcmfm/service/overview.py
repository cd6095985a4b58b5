"""What Home tells: what waits for somebody, and what happened lately."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from qcmfm import jobs
from qcmfm.access import Permission, door
from qcmfm.errors import ReviewError
from qcmfm.review.review import open_review
from qcmfm.service.collections import CollectionSummary, collection_folders

LOOKED_AT = 2000
"""The most decisions of a collection that are gone through for what happened lately."""

_WORK = {
    "import_collection": ("The import", "import"),
    "learn": ("A training", "learn"),
    "compare_labels": ("The look for label errors", "clean_up"),
    "make_catalog": ("The catalog", "search"),
    "make_map": ("The map", "map"),
}
"""For each kind of job what it is called, and the page that shows it."""
_STATES = {
    "running": "is under way",
    "failed": "failed",
    "interrupted": "was interrupted and can go on",
    "cancelled": "was stopped and can go on",
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
class Happened:
    """Something that was done.

    Args:
        at: When it ended; UTC, ISO 8601.
        what: In words.
    """

    at: str
    what: str


@door(Permission.LOOK)
def what_waits(collections: Sequence[CollectionSummary]) -> list[Waiting]:
    """Jobs that run or broke off, rows that were not understood, records that nobody reviewed yet.

    Built-in collections, and those on which nobody decided yet, wait for nobody.
    """
    found = [
        Waiting(f"{title} of {name} {_STATES[job.state]}", page, name)
        for job, title, page, name in _latest_jobs()
        if job.state in _STATES
    ]
    for summary in collections:
        if summary.problems:
            rows = "1 row" if summary.problems == 1 else f"{summary.problems:,} rows"
            found.append(Waiting(f"{rows} of {summary.name} to check", "collections", summary.name))
        left = summary.records - summary.reviewed
        if left and (summary.reviewed or not summary.built_in):
            records = "1 record" if left == 1 else f"{left:,} records"
            found.append(Waiting(f"{records} of {summary.name} to review", "review", summary.name))
    return found


@door(Permission.LOOK)
def what_happened(most: int = 5) -> list[Happened]:
    """What reviewers and long work did, the latest first; a reviewer's day is one entry.

    Args:
        most: As many entries.
    """
    found = [
        Happened(job.changed_at, f"{title} of {name} was finished")
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


def _decided(name: str) -> list[Happened]:
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
    return [
        Happened(at, f"{key[1]} took {counts[key]:,} decision{'s' * (counts[key] > 1)} on {name}")
        for key, at in latest.items()
    ]
