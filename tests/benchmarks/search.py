"""How well and how fast search finds: `python -m tests.benchmarks.search quality|speed`.

`quality` is measured on the shared collection museum_materials, with the built-in encoders:

- `photos_by_title`: every record of test and holdout is asked for by its own title, its caption
  hidden (photos alone are searched). The map from photos to words was learned on train and val.
- `labels`: the first ten records of queries that name a label, those without a recorded label left
  out; right is what the museum labelled so. `by_rule` asks for every label together with each kind
  of object (the museum's own object name) that at least ten records of the label are of, so that
  ten right ones exist; `by_hand` asks what somebody might write, whether or not there are ten.
  Once as a visitor searches, where recorded labels are words too and count more when they are
  named; and with the labels hidden, the material words kept in the captions or taken out of them.

`speed` is the whole of a search, from words to rows, the encoder of the words included, on random
vectors with random captions: `--records 2000` and `--records 200000`.
"""

import argparse
import json
import platform
import shutil
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from qcmfm import service
from qcmfm.catalog import Catalog, SearchFilters, SearchIndex
from qcmfm.catalog import catalog as catalog_module
from qcmfm.catalog.card import Card
from qcmfm.catalog.entries import SHAPE, schema
from qcmfm.catalog.photo_words import PhotoWords, unit
from qcmfm.core import settings, storage
from qcmfm.core.clock import utc_now
from qcmfm.core.progress import finish
from qcmfm.encoders.features import FeatureCache, FeatureTable, load_encoders
from qcmfm.records import Collection, Record, Row, read_collection

DATA = Path(__file__).resolve().parents[3] / "shared" / "data" / "museum_materials"
RESULTS = Path(__file__).with_name("results") / "search.json"
UNSEEN = ("test", "holdout")
QUERIES = {
    "blue faience amulet": "faience", "faience shabti": "faience", "limestone relief": "limestone",
    "limestone statue of a man": "limestone", "copper alloy statuette of Osiris": "copper_alloy",
    "bronze mirror": "copper_alloy", "wooden coffin": "wood", "wood model boat": "wood",
    "glass bottle": "glass", "blue glass bead": "glass", "papyrus with writing": "paper_papyrus",
    "alabaster jar": "alabaster", "steatite scarab": "steatite", "gold coin": "gold_silver",
    "gold ring": "gold_silver", "painted ceramic vase": "ceramic", "pottery bowl": "ceramic",
    "granite head of a king": "hard_stone",
}  # fmt: skip
SOME_WORDS = [
    "amulet", "vase", "bowl", "scarab", "figure", "jar", "relief", "statue", "ring", "bead", "cup",
    "lamp", "head", "fragment", "king", "queen", "blue", "green", "red", "white", "black", "gold",
    "painted", "carved", "glazed", "small", "large", "early", "late", "royal",
]  # fmt: skip


def hidden(collection: Collection, caption: str) -> Collection:
    """The records without labels and without any column but the caption that is named."""
    rows = [
        Row(row.number, row.record_id, replace(
            row.record, caption=row.record.cells[caption], label="", cells={}
        ))
        for row in collection.rows if row.record
    ]  # fmt: skip
    return replace(collection, rows=rows, problems=[])


def catalogued(place: Path, name: str, table: FeatureTable, ids: tuple[str, str]) -> SearchIndex:
    finish(Catalog(place).update(name, table, {}, ids))
    return Catalog(place).open(name)


def quality(place: Path) -> dict[str, Any]:
    collection = read_collection(DATA)
    cache = FeatureCache(load_encoders(device="cpu"), settings.features_folder())
    ids = (cache.encoders.image.id, cache.encoders.text.id)
    truth = {record.record_id: record for record in collection.records}
    searcher = service.Searcher(cache.encoders.text, cache.encoders.image)
    labels: dict[str, Any] = {}
    titles: dict[str, Any] = {}
    for name, shown in {
        "as_a_visitor": collection,
        "labels_hidden": hidden(collection, "caption"),
        "labels_and_materials_hidden": hidden(collection, "caption_masked"),
    }.items():
        table = finish(cache.encode(shown))
        shelf = catalogued(place, name, table, ids)
        known = {key: record.label for key, record in truth.items()}
        labels[name] = {
            "by_rule": by_label(shelf, searcher, known, queries_by_rule(truth.values())),
            "by_hand": by_label(shelf, searcher, known, QUERIES),
        }
        if name == "as_a_visitor":
            titles = by_title(shelf, searcher, truth)
    return {"records": len(truth), "photos_by_title": titles, "labels": labels}


def queries_by_rule(records: Iterable[Record]) -> dict[str, str]:
    """Label and object name, where at least ten records have both; with the label."""
    pairs = Counter((r.label, r.cells["object_name"].strip().lower()) for r in records if r.label)
    return {
        f"{label.replace('_', ' ')} {kind}": label
        for (label, kind), count in sorted(pairs.items())
        if kind and count >= 10
    }


def by_label(
    shelf: SearchIndex,
    searcher: service.Searcher,
    truth: Mapping[str, str],
    queries: Mapping[str, str],
) -> dict[str, Any]:
    """Precision among the first ten that have a recorded label."""
    found: dict[str, float] = {}
    for query, label in queries.items():
        hits = searcher.by_words(shelf, query, count=100)
        known = [truth[hit.record_id] for hit in hits if truth[hit.record_id]][:10]
        found[query] = sum(one == label for one in known) / len(known)
    values = list(found.values())
    return {"mean_precision_at_10": round(float(np.mean(values)), 3), "precision_at_10": found}


