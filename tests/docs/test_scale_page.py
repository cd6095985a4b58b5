"""The page on size follows from the committed measurements, and these keep their bounds."""

import json
from pathlib import Path

from tests.benchmarks.scale_page import PAGE, page

RESULTS = json.loads(
    (Path(__file__).resolve().parents[1] / "benchmarks" / "results" / "scale.json").read_text(
        "utf-8"
    )
)


def test_the_page_is_computed_from_the_measurements():
    assert PAGE.read_text("utf-8") == page(RESULTS)


def test_a_hundred_thousand_records_stay_within_bounds():
    most = RESULTS["measured"]["100000"]
    assert most["peak_mib"] < 4096
    assert RESULTS["time_per_record"]["at"] == 100_000
    assert RESULTS["time_per_record"]["beside"] == 1000
    assert RESULTS["time_per_record"]["ratio"] <= 1.2


def test_ray_gives_the_same_in_memory_that_does_not_grow():
    runs = sorted(RESULTS["on_ray"].items(), key=lambda pair: int(pair[0]))
    (_, few), (_, many) = runs[0], runs[-1]
    assert int(runs[-1][0]) >= 10 * int(runs[0][0])
    assert few["other_labels"] == many["other_labels"] == 0
    assert many["largest_difference_of_probability"] <= 1e-3
    for who in ("dealing_peak_mib", "worker_peak_mib"):
        assert many[who] <= 1.1 * few[who]
