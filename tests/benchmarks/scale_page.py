"""Writes `.github/SCALE.md` from the measured rates: `python -m tests.benchmarks.scale_page`."""

import json
from pathlib import Path
from typing import Any

from tests.benchmarks.scale import RESULTS

PAGE = Path(__file__).resolve().parents[2] / ".github" / "SCALE.md"
CORES = 16
"""Of a machine."""
SIZES = {1_000_000: 1, 100_000_000: 20}
"""Records, and how many machines they are given."""
OF_ONE = 1_000_000
"""Records of one collection, where there are more."""
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
        "Every figure here is measured (`tests/benchmarks/results/scale.json`) or computed from "
        "what is measured there; `python -m tests.benchmarks.scale_page` writes this page, and a "
        "test compares. No machine but the one below was used: what stands under a million and a "
        "hundred million is arithmetic.",
        "",
        "## What was measured",
        "One record with the built-in encoders, on photos of a museum "
        f"({size['photo'] / 1000:,.0f} kB each), {rates['machine']}:",
        "",
        "| step | processor time | what stays on the disk |",
        "|---|---|---|",
        *(_step(step, ms[step], size) for step in STEPS),
        f"| together | {whole:,.1f} ms | {sum(size.values()) / 1000:,.1f} kB |",
        "",
        f"Everything around the encoders, with {int(many):,} generated records and with "
        f"{int(few):,} (a step that was stopped and went on counts what it did twice):",
        "",
        f"| | {int(few):,} records | {int(many):,} records |",
        "|---|---|---|",
        *(_beside(step, measured[few], measured[many]) for step in STEPS),
        f"| together | {measured[few]['ms_per_record']:.2f} ms a record | "
        f"{measured[many]['ms_per_record']:.2f} ms a record ({ratio['ratio']:.2f} times) |",
        f"| most memory | {peaks[few]:,} MiB | {peaks[many]:,} MiB |",
        *(
            _search(way, told, measured[few], measured[many])
            for way, told in (("words", "words"), ("words_and_a_filter", "words and a filter"))
        ),
        "",
        "Labelling on Ray (`predict --engine ray`), up to two processes on this machine:",
        "",
        f"| | {least:,} rows | {most:,} rows |",
        "|---|---|---|",
        f"| most memory of a worker | {ray[least]['worker_peak_mib']:,} MiB | "
        f"{ray[most]['worker_peak_mib']:,} MiB |",
        f"| most memory of the process that deals out | {ray[least]['dealing_peak_mib']:,} MiB | "
        f"{ray[most]['dealing_peak_mib']:,} MiB |",
        f"| labels other than in one process | {ray[least]['other_labels']} | "
        f"{ray[most]['other_labels']} |",
        f"| largest difference of a probability | "
        f"{ray[least]['largest_difference_of_probability']} | "
        f"{ray[most]['largest_difference_of_probability']} |",
        "",
        *(line for count, machines in SIZES.items() for line in _at(count, machines, ms, size)),
        "## What bounds it",
        "- Import, catalog and the pages hold a collection's table in memory: "
        f"{each * 1024:,.1f} KiB a record. A collection of {OF_ONE:,} needs about "
        f"{of_one:,.0f} GiB that way; of more, make several collections of up to {OF_ONE:,}, such "
        "as one for each department. They are imported and catalogued beside each other, a "
        "process each, and `search` without `--collection` looks through all of them.",
        "- Labelling on Ray holds nothing of the collection in memory: the table is read row by "
        "row and dealt out in parts of 256 rows. A worker that is killed loses the part in hand.",
        "- Workers need the program, and the records' folder, the workspace and the folder of "
        "`--out` under the same paths: a shared file system.",
        "- Features are kept so that training and cataloguing need not encode again. "
        "They may be deleted at any time (`features/` in the workspace).",
        "- From 50,000 records on, vectors are searched through an index.",
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
        else f"as {parts} collections of {OF_ONE:,}, a process each"
    )
    side = min(parts, cores)
    ray = (hours["encode"] + hours["predict"]) / cores
    rest = {step: hours[step] / side for step in ("import", "catalog")}
    kept = ", ".join(f"{name} {_bytes(count * size[part])}" for part, name in PARTS.items())
    return [
        f"## {count:,} records",
        f"- {sum(hours.values()):,.0f} hours of one core, {hours['encode']:,.0f} of them for the "
        "encoders.",
        f"- On {one} of {CORES} cores: import {rest['import']:,.1f} hours {alone}; encode and "
        f"predict on Ray {ray:,.1f} hours on all cores; catalog {rest['catalog']:,.1f} hours, as "
        f"the import. Together {sum(rest.values()) + ray:,.1f} hours.",
        f"- Storage: {kept}. Photos of 1 MB each, in place of those measured, would be "
        f"{_bytes(count * 1e6)}.",
        "",
    ]


def _bytes(count: float) -> str:
    return f"{count / 1e12:,.1f} TB" if count >= 1e12 else f"{count / 1e9:,.0f} GB"


if __name__ == "__main__":
    PAGE.write_text(page(json.loads(RESULTS.read_text("utf-8"))), encoding="utf-8")