def by_title(
    shelf: SearchIndex, searcher: service.Searcher, truth: Mapping[str, Any]
) -> dict[str, Any]:
    """Share of records that their own title finds among the first ten of all photos."""
    asked = [r for r in truth.values() if r.split in UNSEEN and r.cells["title"] and r.image]
    first = {
        record.record_id: [
            hit.record_id
            for hit in searcher.by_words(shelf, record.cells["title"], where="photos", count=10)
        ]
        for record in asked
    }
    right = np.array([record.record_id in first[record.record_id] for record in asked])
    chance = 10 / sum(bool(record.image) for record in truth.values())
    draws = np.random.default_rng(0).choice(right, (2000, len(right))).mean(1)
    low, high = np.quantile(draws, [0.025, 0.975])
    parts = {
        split: round(float(right[[r.split == split for r in asked]].mean()), 4) for split in UNSEEN
    }
    return {
        "asked": len(asked),
        "recall_at_10": {"value": float(right.mean()), "low": float(low), "high": float(high)},
        "by_split": parts,
        "chance": chance,
        "times_chance": float(right.mean()) / chance,
        "learned_on": shelf.card.learned_on,
    }


def synthetic(place: Path, records: int, dims: tuple[int, int]) -> SearchIndex:
    """A catalog of random unit vectors and random captions, written as any other is."""
    import pyarrow as pa

    chance = np.random.default_rng(0)
    name, columns = f"synthetic-{records}", schema(*dims)
    catalog = Catalog(place)
    rows = catalog.open_or_make_table(catalog_module.table_name(name), columns)
    vectors = {"image_vector": dims[0], "text_vector": dims[1], "photo_vector": dims[1]}
    for start in range(0, records, 5000):
        count = min(5000, records - start)
        drawn = {
            column: pa.FixedSizeListArray.from_arrays(
                pa.array(unit(chance.standard_normal((count, dim))).ravel()), dim
            )
            for column, dim in vectors.items()
        }
        captions = [" ".join(chance.choice(SOME_WORDS, 6)) for _ in range(count)]
        texts = {field.name: [""] * count for field in columns if field.type == pa.string()}
        texts |= {"record_id": [f"r{start + i}" for i in range(count)], "words": captions}
        texts |= {"caption": captions, "category": [f"label {i % 11}" for i in range(count)]}
        confidence = {"confidence": [0.5] * count}
        rows.add(pa.table({**texts, **confidence, **drawn}, schema=columns))
    began = time.perf_counter()
    catalog_module.index_records(rows, records)
    print(f"indexed {records} in {time.perf_counter() - began:.0f} s", flush=True)
    photo_words = PhotoWords(np.zeros(dims[::-1]), np.zeros(dims[1]), np.zeros(dims[1]))
    encoders = load_encoders(device="cpu")
    ids = (encoders.image.id, encoders.text.id)
    catalog.save_card(Card(name, records, *ids, utc_now(), "drawn", shape=SHAPE), photo_words)
    return catalog.open(name)


def timed(act: Callable[[str], Any], times: int = 40) -> dict[str, float]:
    """Median and 95th percentile in milliseconds, after three that do not count."""
    chance = np.random.default_rng(1)
    queries = [" ".join(chance.choice(SOME_WORDS, 3)) for _ in range(times + 3)]
    taken: list[float] = []
    for query in queries:
        began = time.perf_counter()
        act(query)
        taken.append(1000 * (time.perf_counter() - began))
    kept = taken[3:]
    return {
        "median_ms": round(statistics.median(kept), 1),
        "p95_ms": round(float(np.quantile(kept, 0.95)), 1),
    }


def speed(place: Path, records: int) -> dict[str, Any]:
    began = time.perf_counter()
    shelf = synthetic(place, records, (1280, 384))
    made = time.perf_counter() - began
    searcher = service.Searcher().load()
    narrow = SearchFilters({"category": ["label 3"]})
    vector = unit(np.random.default_rng(2).standard_normal(1280))
    text = load_encoders(device="cpu").text
    return {
        "records": records,
        "words": timed(lambda query: searcher.by_words(shelf, query)),
        "words_and_a_filter": timed(lambda query: searcher.by_words(shelf, query, narrow)),
        "like_a_record": timed(lambda query: shelf.similar_to(f"r{len(query)}")),
        "by_photo_without_the_encoder": timed(lambda _: shelf.by_photo(vector)),
        "of_words_the_encoder": timed(lambda query: text.encode([query])),
        "seconds_to_fill_and_index": round(made, 1),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=["quality", "speed"])
    parser.add_argument("--records", type=int, default=2000, help="of speed")
    given = parser.parse_args()
    place = Path(tempfile.mkdtemp(prefix="qcmfm-search-"))
    try:
        measured = quality(place) if given.what == "quality" else speed(place, given.records)
    finally:
        shutil.rmtree(place)
    measured |= {"made": utc_now(), "machine": f"{platform.machine()}, one thread"}
    print(json.dumps(measured, indent=1))
    old = json.loads(RESULTS.read_text()) if RESULTS.is_file() else {}
    key = given.what if given.what == "quality" else f"speed_{given.records}"
    storage.write_json(RESULTS, old | {key: measured})


if __name__ == "__main__":
    main()
