"""What every fusion model must do; the models are found by listing the folder."""

from dataclasses import replace

import pytest
import torch

from qcmfm import fusion
from qcmfm.core.errors import TrainingError
from qcmfm.encoders.batch import Batch, FeatureShape
from qcmfm.fusion.base import FusionModel

SHAPE = FeatureShape((3, 3), 12, 10, 10, 20)
LABELS = 5


def random_batch(size: int = 6, words: int = 7, seed: int = 0) -> Batch:
    """Records of which the last but one has no caption and the last no photo."""
    torch.manual_seed(seed)
    length = torch.randint(1, words + 1, (size,))
    mask = torch.arange(words) < length[:, None]
    none = torch.zeros(size, dtype=torch.bool)
    batch = Batch(
        torch.randn(size, 9, SHAPE.image_dim),
        torch.randn(size, SHAPE.image_dim),
        ~none,
        torch.randn(size, words, SHAPE.text_dim) * mask[..., None],
        mask,
        torch.randn(size, SHAPE.sentence_dim),
        torch.rand(size, SHAPE.terms),
        ~none,
    )
    image, text = none.clone(), none.clone()
    image[-1], text[-2] = True, True
    return batch.without(image=image, text=text)


@pytest.fixture(params=fusion.names())
def model(request: pytest.FixtureRequest) -> FusionModel:
    torch.manual_seed(1)
    built = fusion.model_class(request.param).build(SHAPE, LABELS, {})
    built.observe([random_batch(seed=2)])
    return built.eval()


def test_logits_have_a_value_for_every_label(model: FusionModel):
    logits = model(random_batch()).logits
    assert logits.shape == (6, LABELS)
    assert logits.isfinite().all()


def test_a_record_does_not_depend_on_its_batch(model: FusionModel):
    together = model(random_batch()).logits
    batch = random_batch()
    alone = [model(Batch(**{k: v[i : i + 1] for k, v in vars(batch).items()})) for i in range(6)]
    torch.testing.assert_close(together, torch.cat([a.logits for a in alone]), atol=1e-5, rtol=1e-4)


def test_each_way_is_what_the_model_says_without_a_modality(model: FusionModel):
    batch = random_batch()
    batch = batch.select(batch.has_image & batch.has_text)
    gone = torch.ones(len(batch), dtype=torch.bool)
    expected = batch, batch.without(text=gone), batch.without(image=gone)
    for found, variant in zip(model.fuse_each_way(batch), expected, strict=True):
        torch.testing.assert_close(found, model(variant).logits, atol=1e-5, rtol=1e-4)


def test_padding_words_changes_nothing(model: FusionModel):
    batch = random_batch()
    padded = Batch(
        **vars(batch)
        | {
            "words": torch.nn.functional.pad(batch.words, (0, 0, 0, 4)),
            "word_mask": torch.nn.functional.pad(batch.word_mask, (0, 4)),
        }
    )
    torch.testing.assert_close(model(batch).logits, model(padded).logits, atol=1e-5, rtol=1e-4)


def test_gradients_reach_every_parameter(model: FusionModel):
    model.train()
    logits = model(random_batch()).logits
    (logits * torch.linspace(-1, 1, logits.numel()).reshape(logits.shape)).sum().backward()
    for name, parameter in model.named_parameters():
        assert parameter.grad is not None and parameter.grad.isfinite().all(), name
        assert parameter.grad.abs().max() > 0, name


def test_the_state_can_be_saved_and_loaded(model: FusionModel):
    config = model.config()
    again = fusion.model_class(config["model"]).build(SHAPE, LABELS, config["options"]).eval()
    again.load_state_dict(model.state_dict())
    torch.testing.assert_close(model(random_batch()).logits, again(random_batch()).logits)


def test_the_same_seed_gives_the_same_model(model: FusionModel):
    torch.manual_seed(1)
    again = fusion.model_class(model.name()).build(SHAPE, LABELS, {})
    for first, second in zip(model.parameters(), again.parameters(), strict=True):
        torch.testing.assert_close(first, second)


