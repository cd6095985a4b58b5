import csv
import json
import os
import sqlite3
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qcmfm import cli, service
from qcmfm.catalog import PLACES, Card, Catalog, Change, SearchFilters, SearchIndex, project
from qcmfm.catalog import catalog as catalog_module
from qcmfm.catalog.photo_words import PhotoWords, learn, recall
from qcmfm.catalog.projection import Projection, lay_out
from qcmfm.catalog.sql import one_of, quoted
from qcmfm.core import settings
from qcmfm.core.errors import CatalogError
from qcmfm.core.progress import finish
from qcmfm.inference.prediction import Prediction
from qcmfm.inference.prediction_cache import fingerprint, predictions_file, write_cached
from qcmfm.records import read_collection
from qcmfm.review.choice import Choice
from qcmfm.review.review import open_review
from tests.cheap import CheapImageEncoder, CheapTextEncoder, cheap_cache, make_collection

NAME, SIZE = "Vases d'été", 150


@pytest.fixture
def records() -> Path:
    """Vases of three colours, a tenth of them without a caption, in the workspace."""
    return make_collection(settings.collections_folder() / NAME, size=SIZE)


@pytest.fixture
def made(records: Path) -> Iterator[Change]:
    yield make()


@pytest.fixture
def shelf(made: Change) -> SearchIndex:
    return service.open_search_index(NAME)


@pytest.fixture
def searcher() -> service.Searcher:
    return service.Searcher(CheapTextEncoder(), CheapImageEncoder())


def make(anew: bool = False) -> Change:
    cache = cheap_cache(settings.features_folder())
    return finish(service.build_catalog(NAME, anew, cache))


def change(records: Path, **cells: str) -> None:
    """Write some cells of the first row anew."""
    with records.open(encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))
    rows[0] |= cells
    with records.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def test_a_catalog_is_made_and_what_is_the_same_is_not_written_again(records: Path):
    assert make() == Change(SIZE, SIZE, 0, True)
    assert make() == Change(SIZE, 0, 0, False)
    change(records, caption="A turquoise bowl")
    assert make() == Change(SIZE, 1, 0, False)
    card = service.catalog_card(NAME)
    assert card is not None and card.records == SIZE and card.learned_on > 40
    assert card.image_encoder == "cheap-image-1" and card.recall is not None
    assert 0 <= card.chance < card.recall <= 1


def test_what_was_changed_is_found_and_what_is_gone_is_not(
    records: Path, made: Change, searcher: service.Searcher
):
    change(records, record_id="r-new", caption="A turquoise bowl with O'Brien's mark")
    assert make() == Change(SIZE, 1, 1, False)
    shelf = service.open_search_index(NAME)
    assert searcher.by_words(shelf, "turquoise")[0].record_id == "r-new"
    ids = shelf.table(["record_id"])["record_id"].to_pylist()
    assert len(ids) == len(set(ids)) == SIZE and "r0" not in ids


def test_made_anew_or_from_nothing_it_is_the_same(made: Change, searcher: service.Searcher):
    def found() -> list[tuple[str, float]]:
        hits = searcher.by_words(service.open_search_index(NAME), "vase in blue", where="captions")
        return [(hit.record_id, round(hit.score, 9)) for hit in hits]

    first = found()
    assert make(anew=True) == Change(SIZE, SIZE, 0, True)
    assert found() == first
    Catalog(settings.catalog_place()).drop(NAME)
    assert service.catalog_card(NAME) is None
    make()
    assert found() == first


