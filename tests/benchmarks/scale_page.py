"""Writes `.github/SCALE.md` from the measured rates: `python -m tests.benchmarks.scale_page`."""

import json
from pathlib import Path
from typing import Any

from tests.benchmarks.scale import RESULTS

PAGE = Path(__file__).resolve().parents[2] / ".github" / "SCALE.md"
CORES = 16
"""Cores of a machine."""
SIZES = {1_000_000: 1, 100_000_000: 20}
"""Numbers of records, and of machines for them."""
OF_ONE = 1_000_000
"""Records of one collection, if there are more."""
STEPS = ("import", "encode", "predict", "catalog")
PARTS = {
    "photo": "photos", "features": "features", "prediction": "predictions", "catalog": "catalog",
}  # fmt: skip


def page(results: dict[str, Any]) -> str:
    """The page, as Markdown."""
    rates = results["built_in_encoders"]
    ms, size = rates["processor_ms_per_record"], rates["bytes_per_record"]
    whole = sum(ms[step] for step in STEPS)
    measured, ratio = results["measured"], results["time_per_record"]
    few, many = str(ratio["beside"]), str(ratio["at"])
    peaks = {count: measured[count]["peak_mib"] for count in (few, many)}
    each = (peaks[many] - peaks[few]) / (int(many) - int(few))
    of_one = (peaks[few] + each * OF_ONE) / 1024
    ray = {int(count): found for count, found in results["on_ray"].items()}
    least, most = min(ray), max(ray)
    lines = [
        "# How large a collection may be",
        "",
        "Every figure here was measured (`tests/benchmarks/results/scale.json`) or is computed "
        "from measurements. `python -m tests.benchmarks.scale_page` writes this page, and "
        "`tests/docs/test_scale_page.py` compares it with the measurements. Only the machine below "
        "was used: the sections on a million and a hundred million records are extrapolations.",
        "",
        "## What was measured",
        "One record with the built-in encoders, on a museum's photos "
        f"({size['photo'] / 1000:,.0f} kB each), {rates['machine']}:",
        "",
        "| step | CPU time | disk space |",
        "|---|---|---|",
        *(_step(step, ms[step], size) for step in STEPS),
        f"| total | {whole:,.1f} ms | {sum(size.values()) / 1000:,.1f} kB |",
        "",
        f"Everything except the encoders, with {int(many):,} generated records and with "
        f"{int(few):,} (a step that was interrupted and resumed includes what it did twice):",
        "",
        f"| | {int(few):,} records | {int(many):,} records |",
        "|---|---|---|",
        *(_beside(step, measured[few], measured[many]) for step in STEPS),
        f"| total | {measured[few]['ms_per_record']:.2f} ms a record | "
        f"{measured[many]['ms_per_record']:.2f} ms a record ({ratio['ratio']:.2f} times) |",
        f"| peak memory | {peaks[few]:,} MiB | {peaks[many]:,} MiB |",
        *(
            _search(way, told, measured[few], measured[many])
            for way, told in (("words", "words"), ("words_and_a_filter", "words and a filter"))
        ),
        "",
        "Labelling on Ray (`predict --engine ray`), with up to two processes on this machine:",
        "",
        f"| | {least:,} rows | {most:,} rows |",
        "|---|---|---|",
        f"| peak memory of a worker | {ray[least]['worker_peak_mib']:,} MiB | "
        f"{ray[most]['worker_peak_mib']:,} MiB |",
        "| peak memory of the process that distributes the rows | "
        f"{ray[least]['dealing_peak_mib']:,} MiB | {ray[most]['dealing_peak_mib']:,} MiB |",
        f"| labels that differ from those of one process | {ray[least]['other_labels']} | "
        f"{ray[most]['other_labels']} |",
        f"| largest difference of a probability | "
        f"{ray[least]['largest_difference_of_probability']} | "
        f"{ray[most]['largest_difference_of_probability']} |",
        "",
        *(line for count, machines in SIZES.items() for line in _at(count, machines, ms, size)),
        "## What bounds it",
        "- Import, catalog and the pages hold a collection's table in memory: "
        f"{each * 1024:,.1f} KiB a record. A collection of {OF_ONE:,} therefore needs about "
        f"{of_one:,.0f} GiB. Divide more records into collections of up to {OF_ONE:,}, for example "
        "one for each department. They can be imported and catalogued in parallel, one process "
        "each, and `search` without `--collection` searches all of them.",
        "- Labelling on Ray does not hold the collection in memory: the table is read row by row "
        "and distributed in blocks of 256 rows. A worker that is killed loses its current block.",
        "- Workers need the program, and the records' folder, the workspace and the folder of "
        "`--out` under the same paths: a shared file system.",
        "- Features are stored so that training and cataloguing need not encode again. "
        "They can be deleted at any time (`features/` in the workspace).",
        "- From 50,000 records on, vectors are searched with an index.",
        "",
    ]
    return "\n".join(lines)


def _step(step: str, ms: float, size: dict[str, int]) -> str:
    kept = {"import": "photo", "encode": "features", "predict": "prediction", "catalog": "catalog"}
    return f"| {step} | {ms:,.1f} ms | {size[kept[step]] / 1000:,.1f} kB |"


def _beside(step: str, few: dict[str, Any], many: dict[str, Any]) -> str:
    cells = (f"{found['stages'][step]['ms_per_record']:.2f} ms a record" for found in (few, many))
    return f"| {step} | {' | '.join(cells)} |"


def _search(way: str, told: str, few: dict[str, Any], many: dict[str, Any]) -> str:
    cells = (
        f"{found['stages']['search']['result'][f'{way}_median_ms']:.0f} ms" for found in (few, many)
    )
    return f"| a search by {told}, median | {' | '.join(cells)} |"


def _at(count: int, machines: int, ms: dict[str, float], size: dict[str, int]) -> list[str]:
    """What a collection of so many records takes."""
    hours = {step: count * ms[step] / 3.6e6 for step in STEPS}
    cores = machines * CORES
    one = "one machine" if machines == 1 else f"{machines} machines"
    parts = count // OF_ONE
    alone = (
        "in one process, since it is one collection"
        if parts == 1
        else f"as {parts} collections of {OF_ONE:,}, one process each"
    )
    side = min(parts, cores)
    ray = (hours["encode"] + hours["predict"]) / cores
    rest = {step: hours[step] / side for step in ("import", "catalog")}
    kept = ", ".join(f"{name} {_bytes(count * size[part])}" for part, name in PARTS.items())
    return [
        f"## {count:,} records",
        f"- {sum(hours.values()):,.0f} hours of one core, {hours['encode']:,.0f} of them for "
        "encoding.",
        f"- On {one} of {CORES} cores: import {rest['import']:,.1f} hours {alone}; encode and "
        f"predict on Ray {ray:,.1f} hours on all cores; catalog {rest['catalog']:,.1f} hours, like "
        f"the import. In total {sum(rest.values()) + ray:,.1f} hours.",
        f"- Storage: {kept}. Photos of 1 MB each, instead of the measured size, would "
        f"take {_bytes(count * 1e6)}.",
        "",
    ]


def _bytes(count: float) -> str:
    return f"{count / 1e12:,.1f} TB" if count >= 1e12 else f"{count / 1e9:,.0f} GB"


if __name__ == "__main__":
    PAGE.write_text(page(json.loads(RESULTS.read_text("utf-8"))), encoding="utf-8")
