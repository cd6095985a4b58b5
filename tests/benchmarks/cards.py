"""The notes in the cards of the shipped runs: `python -m tests.benchmarks.cards`.

Those of the built-in collections are written to `assets/cards/<name>.md` from the committed
comparison of all models on 2,000 records that nothing was chosen on (`python -m qcmfm study compare
--records artifacts --records textiles`). Then every shipped run is given the notes of its name, and
its card and its seal with them.
"""

from typing import Any

from qcmfm import demo
from qcmfm.core import settings, storage
from qcmfm.demo.drawing.design import DIFFICULTIES
from qcmfm.runs import schema
from qcmfm.runs.folder import CARD
from qcmfm.runs.model_card import write_card
from qcmfm.runs.run import read_run
from qcmfm.service.studies import DRAWN
from qcmfm.studies.summary import read_summary

TRAINED = 1500, 71
"""Records, and their seed, that the shipped runs were trained on."""


def card_notes(name: str, found: dict[str, Any]) -> str:
    """What the card of a run on this collection says of its data.

    Args:
        name: Of the built-in collection.
        found: What the comparison found on its `test`.
    """
    design, systems = demo.design(name), found["systems"]
    ranked = sorted(systems, key=lambda model: -systems[model]["accuracy"]["value"])
    rows = [
        f"| `{model}` | {value['value']:.3f} | {value['low']:.3f} to {value['high']:.3f} |"
        for model, value in ((model, systems[model]["accuracy"]) for model in ranked)
    ]
    trainings = len(systems["qcmfm"]["accuracy"]["by_seed"])
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
            f"Compared on {DRAWN:,} records of a seed that nothing was chosen on, of which",
            f"{found['records']} are `test`; mean of {trainings} trainings, 95% intervals:",
            "",
            "| model | accuracy | interval |",
            "|---|---|---|",
            *rows,
            "",
            "These models look by scaled dot products. The shipped run was moreover taught to",
            "point: a word shown all photos of a batch at once has to find its own. It was trained",
            f"on the `train` and `val` part of {TRAINED[0]:,} records drawn from another seed",
            f"(`python -m qcmfm demo --size {TRAINED[0]} --seed {TRAINED[1]} --out",
            "workspace/training`), six views of each photo; the figures on `test` are of that part",
            f"of the {DRAWN:,}, no photo of which it has seen.",
            "",
            "## Known weaknesses",
            "",
            "- It knows drawn objects alone; on photos of real ones its labels mean nothing.",
            "- Its captions come from a small grammar, with a few dozen sentences on technique.",
            "",
        ]
    )


def note(name: str) -> None:
    """Give the shipped run `name` the notes in `assets/cards`."""
    run = read_run(settings.SHIPPED_RUNS / name)
    run.config["notes"] = (settings.ASSETS / "cards" / f"{name}.md").read_text("utf-8")
    run.config[schema.SEAL] = schema.seal(run.config)
    storage.write_json(settings.SHIPPED_RUNS / name / "run.json", run.config)
    storage.write_text(settings.SHIPPED_RUNS / name / CARD, write_card(run))


def main() -> None:
    """Write the notes of every built-in collection that was compared, and all cards."""
    summary = read_summary(settings.COMPARISON)
    for name in demo.names():
        notes = card_notes(name, summary[name]["test"])
        storage.write_text(settings.ASSETS / "cards" / f"{name}.md", notes)
    for folder in sorted(settings.SHIPPED_RUNS.iterdir()):
        note(folder.name)


if __name__ == "__main__":
    main()
