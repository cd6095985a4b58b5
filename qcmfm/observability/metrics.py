"""Prometheus metrics of the server.

Nothing is counted until a server calls `begin`, so that the command line need not load the
library. Metrics never contain the names of people, collections or records.
"""

import functools

_SECONDS = (0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0, 300.0)


class Meters:
    """Counters and histograms of a server, in their own Prometheus registry."""

    def __init__(self) -> None:
        from prometheus_client import (
            CollectorRegistry,
            Counter,
            Histogram,
            ProcessCollector,
            disable_created_metrics,
        )

        disable_created_metrics()  # they would double the number of series
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
        self.operations = seconds("qcmfm_verb_seconds", what, ["verb"])
        self.waited = seconds("qcmfm_encoder_wait_seconds", "Waiting for a turn at the encoders")
        self.held = seconds("qcmfm_encoder_turn_seconds", "A turn at the encoders")
        for kind in ("told", "refused", "unexpected"):
            self.errors.labels(kind)


meters: Meters | None = None


def begin() -> Meters:
    """Start counting; later calls return the same counters."""
    global meters
    meters = meters or Meters()
    return meters


def answered(records: int) -> None:
    """Count records that a model labelled."""
    if meters is not None:
        meters.record_request.inc(records)


def record_error(kind: str) -> None:
    """Count an error.

    Args:
        kind: `told` (shown to the user), `refused` (a missing permission) or `unexpected` (a bug).
    """
    if meters is not None:
        meters.errors.labels(kind).inc()


def record_page(page: str, seconds: float) -> None:
    """Record the run time of a page's script, in seconds."""
    if meters is not None:
        meters.pages.labels(page).observe(seconds)


def record_operation(operation: str, seconds: float) -> None:
    """Record the duration of a service operation, in seconds."""
    if meters is not None:
        meters.operations.labels(operation).observe(seconds)


def record_queue_wait(waited: float, held: float) -> None:
    """Record the waiting time and the holding time of a turn at the encoders, in seconds."""
    if meters is not None:
        meters.waited.observe(waited)
        meters.held.observe(held)
