"""Encoding a collection against the bare encoders: `python -m tests.benchmarks.encoding`.

Ours reads, hashes and decodes the photos, encodes photos and captions and writes the features to
disk; the bare ones are timm's forward on the same pixels, ready in memory, and
sentence-transformers' encode. Both take turns on one part of the collection after the other.
"""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import timm
import torch

from qcmfm.core import storage
from qcmfm.core.clock import utc_now
from qcmfm.core.progress import finish
from qcmfm.encoders.features import BATCH, FeatureCache, load_encoders
from qcmfm.encoders.photo import read_photo
from qcmfm.records import read_collection
from tests.benchmarks.trials import CAPTION, DATA

RESULTS = Path(__file__).parent / "results" / "encoding.json"


def seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--parts", type=int, default=8)
    parser.add_argument("--no-save", action="store_true")
    given = parser.parse_args()
    collection = read_collection(DATA, CAPTION)
    encoders = load_encoders(device="cpu")
    bare = timm.create_model("tf_efficientnet_lite0", pretrained=False, num_classes=0).eval()
    bare.load_state_dict(encoders.image.model.state_dict())
    size = -(-len(collection.rows) // given.parts)
    ours_took, bare_took = [], []
    for start in range(0, len(collection.rows), size):
        part = replace(collection, rows=collection.rows[start : start + size])
        paths = [path for record in part.records if (path := collection.image_path(record))]
        pixels = np.stack([encoders.image.pixels(read_photo(path)) for path in paths])
        scaled = torch.from_numpy(pixels).permute(0, 3, 1, 2).contiguous() / 127.5 - 1
        captions = [record.caption for record in part.records]

        @torch.inference_mode()
        def forward(scaled: torch.Tensor = scaled, captions: list[str] = captions) -> None:
            for batch in scaled.split(BATCH):
                bare.forward_features(batch)  # pyright: ignore[reportCallIssue]
            encoders.text.model.encode(captions, batch_size=BATCH, show_progress_bar=False)

        def encode(part=part) -> None:
            with tempfile.TemporaryDirectory() as folder:
                finish(FeatureCache(encoders, Path(folder)).encode(part))

        if start == 0:  # both once unmeasured
            forward(scaled[:BATCH], captions[:BATCH])
            encode(replace(part, rows=part.rows[:BATCH]))
        first, second = (encode, forward) if start // size % 2 else (forward, encode)
        times = {first: seconds(first), second: seconds(second)}
        ours_took.append(times[encode])
        bare_took.append(times[forward])
        print(f"{times[encode]:.2f} s / {times[forward]:.2f} s", flush=True)
    result = {
        "records": len(collection.rows),
        "ours_seconds": round(sum(ours_took), 2),
        "bare_seconds": round(sum(bare_took), 2),
        "ratio": round(sum(ours_took) / sum(bare_took), 3),
        "ratio_median_of_parts": round(float(np.median(np.divide(ours_took, bare_took))), 3),
        "threads": torch.get_num_threads(),
        "command": f"python -m tests.benchmarks.encoding {' '.join(sys.argv[1:])}".strip(),
        "made": utc_now(),
    }
    print(json.dumps(result, indent=1))
    if not given.no_save:
        storage.write_json(RESULTS, result)


if __name__ == "__main__":
    main()
