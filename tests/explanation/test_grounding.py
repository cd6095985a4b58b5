"""Where attention lies: figures worked out by hand, geometry, whole collections."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image

from qcmfm import service
from qcmfm.core.errors import RecordsError, RunError
from qcmfm.core.progress import finish
from qcmfm.encoders.image import ImageEncoder
from qcmfm.encoders.text import word_spans
from qcmfm.explanation.grounding import (
    centre_map,
    mass,
    measure_grounding,
    pointing,
    region_shares,
    words_of,
)
from qcmfm.fusion.base import Attention
from qcmfm.records import Collection, read_collection
from qcmfm.records.regions import Region, region_of, write_regions
from qcmfm.runs.run import Run
from qcmfm.service import Labeller
from qcmfm.training.train import train
from tests.cheap import CheapImageEncoder, cheap_cache, make_collection
from tests.training.test_training import SMALL

UNIFORM = np.full((3, 3), 1 / 9)


class CroppingEncoder(CheapImageEncoder):
    """Looks at the middle square of a photo alone."""

    def frame(self, size: tuple[int, int]) -> tuple[float, float, float, float]:
        side = min(size)
        left, top = (size[0] - side) / 2, (size[1] - side) / 2
        return left, top, left + side, top + side


class LetterboxEncoder(CheapImageEncoder):
    """Looks at a square around the photo, with bars beyond it."""

    def frame(self, size: tuple[int, int]) -> tuple[float, float, float, float]:
        side = max(size)
        left, top = (size[0] - side) / 2, (size[1] - side) / 2
        return left, top, left + side, top + side


def grid_encoder(rows: int, columns: int) -> ImageEncoder:
    encoder = CheapImageEncoder()
    encoder.grid = (rows, columns)
    return encoder


def test_figures_worked_out_by_hand():
    shares = np.array([[0.0, 0.5, 0.0], [0.0, 1.0, 0.25], [0.0, 0.0, 0.0]])
    heat = np.array([[0.1, 0.2, 0.0], [0.0, 0.3, 0.4], [0.0, 0.0, 0.0]])
    assert mass(heat, shares) == pytest.approx(0.2 * 0.5 + 0.3 + 0.4 * 0.25)
    assert pointing(heat, shares) == 1  # the most attended region is touched
    assert pointing(heat.T, shares) == 0
    assert pointing(np.array([[1.0, 0, 0], [0, 1.0, 0], [0, 0, 0]]), shares) == 0.5


def test_even_attention_has_the_thing_s_share_of_the_picture():
    mask = np.zeros((20, 31), dtype=bool)
    mask[3:9, 2:17] = True
    shares = region_shares(mask, grid_encoder(3, 3))
    assert mass(UNIFORM, shares) == pytest.approx(mask.mean())
    assert pointing(UNIFORM, shares) == pytest.approx(4 / 9)  # regions end at 6.7 and 10.3, 20.7


def test_perfect_attention_is_1_where_the_thing_is_made_of_whole_regions():
    mask = np.zeros((30, 30), dtype=bool)
    mask[:20, 10:20] = True
    shares = region_shares(mask, grid_encoder(3, 3))
    np.testing.assert_allclose(shares, [[0, 1, 0], [0, 1, 0], [0, 0, 0]])
    heat = shares / shares.sum()
    assert mass(heat, shares) == pytest.approx(1) and pointing(heat, shares) == 1
    away = (1 - shares) / (1 - shares).sum()
    assert mass(away, shares) == pytest.approx(0) and pointing(away, shares) == 0


@given(arrays(bool, st.tuples(st.integers(1, 12), st.integers(1, 12))),
       st.tuples(st.integers(1, 5), st.integers(1, 5)))  # fmt: skip
def test_shares_are_the_mean_of_the_mask_over_each_region(mask: np.ndarray, grid: tuple[int, int]):
    rows, columns = grid
    fine = np.kron(mask, np.ones(grid))  # every pixel cut so that regions begin at its edges
    height, width = mask.shape
    expected = fine.reshape(rows, height, columns, width).mean((1, 3))
    found = region_shares(mask, grid_encoder(rows, columns))
    np.testing.assert_allclose(found, expected, atol=1e-12)
    heat = np.full(grid, 1 / (rows * columns))
    assert mass(heat, found) == pytest.approx(mask.mean())
    assert 0 <= pointing(found + 1e-3, found) <= 1
    if mask.any():
        assert pointing(found, found) == 1


def test_shares_follow_what_the_encoder_sees():
    mask = np.zeros((20, 40), dtype=bool)
    mask[:, :15] = True  # the left 15 of 40 columns
    squeezed = region_shares(mask, CheapImageEncoder())
    np.testing.assert_allclose(squeezed, [[0.75, 0], [0.75, 0]])
    # The middle square has columns 10 to 30: of its left half, 5 of 10 are covered.
    cropped = region_shares(mask, CroppingEncoder())
    np.testing.assert_allclose(cropped, [[0.5, 0], [0.5, 0]])
    # The square around it has bars of 10 rows above and below: half of each region is bar.
    boxed = region_shares(mask, LetterboxEncoder())
    np.testing.assert_allclose(boxed, [[0.375, 0], [0.375, 0]])


@pytest.mark.parametrize("encoder", [CheapImageEncoder(), CroppingEncoder()])
def test_shares_agree_with_a_photo_of_the_mask(encoder: CheapImageEncoder):
    mask = np.zeros((60, 100), dtype=bool)
    mask[5:40, 20:63] = True
    white = Image.fromarray((mask * 255).astype(np.uint8)).convert("RGB")
    (seen,) = encoder.encode(torch.from_numpy(encoder.pixels(white)[None]))
    np.testing.assert_allclose(region_shares(mask, encoder).ravel(), seen.regions[:, 0], atol=0.02)


def test_the_centre_is_hottest_and_nearer_is_hotter():
    heat = centre_map((7, 5))
    assert heat.sum() == pytest.approx(1)
    assert np.unravel_index(heat.argmax(), heat.shape) == (3, 2)
    # One quarter of the height away from the centre: one standard deviation.
    tall = centre_map((4, 1))[:, 0]
    assert tall[0] / tall[1] == pytest.approx(np.exp(-0.5 * (1.5**2 - 0.5**2)))


def test_a_region_takes_every_word_that_it_shares_a_character_with():
    caption = "A blue-and-white key fret, 龍紋"
    region = Region(17, 25, "key fret", "key-fret", (0, 0, 1, 1), (1, 1), (0, 1))
    spans = word_spans(caption)
    assert [caption[s:e] for s, e in (spans[i] for i in words_of(region, spans))] == ["key", "fret"]
    dragons = replace(region, start=27, end=29)
    assert [caption[s:e] for s, e in (spans[i] for i in words_of(dragons, spans))] == ["龍", "紋"]
    assert words_of(replace(region, start=25, end=27), spans) == []


LEFT = np.tile(np.arange(16) < 8, (16, 1))
ALL = np.ones((16, 16), dtype=bool)


@pytest.fixture
def labeller(tmp_path: Path, home: Path) -> Labeller:
    collection = read_collection(make_collection(tmp_path / "vases"))
    cache = cheap_cache(home / "features")
    folder = home / "runs" / "vases"
    return Labeller(
        finish(train(collection, cache, replace(SMALL, epochs=2), folder)), cache, folder
    )


def with_regions(collection: Collection) -> dict[str, list[Region]]:
    """In every caption `vase` names the whole photo, and the colour a dragon in its left half."""
    regions: dict[str, list[Region]] = {}
    for record in collection.records:
        if not record.caption:
            continue
        colour = record.caption.index(record.label)
        regions[record.record_id] = [
            region_of(record.caption, 2, 6, "object", ALL),
            region_of(record.caption, colour, colour + len(record.label), "dragon", LEFT),
        ]
    return regions


def looking_left(run: Run) -> None:
    """Make the model say that every word looks at the left regions of the 2 x 2 grid alone."""
    fuse = run.model.fuse

    def fused(batch):
        found = fuse(batch)
        assert found.attention is not None
        maps = torch.zeros_like(found.attention.word_to_region)
        maps[:, 0, :, 0], maps[:, 1, :, 2] = 1, 1  # one head above, one below
        return replace(found, attention=Attention(maps, found.attention.region_to_word))

    run.model.fuse = fused  # pyright: ignore[reportAttributeAccessIssue]


def test_a_whole_collection(labeller: Labeller, tmp_path: Path):
    collection = read_collection(tmp_path / "vases")
    regions = with_regions(collection)
    looking_left(labeller.run)
    found = finish(measure_grounding(labeller.run, collection, regions, labeller.cache, ["dragon"]))
    both = [record for record in collection.records if record.image and record.caption]
    assert found["records"] == found["groups"] == len(both) and found["words"] == 2 * len(both)
    dragon, vase = found["by_kind"]["motif"], found["by_kind"]["object"]
    assert found["by_name"]["dragon"] == dragon and set(found["by_name"]) == {"dragon", "object"}
    assert dragon["words"] == vase["words"] == len(both)
    for metric in ("pointing", "mass"):
        values = {which: its["value"] for which, its in dragon[metric].items()}
        assert values == pytest.approx({
            "attention": 1, "chance": 0.5, "centre": 0.5, "above_chance": 0.5, "above_centre": 0.5
        })  # fmt: skip
        assert vase[metric]["chance"]["value"] == pytest.approx(1)
    assert found["mass"]["chance"]["value"] == pytest.approx(0.75)
    assert found["passed_over"] == {"not_in_caption": 0, "not_in_view": 0}


def test_attention_of_a_trained_model_is_measured_as_it_is(labeller: Labeller, tmp_path: Path):
    collection = read_collection(tmp_path / "vases")
    regions = with_regions(collection)
    found = finish(measure_grounding(labeller.run, collection, regions, labeller.cache, ["dragon"]))
    table = finish(labeller.cache.encode(collection)).with_lexicon(labeller.run.lexicon)
    expected: list[float] = []
    for row, record in enumerate(table.records):
        if record.image and record.caption:
            attention = labeller.run.fuse(table.batch([row])).attention
            assert attention is not None
            word = table.spans(row).index(
                (regions[record.record_id][1].start, regions[record.record_id][1].end)
            )
            heat = attention.word_to_region[0, :, word].mean(0)
            expected.append(float(heat[0] + heat[2]))
    measured = found["by_kind"]["motif"]["mass"]["attention"]
    assert measured["value"] == pytest.approx(np.mean(expected), abs=1e-5)
    assert measured["low"] <= measured["value"] <= measured["high"]


def test_words_that_are_not_there_are_counted(labeller: Labeller, tmp_path: Path):
    collection = read_collection(tmp_path / "vases")
    regions = with_regions(collection)
    regions["r0"][0] = replace(regions["r0"][0], word="bowl")
    regions["r1"][0] = replace(regions["r1"][0], counts=(256,))  # a mask of nothing
    found = finish(measure_grounding(labeller.run, collection, regions, labeller.cache, ["dragon"]))
    assert found["passed_over"] == {"not_in_caption": 1, "not_in_view": 1}
    wrong = {name: [replace(region, word="bowl")] for name, (region, _) in regions.items()}
    with pytest.raises(RecordsError, match="caption column"):
        finish(measure_grounding(labeller.run, collection, wrong, labeller.cache))


def test_the_verb_takes_one_split_and_says_whether_it_was_trained_on(
    labeller: Labeller, tmp_path: Path
):
    collection = read_collection(tmp_path / "vases")
    with pytest.raises(RecordsError, match="true regions"):
        finish(service.ground_run(labeller, collection, "test"))
    write_regions(tmp_path / "vases" / "regions.json", with_regions(collection))
    found = finish(service.ground_run(labeller, collection, "test"))
    test = [r for r in collection.records if r.split == "test" and r.image and r.caption]
    assert found["records"] == len(test) and found["split"] == "test" and not found["trained_on"]
    assert json.loads(json.dumps(found)) == found
    everything = finish(service.ground_run(labeller, collection, "all"))
    assert everything["trained_on"] and everything["records"] > found["records"]


def test_a_model_without_attention_is_refused(tmp_path: Path, home: Path):
    collection = read_collection(make_collection(tmp_path / "vases"))
    cache = cheap_cache(home / "features")
    plain = replace(SMALL, model="concat", options={}, epochs=1)
    run = finish(train(collection, cache, plain, home / "run"))
    with pytest.raises(RunError, match="no attention"):
        finish(measure_grounding(run, collection, with_regions(collection), cache))
