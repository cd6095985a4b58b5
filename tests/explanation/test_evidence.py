"""Hiding, leaving out and splitting, on a small run that knows colours."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from qcmfm.core.errors import RecordsError
from qcmfm.core.progress import finish
from qcmfm.encoders.features import Encoders
from qcmfm.explanation import (
    Explanation,
    attention_inside,
    caption_heat,
    encode_record,
    explain,
    regions_in,
)
from qcmfm.explanation.occlusion import area_under, covered, most_attended, occlude, shifted
from qcmfm.explanation.shares import label_shares, readout_shares
from qcmfm.explanation.words import remove_words, without_word
from qcmfm.fusion import names
from qcmfm.fusion.base import Attention
from qcmfm.records import read_collection
from qcmfm.runs.run import Run
from qcmfm.training import TrainingSettings
from qcmfm.training.train import train
from tests.cheap import cheap_cache, make_collection

SIDES = st.tuples(st.integers(1, 9), st.integers(1, 9))
HEATS = arrays.arrays(np.float64, SIDES, elements=st.floats(0, 1))
SMALL = {"n_qubits": 4, "n_layers": 1, "dim": 8, "heads": 2}


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory):
    """Train a model once; returns run, encoders and the photo and caption of a red vase."""
    folder = tmp_path_factory.mktemp("evidence")
    table = make_collection(folder / "vases")
    collection = read_collection(table)
    made: dict[str, Run] = {}

    def get(model: str = "qcmfm") -> tuple[Run, Encoders, bytes, str]:
        cache = cheap_cache(folder / "features")
        if model not in made:
            options = SMALL if model == "qcmfm" else {}
            chosen = TrainingSettings(model, options, epochs=12, batch_size=16, views=1)
            made[model] = finish(train(collection, cache, chosen, folder / model))
        record = collection.records[0]
        photo = (folder / "vases" / record.image).read_bytes()
        return made[model], cache.encoders, photo, record.caption

    return get


def explained(trained, model: str = "qcmfm") -> Explanation:
    run, encoders, photo, caption = trained(model)
    return explain(run, encoders, encode_record(encoders, photo, caption))


@given(HEATS, st.floats(0, 1))
def test_the_most_attended_regions_are_the_most_attended(heat: np.ndarray, share: float):
    mask = most_attended(heat, share)
    assert mask.sum() == max(round(share * heat.size), int(share > 0))
    if mask.any() and not mask.all():
        assert heat[mask].min() >= heat[~mask].max()


@given(HEATS, st.floats(0, 1), st.floats(0, 1))
def test_along_a_curve_regions_only_ever_come_to_the_hidden_ones(heat, one: float, other: float):
    less, more = (most_attended(heat, share) for share in sorted((one, other)))
    assert not (less & ~more).any()


@given(HEATS, st.integers(0, 8))
def test_other_places_have_the_same_area_and_another_position(heat: np.ndarray, count: int):
    mask = np.zeros(heat.shape, dtype=bool)
    mask[0, 0] = True
    found = shifted(mask, count)
    assert len(found) == min(count, heat.size - 1)
    assert len({other.tobytes() for other in [mask, *found]}) == len(found) + 1
    assert all(other.sum() == 1 for other in found)


def test_covering_changes_the_named_regions_alone():
    pixels = np.random.default_rng(0).integers(0, 255, (9, 8, 3)).astype(np.uint8)
    mask = np.array([[False, True], [False, False]])
    drawn = covered(pixels, mask)
    np.testing.assert_array_equal(drawn[:, :4], pixels[:, :4])
    np.testing.assert_array_equal(drawn[5:], pixels[5:])
    assert (drawn[:5, 4:] == pixels.reshape(-1, 3).mean(0).round().astype(np.uint8)).all()


@given(st.lists(st.floats(0, 1), min_size=2, max_size=8))
def test_the_area_under_a_curve_lies_between_its_ends(values: list[float]):
    steps = tuple(np.linspace(0, 1, len(values)).tolist())
    area = area_under(steps, tuple(values))
    assert min(values) - 1e-9 <= area <= max(values) + 1e-9
    assert area_under(steps, (0.3,) * len(values)) == pytest.approx(0.3)


@pytest.mark.slow
def test_curves_start_and_end_where_nothing_and_all_is_hidden(trained):
    run, encoders, photo, caption = trained()
    found = explained(trained).occlusion
    assert found is not None
    subject = encode_record(encoders, photo, caption)
    whole = run.probabilities(run.fuse(subject.batch(run, encoders)))[0]
    assert found.unchanged == pytest.approx(whole[run.labels.index(found.label)])
    assert found.deletion[0] == found.insertion[-1] == found.unchanged
    assert found.deletion[-1] == found.insertion[0]
    assert found.steps[0] == 0 and found.steps[-1] == 1
    assert -1 <= found.faithfulness <= 1


def test_hiding_what_carries_the_label_costs_more_than_hiding_elsewhere(trained):
    """One quarter of a green photo is red, and the caption says nothing of it."""
    run, encoders, _, _ = trained("image_only")
    label = run.labels.index("red")
    subjects = [
        encode_record(encoders, _png(_blend(share)), "vase") for share in np.linspace(0, 1, 41)
    ]
    sure = [
        float(run.probabilities(run.fuse(subject.batch(run, encoders)))[0, label])
        for subject in subjects
    ]
    undecided = subjects[int(np.argmin(np.abs(np.array(sure) - 0.5)))]
    heat = np.array([[0.0, 1.0], [0.0, 0.0]])
    found = occlude(run, encoders, undecided, heat, label, 0.25)
    assert found.hidden.tolist() == [[False, True], [False, False]]
    assert found.faithfulness > 0.02 and found.attended < found.unchanged


def _blend(share: float) -> np.ndarray:
    """Green, but for its upper right quarter, which is the redder the greater the share."""
    pixels = np.tile(np.array([60, 150, 60], dtype=np.uint8), (8, 8, 1))
    pixels[:4, 4:] = (1 - share) * np.array([60, 150, 60]) + share * np.array([255, 0, 0])
    return pixels


def _png(pixels: np.ndarray) -> bytes:
    import io

    from PIL import Image

    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "PNG")
    return out.getvalue()


def test_each_word_is_left_out_alone(trained):
    run, encoders, _, _ = trained("text_only")
    subject = encode_record(encoders, b"", "A vase in red")
    label = run.labels.index("red")
    found = remove_words(run, encoders, subject, label)
    assert [one.word for one in found] == ["A", "vase", "in", "red"]
    whole = run.probabilities(run.fuse(subject.batch(run, encoders)))[0, label]
    rest = ["vase in red", "A in red", "A vase red", "A vase in"]
    for one, caption in zip(found, rest, strict=True):
        batch = encode_record(encoders, b"", caption).batch(run, encoders)
        without = run.probabilities(run.fuse(batch))[0]
        assert one.change == pytest.approx(float(whole - without[label]), abs=1e-6)
        assert one.label == run.labels[int(without.argmax())]
    assert remove_words(run, encoders, encode_record(encoders, b"", "red"), label) == []


@given(st.text(max_size=30), st.integers(0, 30), st.integers(0, 30))
def test_leaving_a_word_out_leaves_the_rest(text: str, one: int, other: int):
    start, end = sorted((min(one, len(text)), min(other, len(text))))
    left = without_word(text, (start, end))
    assert left in (text[:start] + text[end:], text[: max(start - 1, 0)] + text[end:])


def test_shares_add_up_to_the_readout_on_every_record(trained, tmp_path: Path, home: Path):
    run, _, _, _ = trained()
    collection = read_collection(make_collection(tmp_path / "others", seed=3))
    table = finish(cheap_cache(home / "features").encode(collection)).with_lexicon(run.lexicon)
    fused = run.fuse(table.batch([row for row in range(len(table)) if not table.is_empty(row)]))
    parts = readout_shares(run, fused)
    assert parts is not None
    torch.testing.assert_close(sum(parts), fused.logits, atol=1e-5, rtol=0)


@pytest.mark.parametrize("model", ["qcmfm", "concat", "image_only", "text_only", "cross_attention"])
def test_the_parts_of_a_label_add_up_to_its_logit(trained, model: str):
    assert model in names()
    run, encoders, photo, caption = trained(model)
    batch = encode_record(encoders, photo, caption).batch(run, encoders)
    logits = run.fuse(batch).logits[0].double() / run.temperature
    found = label_shares(run, batch, 0)
    for label in range(len(run.labels)):
        found = label_shares(run, batch, label)
        assert found.total == pytest.approx(float(logits[label] - logits.mean()), abs=1e-4)
        assert found.exact == (model == "qcmfm")
    if model == "image_only":
        assert found.text == pytest.approx(0) and found.interaction == pytest.approx(0, abs=1e-6)
    if model == "text_only":
        assert found.image == pytest.approx(0) and found.interaction == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize("model", ["qcmfm", "concat"])
def test_a_record_may_lack_photo_or_caption(trained, model: str):
    run, encoders, photo, caption = trained(model)
    for seen, read in ((b"", caption), (photo, ""), (photo, "...")):
        found = explain(run, encoders, encode_record(encoders, seen, read))
        assert found.occlusion is None and found.shares.without_photo is None
        assert set(found.probabilities) == set(run.labels)
        json.dumps(found.to_json(), allow_nan=False)
    with pytest.raises(RecordsError):
        encode_record(encoders, b"", "...")


def test_the_evidence_can_be_written_as_json(trained):
    said = json.loads(json.dumps(explained(trained).to_json(), allow_nan=False))
    assert said["label"] in ("red", "green", "blue")
    assert np.sum(said["attended"]["heat"]) == pytest.approx(1, abs=1e-3)
    assert len(said["attention"]) == len(said["words"]) == 6
    assert np.shape(said["attention"][0]["heads"]) == (2, 2, 2)
    assert said["trust"] is None


def test_words_and_regions_see_the_same_map():
    maps = torch.rand(1, 2, 3, 6).softmax(-1)
    attention = Attention(maps, torch.rand(1, 2, 6, 3))
    heat = caption_heat(attention, [0, 2], (2, 3), head=1)
    np.testing.assert_allclose(heat.ravel(), maps[0, 1, [0, 2]].mean(0), rtol=1e-6)
    mask = np.array([[True, False, False], [False, True, False]])
    found = attention_inside(attention, mask, 2, head=1)
    np.testing.assert_allclose(found, maps[0, 1, :2][:, [0, 4]].sum(-1), rtol=1e-6)
    np.testing.assert_allclose(
        attention_inside(attention, ~np.zeros((2, 3), bool), 3), 1, rtol=1e-6
    )


def test_a_box_holds_the_regions_whose_middle_it_holds():
    assert regions_in((2, 2), 0.0, 0.0, 1.0, 1.0).all()
    assert regions_in((4, 4), 0.5, 0.0, 1.0, 0.3).tolist()[0] == [False, False, True, True]
    assert regions_in((4, 4), 0.0, 0.0, 0.1, 0.1).sum() == 0
