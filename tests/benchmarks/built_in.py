"""Judge the built-in collections: `python -m tests.benchmarks.built_in`.

Draws 2,000 records of each collection from a seed that nothing was chosen on, trains every fusion
model on the `train` records with five seeds (early stopping on `val`), and scores `test`. Writes
`assets/studies/built_in.json`, which the app and the README quote, and `assets/cards/<name>.md`,
the notes in the cards of the shipped runs; with `--cards`, those alone, from the last figures.
"""

import argparse
import json
import shlex
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

from qcmfm import demo, fusion, settings, storage
from qcmfm.demo._design import DIFFICULTIES
from qcmfm.encoders.features import FeatureCache, load_encoders
from qcmfm.progress import finish
from qcmfm.runs import utc_now
from qcmfm.trainer import TrainingSettings
from tests.benchmarks.trials import Trial, model_probabilities, summarise

RESULTS = settings.BUILT_IN_STUDY
FRESH = 2026
"""Seed of the judged records; what was chosen, was chosen on others."""

TRAINED = 1500, 71
"""Records, and their seed, that the shipped runs were trained on."""


def judge(name: str, folder: Path, given: argparse.Namespace) -> dict[str, Any]:
    """Accuracy of every model on one collection, by difficulty too."""
    collection = finish(demo.draw(name, folder / name, given.records, given.seed))
    cache = FeatureCache(load_encoders(device="cpu"), folder / "features")
    labels = sorted(demo.design(name).labels)
    chosen = TrainingSettings(views=1, refit=False)
    scored = [record for record in collection.records if record.split == "test"]
    systems = {}
    for model in given.models:
        systems[model] = [
            model_probabilities(collection, cache, replace(chosen, model=model, seed=seed), labels)
            for seed in range(given.seeds)
        ]
        right = summarise([Trial(scored, labels, {model: systems[model], "qcmfm": systems[model]})])
        print(name, model, right["accuracy"][model], flush=True)
    found = summarise([Trial(scored, labels, systems)])
    found["by_difficulty"] = {
        difficulty: summarise([_part(scored, labels, systems, difficulty)])["accuracy"]
        for difficulty in sorted({record.cells["difficulty"] for record in scored})
    }
    return found | {"drawn": given.records, "seed_of_the_records": given.seed}


def _part(scored: list[Any], labels: list[str], systems: dict[str, Any], difficulty: str) -> Trial:
    rows = [i for i, record in enumerate(scored) if record.cells["difficulty"] == difficulty]
    parts = {name: [p[rows] for p in by_seed] for name, by_seed in systems.items()}
    return Trial([scored[row] for row in rows], labels, parts)


def card_notes(name: str, found: dict[str, Any]) -> str:
    """What the card of a run on this collection says of its data."""
    design, accuracy = demo.design(name), found["accuracy"]
    rows = [
        f"| `{model}` | {value['value']:.3f} | {value['low']:.3f} to {value['high']:.3f} |"
        for model, value in sorted(accuracy.items(), key=lambda item: -item[1]["value"])
    ]
    shares = ", ".join(f"`{kind}` {share:.0%}" for kind, share in DIFFICULTIES.items())
    return "\n".join(
        [
            "## Data",
            "",
            f"{design.about} The program drew every photo and wrote every caption itself",
            "(`python -m qcmfm demo`); no museum's object is shown. The label is known by",
            "construction, and so is the true region of every word, which training never sees.",
            "",
            "**Fusion wins here by construction.** Some objects look like those of another label",
            "and are told apart by the words alone, others the reverse, and some need both. Shares",
            f"of the objects: {shares}. A caption never holds the label.",
            "",
            f"Judged on {found['drawn']:,} records of a seed that nothing was chosen on, of which",
            f"{found['records']} are `test`; mean of {found['seeds']} trainings, 95% intervals:",
            "",
            "| model | accuracy | interval |",
            "|---|---|---|",
            *rows,
            "",
            "These models look by scaled dot products. The shipped run was moreover taught to",
            "point: a word shown all photos of a batch at once has to find its own. It was trained",
            f"on the `train` and `val` part of {TRAINED[0]:,} records drawn from another seed",
            f"(`python -m qcmfm demo --size {TRAINED[0]} --seed {TRAINED[1]} --out",
            "workspace/training`); the figures on `test` are of the collection that the same",
            "command draws from seed 0, no photo of which it has seen.",
            "",
            "## Known weaknesses",
            "",
            "- It knows drawn objects alone; on photos of real ones its labels mean nothing.",
            "- Its captions come from a small grammar, with a few dozen sentences on technique.",
            "",
        ]
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--collections", nargs="+", default=demo.names())
    parser.add_argument("--models", nargs="+", default=fusion.names())
    parser.add_argument("--records", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=FRESH, help="of the records")
    parser.add_argument("--seeds", type=int, default=5, help="how many trainings of each model")
    parser.add_argument("--no-save", action="store_true")
    parser.add_argument("--cards", action="store_true", help="write the notes alone")
    given = parser.parse_args()
    old = json.loads(RESULTS.read_text()) if RESULTS.is_file() else {}
    with tempfile.TemporaryDirectory() as folder:
        for name in [] if given.cards else given.collections:
            old[name] = judge(name, Path(folder), given) | {
                "seeds": given.seeds,
                "command": shlex.join(["python", "-m", "tests.benchmarks.built_in", *sys.argv[1:]]),
                "made": utc_now(),
            }
            print(json.dumps(old[name], indent=1))
            if not given.no_save:
                storage.write_json(RESULTS, old)
    for name in () if given.no_save else old:
        storage.write_text(settings.ASSETS / "cards" / f"{name}.md", card_notes(name, old[name]))


if __name__ == "__main__":
    main()
