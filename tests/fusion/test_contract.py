"""What every fusion model must do; the models are found by listing the folder."""

import pytest
import torch

from qcmfm import fusion
from qcmfm.encoders.batch import Batch, FeatureShape
from qcmfm.errors import TrainingError
from qcmfm.fusion._model import FusionModel

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
    batch = batch.take(batch.has_image & batch.has_text)
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