@pytest.mark.parametrize("modality", ["image", "text"])
def test_the_answer_depends_on_what_the_model_reads_and_on_nothing_else(
    model: FusionModel, modality: str
):
    batch = random_batch()
    batch = batch.select(batch.has_image & batch.has_text)
    other = random_batch(seed=5).select(torch.tensor([True] * len(batch) + [False, False]))
    ours = {"image": ("regions", "image"), "text": ("words", "word_mask", "sentence", "terms")}
    swapped = Batch(**vars(batch) | {name: getattr(other, name) for name in ours[modality]})
    moved = (model(batch).logits - model(swapped).logits).abs().amax(1)
    assert (moved > 1e-4).all() if modality in model.modalities else (moved == 0).all()


def test_a_record_without_what_the_model_reads_gets_the_answer_of_all_such_records(
    model: FusionModel,
):
    for absent in {"image", "text"} - set(model.modalities):
        batch = random_batch()
        gone = torch.ones(len(batch), dtype=torch.bool)
        alone = batch.without(**{kept: gone for kept in model.modalities})
        logits = model(alone.select(getattr(alone, f"has_{absent}"))).logits
        assert logits.isfinite().all()
        torch.testing.assert_close(logits, logits[:1].expand_as(logits), atol=0, rtol=0)


def test_training_steps_without_a_modality_are_finite(model: FusionModel):
    model.train()
    for absent in ("image", "text"):
        batch = random_batch()
        kept = batch.has_text if absent == "image" else batch.has_image
        gone = torch.ones(int(kept.sum()), dtype=torch.bool)
        model.zero_grad()
        logits = model(batch.select(kept).without(**{absent: gone})).logits
        torch.nn.functional.cross_entropy(logits, torch.arange(len(gone)) % LABELS).backward()
        found = [p.grad for p in model.parameters() if p.grad is not None]
        assert found and all(grad.isfinite().all() for grad in found)


@pytest.mark.parametrize("record", [0, 4, 5], ids=["both", "photo", "caption"])
def test_one_record_alone_can_be_trained_on(model: FusionModel, record: int):
    model.train()
    logits = model(random_batch().select(torch.arange(6) == record)).logits
    torch.nn.functional.cross_entropy(logits, torch.tensor([1])).backward()
    found = [p.grad for p in model.parameters() if p.grad is not None]
    assert found and all(grad.isfinite().all() for grad in found)


def test_each_way_can_be_trained_on(model: FusionModel):
    model.train()
    batch = random_batch()
    batch = batch.select(batch.has_image & batch.has_text)
    target = torch.arange(len(batch)) % LABELS
    ways = model.fuse_each_way(batch)
    sum(torch.nn.functional.cross_entropy(logits, target) for logits in ways).backward()  # pyright: ignore[reportAttributeAccessIssue]
    for name, parameter in model.named_parameters():
        assert parameter.grad is not None and parameter.grad.isfinite().all(), name


def test_captions_without_a_common_term_are_normal(model: FusionModel):
    shape = replace(SHAPE, terms=0)
    batch = random_batch()
    bare = Batch(**vars(batch) | {"terms": torch.zeros(len(batch), 0)})
    built = type(model).build(shape, LABELS, {}).eval()
    assert built(bare).logits.isfinite().all()


def test_a_model_gives_attention_if_it_says_so(model: FusionModel):
    assert (model(random_batch()).attention is not None) == model.attends
    assert set(model.modalities) == {"image", "text"} or not model.attends


def test_attention_rows_add_up_to_one_where_there_is_something(model: FusionModel):
    batch = random_batch()
    attention = model(batch).attention
    if attention is None:
        return
    both = batch.has_image & batch.has_text
    looked = attention.word_to_region.sum(-1)  # batch x head x word
    expected = (batch.word_mask & both[:, None]).float()[:, None].expand_as(looked)
    torch.testing.assert_close(looked, expected)
    read = attention.region_to_word.sum(-1)
    torch.testing.assert_close(read, both.float()[:, None, None].expand_as(read))


def test_an_unknown_option_is_refused_by_name(model: FusionModel):
    with pytest.raises(TrainingError, match="'colour'"):
        type(model).build(SHAPE, LABELS, {"colour": "red"})


def test_an_unknown_model_is_refused_with_the_known_ones():
    with pytest.raises(TrainingError, match="qcmfm"):
        fusion.model_class("oracle")
