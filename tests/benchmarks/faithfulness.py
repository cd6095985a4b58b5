"""Whether the attended regions matter: `python -m tests.benchmarks.faithfulness`.

For the `test` records that have a photo and a caption (of a built-in collection: those of the 2,000
that the studies draw, which no run was trained on), the regions that the words attended most,
all words and heads taken together, are painted over in the photo with its mean colour; the photo is
encoded again, and it is measured by how much the predicted label's probability falls. The same is
done with as large a set of regions at random: the attended set itself, moved round the picture,
what leaves it on one side coming in on the other, so that size and shape are the same. Writes
`tests/benchmarks/results/faithfulness.json`.
"""

import argparse
import json
import shlex
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from jaxtyping import Bool, Float, UInt8
from PIL import Image

from qcmfm import demo
from qcmfm.core import settings, storage
from qcmfm.core.clock import utc_now
from qcmfm.core.progress import finish
from qcmfm.encoders.batch import Batch
from qcmfm.encoders.features import FeatureCache, load_encoders
from qcmfm.encoders.image import ImageEncoder
from qcmfm.evaluation import mean_intervals
from qcmfm.records import Collection, read_collection
from qcmfm.runs.run import Run, read_run
from qcmfm.service.runs import find_run
from tests.benchmarks.trials import fresh_collection

RESULTS = Path(__file__).parent / "results" / "faithfulness.json"
SHARE = 0.15
"""Of the photo's area that is hidden."""

Hidden = Bool[np.ndarray, "row column"]


def most_attended(heat: Float[np.ndarray, "row column"], share: float = SHARE) -> Hidden:
    """The regions with the highest heat, as many as cover a share of the photo."""
    count = max(1, round(share * heat.size))
    hidden = np.zeros(heat.size, bool)
    hidden[np.argsort(-heat.ravel(), kind="stable")[:count]] = True
    return hidden.reshape(heat.shape)


def moved_round(hidden: Hidden, rng: np.random.Generator) -> Hidden:
    """The same set of regions somewhere else in the picture."""
    rows, columns = hidden.shape
    down, across = divmod(int(rng.integers(1, rows * columns)), columns)
    return np.roll(hidden, (down, across), (0, 1))


def painted_over(
    pixels: UInt8[np.ndarray, "height width 3"], hidden: Hidden
) -> UInt8[np.ndarray, "height width 3"]:
    """The encoder's input with some of its regions in its mean colour."""
    height, width, _ = pixels.shape
    mask = Image.fromarray(hidden).resize((width, height), Image.Resampling.NEAREST)
    painted = pixels.copy()
    painted[np.asarray(mask)] = pixels.mean((0, 1)).round().astype(np.uint8)
    return painted


def probabilities(run: Run, encoder: ImageEncoder, batch: Batch, photos: list[np.ndarray]) -> Any:
    """Of each label, for one record's caption beside each of several photos."""
    seen = encoder.encode(torch.from_numpy(np.stack(photos)))
    rows = {
        name: value.expand(len(photos), *value.shape[1:]) for name, value in vars(batch).items()
    }
    regions = torch.stack([item.regions for item in seen])
    image = torch.stack([item.vector for item in seen])
    return run.probabilities(run.fuse(Batch(**rows | {"regions": regions, "image": image})))


def measure(name: str, collection: Collection, given: argparse.Namespace) -> dict[str, Any]:
    """By how much hiding lowers the predicted probability, on one run's `test` records."""
    run = read_run(find_run(name))
    named = run.config["encoders"]
    encoders = load_encoders(named["image"]["name"], named["text"]["name"], "cpu")
    cache = FeatureCache(encoders, settings.features_folder())
    rows = [row for row in collection.rows if row.record and row.record.split == "test"]
    table = finish(cache.encode(replace(collection, rows=rows))).with_lexicon(run.lexicon)
    rng, encoder = np.random.default_rng(0), encoders.image
    attended, random, groups = [], [], []
    for row, record in enumerate(table.records):
        path = collection.image_path(record)
        if not (path and table.image_keys[row] and table.caption_keys[row]):
            continue
        batch = table.batch([row])
        attention = run.fuse(batch).attention
        if attention is None:
            raise SystemExit(f"The model of the run {name} has no attention.")
        heat = attention.word_to_region[0].mean((0, 1)).reshape(encoder.grid).numpy()
        top = most_attended(heat)
        sets = [top, *(moved_round(top, rng) for _ in range(given.random))]
        pixels = encoder.pixels(encoder.read(path))
        photos = [pixels, *(painted_over(pixels, hidden) for hidden in sets)]
        found = probabilities(run, encoder, batch, photos)
        fall = found[0].max() - found[1:, found[0].argmax()]
        attended.append(fall[0])
        random.append(fall[1:].mean())
        groups.append(record.group_key)
    falls = {"attended": np.array(attended), "random": np.array(random)}
    falls["difference"] = falls["attended"] - falls["random"]
    intervals = {k: v.to_json() for k, v in mean_intervals(falls, groups).items()}
    return {"records": len(groups), "run_sha256": run.sha256} | intervals


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--museum", type=Path, default=Path("../shared/data/museum_materials"))
    parser.add_argument("--random", type=int, default=4, help="random sets for each record")
    parser.add_argument("--only", nargs="+", help="names of runs")
    given = parser.parse_args()
    kept = json.loads(RESULTS.read_text()) if RESULTS.is_file() else {"runs": {}}
    # Runs are measured independently: which ones were at one time makes no difference.
    told = {
        "command": shlex.join(["python", "-m", "tests.benchmarks.faithfulness", *sys.argv[1:]]),
        "random_sets": given.random,
    }
    for name in given.only or ("museum_materials", *demo.names()):
        collection = (
            fresh_collection(name)
            if name in demo.names()
            else read_collection(given.museum, "caption_masked")
        )
        kept["runs"][name] = measure(name, collection, given) | told | {"made": utc_now()}
        print(name, json.dumps(kept["runs"][name]), flush=True)
    storage.write_json(RESULTS, {"share_hidden": SHARE, "runs": kept["runs"]})


if __name__ == "__main__":
    main()
