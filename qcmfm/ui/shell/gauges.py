"""Gauges that are read when Prometheus asks: sessions, queues, jobs."""

import time
from collections import Counter
from collections.abc import Iterator

from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from streamlit import runtime

from qcmfm import jobs
from qcmfm.encoders.fair_queue import ENCODERS

REFRESH_SECONDS = 10.0
"""Seconds for which the count of the jobs is cached; each job is a few files."""


class Gauges(Collector):
    """What is read when somebody asks, and not counted before."""

    def __init__(self) -> None:
        self._jobs, self._at = Counter[str](), float("-inf")

    def describe(self) -> list[Metric]:
        """Nothing, so that registering does not read anything yet."""
        return []

    def collect(self) -> Iterator[Metric]:
        """Each gauge as it is now."""
        yield GaugeMetricFamily("qcmfm_sessions", "Browser windows that are open", _sessions())
        waiting = ENCODERS.waiting()
        yield GaugeMetricFamily(
            "qcmfm_encoder_waiting", "Requests that wait for the encoders", waiting
        )
        family = GaugeMetricFamily("qcmfm_jobs", "Jobs that are kept, by state", labels=["state"])
        for state, count in self._count_jobs().items():
            family.add_metric([state], count)
        yield family

    def _count_jobs(self) -> Counter[str]:
        if time.monotonic() - self._at > REFRESH_SECONDS:
            found = Counter({state: 0 for state in jobs.STATES})
            found.update(job.state for job in jobs.list_jobs())
            self._jobs, self._at = found, time.monotonic()
        return self._jobs


def _sessions() -> int:
    if not runtime.exists():
        return 0
    statistics = runtime.get_instance().stats_mgr.get_stats(family_names=["active_sessions"])
    return int(sum(stat.value for stats in statistics.values() for stat in stats))  # pyright: ignore
