"""Text encoders: any sentence-transformers model turns a caption into word vectors."""

import re
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from jaxtyping import Float, Int
from torch import Tensor

from qcmfm.core import settings
from qcmfm.core.errors import EncoderError
from qcmfm.encoders import hub, weights
from qcmfm.encoders.devices import choose_device
from qcmfm.encoders.image import fingerprint

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

DEFAULT = weights.TEXT.encoder

# A word is a run of letters and digits with inner hyphens and apostrophes. Each ideograph is a word
# of its own, since Chinese and Japanese put no spaces between words.
_IDEOGRAPH = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u3040-\u30ff"
_WORD = re.compile(rf"[{_IDEOGRAPH}]|[^\W_{_IDEOGRAPH}]+(?:[-'\u2019][^\W_{_IDEOGRAPH}]+)*")


LETTERS_PER_TOKEN = 40
"""Captions are cut to this many characters per token before they are tokenized."""


@dataclass(frozen=True)
class WordFeatures:
    """Features of one caption.

    Args:
        words: One vector per word, the mean of its token vectors.
        spans: Start and end offsets of each word in the caption, in characters.
        sentence: Vector of the entire caption.
    """

    words: Float[Tensor, "word dim"]
    spans: Int[Tensor, "word 2"]
    sentence: Float[Tensor, " sentence_dim"]


def word_spans(caption: str) -> list[tuple[int, int]]:
    """Start and end offsets of every word of a caption, in characters, without punctuation."""
    return [match.span() for match in _WORD.finditer(caption)]


class TextEncoder:
    """A frozen sentence-transformers model that turns captions into word vectors.

    Words past the model's maximum length (256 tokens for the built-in one) have no vector.

    Args:
        name: The name or local path that it was loaded from.
        model: The sentence-transformers model.
        device: Device that it runs on.

    Attributes:
        id: Name and hash of weights and modules; identifies its features in the cache.
        dim: Length of a word vector.
        sentence_dim: Length of a sentence vector.
    """

    def __init__(self, name: str, model: "SentenceTransformer", device: torch.device):
        self.name = name
        self.device = device
        self.model = model.eval().requires_grad_(False)
        self.tokenizer: Any = model.tokenizer
        self._tokenizing = threading.Lock()  # fast tokenizers are not thread-safe
        if not getattr(self.tokenizer, "is_fast", False):
            raise _cannot_load(name, "its tokenizer does not say where in the caption a token is")
        probe = self.encode(["word"])[0]
        self.dim: int = probe.words.shape[1]
        self.sentence_dim: int = probe.sentence.shape[0]
        self.id = f"{Path(name).name}-{fingerprint(model, f'{model.max_seq_length} {model}')}"

    @torch.inference_mode()
    def encode(self, captions: Sequence[str]) -> list[WordFeatures]:
        """Word and sentence vectors of each caption; an empty caption has no words."""
        longest = LETTERS_PER_TOKEN * (self.model.max_seq_length or 512)
        captions = [caption[:longest] for caption in captions]
        with self._tokenizing:
            tokens = self.tokenizer(
                captions,
                padding=True,
                truncation=True,
                max_length=self.model.max_seq_length,
                return_offsets_mapping=True,
                return_tensors="pt",
            )
        offsets = tokens.pop("offset_mapping")
        # `encode` returns only sentence vectors; `forward` returns those of the tokens as well.
        output: dict[str, Tensor] = self.model.forward(dict(tokens.to(self.device)))
        vectors = output["token_embeddings"].float().cpu()
        sentences = output["sentence_embedding"].float().cpu()
        return [
            _merge(caption, offsets[i], vectors[i], sentences[i])
            for i, caption in enumerate(captions)
        ]


def _merge(caption: str, offsets: Tensor, vectors: Tensor, sentence: Tensor) -> WordFeatures:
    """Average the token vectors of each word; words without a token are left out."""
    spans = word_spans(caption)
    word_of = torch.full((len(caption) + 1,), -1)
    for index, (start, end) in enumerate(spans):
        word_of[start:end] = index
    starts, ends = offsets.unbind(1)
    owner = torch.where(ends > starts, word_of[starts.clamp(max=len(caption))], -1)
    belongs = owner == torch.arange(len(spans))[:, None]  # word x token
    count = belongs.sum(1, keepdim=True)
    words = (belongs.float() @ vectors) / count.clamp(min=1)
    has_token = count.squeeze(1) > 0
    offset = torch.tensor(spans, dtype=torch.int32).view(-1, 2)
    return WordFeatures(words[has_token], offset[has_token], sentence)


def load_text_encoder(name: str = DEFAULT, device: str = "auto") -> TextEncoder:
    """Load a text encoder.

    Args:
        name: The built-in `all-MiniLM-L6-v2`, another sentence-transformers model, or a folder
            saved by sentence-transformers.
        device: auto, cuda, mps or cpu.

    Raises:
        EncoderError: There is no such model, or its weights cannot be loaded.
    """
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging as transformers_logging

    transformers_logging.disable_progress_bar()  # loading takes a fraction of a second
    folder = _packaged() if name == DEFAULT else settings.expanded(name)
    if not folder.is_dir() and not hub.reachable():
        raise _cannot_load(name, "it is no folder, and the model hub cannot be reached from here")
    source = str(folder) if folder.is_dir() else name
    if folder.is_dir() and not (folder / "modules.json").is_file():
        raise _cannot_load(name, "the folder holds no modules.json")
    chosen = choose_device(device)
    try:
        # Some models are stored in half precision, which is slow on CPUs without support for it.
        kind = {"dtype": torch.float32}
        model = SentenceTransformer(source, device=str(chosen), model_kwargs=kind)
        return TextEncoder(name, model, chosen)
    except EncoderError:
        raise
    except Exception as error:
        raise _cannot_load(name, str(error).split("\n")[0][:200]) from error


def _packaged() -> Path:
    return weights.verified_file(weights.TEXT).parent


def _cannot_load(name: str, reason: str) -> EncoderError:
    return EncoderError(
        f"The text encoder {name!r} cannot be loaded: {reason}.",
        f"Choose the built-in {DEFAULT}, or give the path of a sentence-transformers folder.",
    )