def test_work_that_was_stopped_goes_on(records: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(catalog_module, "CHUNK", 50)
    work = service.build_catalog(NAME, cache=cheap_cache(settings.features_folder()))
    for event in work:
        if event.stage == "Filling the catalog":
            break
    work.close()
    change = make()
    assert change.records == SIZE
    ids = service.open_search_index(NAME).table(["record_id"])["record_id"].to_pylist()
    assert sorted(ids) == sorted(r.record_id for r in read_collection(records).records)


def test_words_find_by_caption_and_say_how(shelf: SearchIndex, searcher: service.Searcher):
    named = searcher.by_words(shelf, "some green thing", where="captions", count=10)
    assert {hit.row["category"] for hit in named} == {"green"}
    assert named[0].found_by["label"] == 1
    hits = searcher.by_words(shelf, "12", where="captions")
    assert hits[0].record_id == "r12"
    assert set(hits[0].found_by) == {"words", "meaning"}
    scores = [hit.score for hit in hits]
    assert scores == sorted(scores, reverse=True)


def test_photos_without_a_caption_are_found_by_words(
    shelf: SearchIndex, searcher: service.Searcher
):
    hits = searcher.by_words(shelf, "A vase in blue", where="photos", count=20)
    assert sum(hit.row["category"] == "blue" for hit in hits) >= 14  # by chance 7
    silent = [hit for hit in hits if not hit.row["caption"]]
    assert silent and all(set(hit.found_by) == {"photo"} for hit in silent)


def test_a_photo_finds_its_like_and_so_does_a_record(
    shelf: SearchIndex, searcher: service.Searcher, records: Path
):
    photo = records.parent / "images" / "2.png"
    by_photo = searcher.by_photo(shelf, photo, count=10)
    # Mean colours of vases in one colour hardly differ, so any of them may come first.
    assert by_photo[0].found_by["photo"] == pytest.approx(1, abs=1e-3)
    everything = searcher.by_photo(shelf, photo, count=SIZE)
    own = next(hit for hit in everything if hit.record_id == "r2")
    assert own.found_by["photo"] == pytest.approx(1, abs=1e-3)
    assert sum(hit.row["category"] == "blue" for hit in by_photo) >= 8
    like = shelf.similar_to("r2", count=10)
    assert "r2" not in {hit.record_id for hit in like}
    assert set(like[0].found_by) == {"photo", "meaning"}
    assert sum(hit.row["category"] == "blue" for hit in like) >= 8
    assert shelf.similar_to("nobody's") == []


@pytest.mark.parametrize("where", PLACES)
def test_a_narrowed_search_stays_within(shelf: SearchIndex, searcher: service.Searcher, where: str):
    narrowing = SearchFilters({"category": ["red"], "museum": ["M1"]}, without="r3")
    hits = searcher.by_words(shelf, "A vase in blue", narrowing, where, 200)
    assert hits and {(hit.row["category"], hit.row["museum"]) for hit in hits} == {("red", "M1")}
    assert "r3" not in {hit.record_id for hit in hits}
    assert not searcher.by_words(shelf, "vase", SearchFilters({"period": ["it's '); DROP"]}))


def test_a_search_among_what_reviewers_decided(shelf: SearchIndex, searcher: service.Searcher):
    review = open_review(NAME)
    review.decide([Choice(key, "correct", "jade") for key in ("r2", "r5", "r9")], "Ada", ["jade"])
    review.decide([Choice("r1", "correct", "horn"), Choice("r0", "unsure")], "Ada", ["horn"])
    review.undo("Ada", decision_id=review.log.decisions[2].decision_id)
    decided = service.reviewed_labels(NAME)
    assert decided == {"jade": ["r2", "r5"], "horn": ["r1"]}
    hits = searcher.by_words(shelf, "vase", SearchFilters(only=decided["jade"]))
    assert {hit.record_id for hit in hits} == {"r2", "r5"}
    assert {
        hit.record_id for hit in shelf.similar_to("r2", SearchFilters(only=decided["jade"]))
    } == {"r5"}
    assert searcher.by_words(shelf, "vase", SearchFilters(only=[])) == []


def test_facets_count_every_record(shelf: SearchIndex):
    assert shelf.facets() == {
        "category": {"red": 50, "green": 50, "blue": 50},
        "museum": {"M0": 75, "M1": 75},
        "period": {},
    }


def test_predictions_come_with_where_they_are_from(records: Path):
    change(records, label="")
    run = "museum_materials"
    said = [
        Prediction(row.record_id, (("faience", 0.75), ("wood", 0.25)), run, "abc", "2026-01-02")
        for row in read_collection(records).rows
    ]
    collection = service.open_collection(NAME)
    version = service.run_version(run)
    service.adopt_run(NAME, run, "Ada")
    write_cached(said, predictions_file(NAME, run), fingerprint(collection, version))
    make()
    table = service.open_search_index(NAME).table(
        ["record_id", "category", "predicted", "confidence", "model_run", "model_sha256"]
    )
    rows = {row["record_id"]: row for row in table.to_pylist()}
    assert rows["r0"] == {
        "record_id": "r0", "category": "faience", "predicted": "faience", "confidence": 0.75,
        "model_run": run, "model_sha256": "abc",
    }  # fmt: skip
    assert rows["r1"]["category"] == "green" and rows["r1"]["predicted"] == "faience"


def test_a_catalog_tells_when_it_is_behind_its_records(records: Path, made: Change):
    card = service.catalog_card(NAME)
    assert card and not service.catalog_is_old(NAME, card)
    later = records.stat().st_mtime + 60
    os.utime(records, (later, later))
    assert service.catalog_is_old(NAME, card)


def test_errors_are_sentences(records: Path, searcher: service.Searcher, tmp_path: Path):
    with pytest.raises(CatalogError, match="not in the catalog yet"):
        service.open_search_index(NAME)
    with pytest.raises(CatalogError, match="No collection is in the catalog"):
        service.catalogued_collections()
    make()
    shelf = service.open_search_index(NAME)
    with pytest.raises(CatalogError, match="nothing to search for"):
        searcher.by_words(shelf, "  ")
    shelf.card = Card(NAME, 1, "other", "other", "")
    with pytest.raises(CatalogError, match="another encoder"):
        searcher.by_words(shelf, "vase")
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(CatalogError, match="cannot be opened"):
        Catalog(tmp_path / "file")


def test_too_few_captions_teach_nothing():
    make_collection(settings.collections_folder() / NAME, size=20)
    make()
    searcher = service.Searcher(CheapTextEncoder())
    shelf = service.open_search_index(NAME)
    assert shelf.card.map_id == "" and shelf.card.recall is None
    assert searcher.by_words(shelf, "vase", where="photos") == []
    assert searcher.by_words(shelf, "vase")


def test_a_map_puts_what_is_alike_together(shelf: SearchIndex, made: Change):
    found = project(shelf, "photos")
    rows = shelf.table(["record_id", "category"]).to_pylist()
    label = {row["record_id"]: row["category"] for row in rows}
    labels = np.array([label[key] for key in found.record_ids])
    apart = ((found.places[:, None] - found.places[None]) ** 2).sum(-1)
    np.fill_diagonal(apart, np.inf)
    assert (labels[apart.argmin(1)] == labels).mean() > 0.95
    assert len(found.record_ids) == 135 and found.way == "t-sne"  # those with a photo
    assert service.saved_map(NAME, "photos") is None
    finish(service.build_map(NAME, "photos"))
    finish(service.build_map(NAME, "photos"))  # replaces the one before
    kept = service.saved_map(NAME, "photos")
    assert kept and list(kept.record_ids) == list(found.record_ids)
    np.testing.assert_allclose(kept.places, found.places, rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize("value", [0.0, 0.1, 1e-9])
def test_records_that_are_all_the_same_are_laid_out(value: float):
    """Left to itself, t-SNE divides by their spread and takes the whole process with it."""
    places = lay_out(np.full((12, 8), value, np.float32))
    assert np.isfinite(places).all()
    assert Projection("photos", "", [str(row) for row in range(12)], places).way == "ring"


def test_a_map_says_where_likeness_did_not_lay_it_out(home: Path):
    folder = home / "collections" / NAME
    folder.mkdir(parents=True)
    rows = [f"r{row},vase number {row}" for row in range(3)]
    (folder / "records.csv").write_text("\n".join(["record_id,caption", *rows]))
    make()
    finish(service.build_map(NAME, "captions"))
    kept = service.saved_map(NAME, "captions")
    assert kept and (kept.way, len(kept.record_ids)) == ("few", 3)
    for of, what in (("photos", "No record has a photo"), ("both", "both a photo and a caption")):
        with pytest.raises(CatalogError, match=what) as caught:
            finish(service.build_map(NAME, of))
        assert caught.value.hint


def test_the_map_from_photos_to_words_is_learned_and_kept():
    chance = np.random.default_rng(0)
    hidden = chance.standard_normal((6, 5))
    photos = chance.standard_normal((300, 6))
    captions = photos @ hidden + 0.01 * chance.standard_normal((300, 5))
    learned = learn(photos[:200], captions[:200])
    assert recall(learned, photos, captions, range(200, 300)) > 0.8
    shuffled = learn(photos[:200], captions[:200][::-1])
    assert recall(shuffled, photos, captions, range(200, 300)) < 0.2
    again = PhotoWords.from_bytes(learned.to_bytes())
    assert again.map_id == learned.map_id
    np.testing.assert_array_equal(again.of_photos(photos), learned.of_photos(photos))


def test_photos_that_come_out_alike_are_not_all_first():
    same = PhotoWords(np.zeros((5, 6)), np.ones(5), np.zeros(5))
    vectors = np.ones((100, 6)), np.ones((100, 5))
    assert recall(same, *vectors, range(100)) == 0


@given(
    st.lists(
        st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=20),
        min_size=1,
        max_size=5,
    )
)
def test_any_text_can_stand_in_a_condition(values: list[str]):
    # SQLite is the independent reader: what it hands back is what was put in.
    read = sqlite3.connect(":memory:").execute
    for value in values:
        assert read(f"SELECT {quoted(value)}").fetchone()[0] == value
        assert read(f"SELECT ? AS x WHERE {one_of('x', values)}", [value]).fetchone() == (value,)


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    """Run a command; returns exit code, standard output and standard error."""

    def run(*words: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["qcmfm", *words])
        with pytest.raises(SystemExit) as stop:
            cli.main()
        out, err = capsys.readouterr()
        return int(stop.value.code or 0), out, err

    return run


def test_the_command_line_makes_and_searches(museum: Path, run):
    with (museum / "records.csv").open(encoding="utf-8", newline="") as handle:
        rows = [row for row, _ in zip(csv.DictReader(handle), range(6), strict=False)]
    folder = settings.collections_folder() / "cups"
    (folder / "images").mkdir(parents=True)
    for row in rows:
        (folder / row["image"]).write_bytes((museum / row["image"]).read_bytes())
    with (folder / "records.csv").open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    _, out, err = run("catalog", "--collection", "cups", "--json")
    assert json.loads(out)["collections"][0]["written"] == 6, err
    one = rows[2]
    by_words = json.loads(run("search", one["title"], "--json")[1])["hits"]
    assert by_words[0]["caption"].startswith(one["title"][:10])
    assert {"score", "found_by", "collection", "category"} <= by_words[0].keys()
    _, out, _ = run("search", "--image", str(museum / one["image"]), "--json", "--count", "2")
    assert json.loads(out)["hits"][0]["record_id"] == one["record_id"]
    similar = json.loads(run("search", "--similar-to", one["record_id"], "--json")[1])["hits"]
    assert len(similar) == 5
    code, _, err = run("search", "cup", "--similar-to", "x")
    assert code == 2 and "one of them" in err
    code, _, err = run("search", "--similar-to", "x")
    assert code == 2 and "No record 'x'" in err
