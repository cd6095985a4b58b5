"""What the server counts of its work, for whoever looks after it, in Prometheus' format.

Nothing is counted until `begin` was called, which a server does; so the command line need not load
the library. Names of people, collections or records are never told here.
"""

import functools

_SECONDS = (0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0, 300.0)


class Meters:
    """The counters of a server, in a registry of their own."""

    def __init__(self) -> None:
        from prometheus_client import (
            CollectorRegistry,
            Counter,
            Histogram,
            ProcessCollector,
            disable_created_metrics,
        )

        disable_created_metrics()  # a second series beside each, which says when it began
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        counter = functools.partial(Counter, registry=self.registry)
        seconds = functools.partial(Histogram, buckets=_SECONDS, registry=self.registry)
        self.record_request = counter("qcmfm_records_answered", "Records that a model labelled")
        what = "told: a sentence for the user; refused: by a role; unexpected: a bug"
        self.errors = counter("qcmfm_errors", what, ["kind"])
        what = "From the start of a page's script to its end"
        self.pages = seconds("qcmfm_page_seconds", what, ["page"])
        what = "An operation of the service; long work to its end"
        self.verbs = seconds("qcmfm_verb_seconds", what, ["verb"])
        self.waited = seconds("qcmfm_encoder_wait_seconds", "Waiting for a turn at the encoders")
        self.held = seconds("qcmfm_encoder_turn_seconds", "A turn at the encoders")
        for kind in ("told", "refused", "unexpected"):
            self.errors.labels(kind)


_meters: Meters | None = None


def begin() -> Meters:
    """Count from now on."""
    global _meters
    _meters = _meters or Meters()
    return _meters


def answered(records: int) -> None:
    """A model labelled so many records."""
    if _meters is not None:
        _meters.record_request.inc(records)


def record_error(kind: str) -> None:
    """Something went wrong.

    Args:
        kind: told, refused or unexpected.
    """
    if _meters is not None:
        _meters.errors.labels(kind).inc()


def record_page(page: str, seconds: float) -> None:
    """A page's script ran for so long."""
    if _meters is not None:
        _meters.pages.labels(page).observe(seconds)


def record_operation(operation: str, seconds: float) -> None:
    """An operation of the service took so long."""
    if _meters is not None:
        _meters.verbs.labels(operation).observe(seconds)


def record_queue_wait(waited: float, held: float) -> None:
    """Somebody had a turn at the encoders, in seconds."""
    if _meters is not None:
        _meters.waited.observe(waited)
        _meters.held.observe(held)
