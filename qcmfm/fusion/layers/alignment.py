"""Alignment loss: teaches attention to look at what a word names, without labelled regions."""

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor
from torch.nn import functional


def alignment_loss(
    scores: Float[Tensor, "head word batch region"],
    own: Int[Tensor, " word"],
    same_word: Bool[Tensor, "word batch"],
) -> Float[Tensor, ""]:
    """Contrastive loss between the words and the photos of a batch.

    A word attends to the regions of all photos of the batch at once, with the same scores that it
    uses in its own photo. The loss is the negative logarithm of the attention that falls on its own
    photo: InfoNCE (van den Oord et al. 2018) with the photos as classes and evidence pooled over
    regions as in attention. In the other direction, each photo has to identify the word among the
    words of other captions, which removes from a region's score what any word would give it. No
    labelled regions are needed.

    Args:
        scores: Attention scores before the softmax.
        own: Index of each word's photo.
        same_word: Photos whose captions contain the same word; they are no negatives, in either
            direction.
    """
    evidence = scores.logsumexp(-1)
    least = torch.finfo(evidence.dtype).min
    photo, word = (torch.arange(size, device=own.device) for size in (evidence.shape[-1], len(own)))
    of_photos = evidence.masked_fill(same_word & (photo != own[:, None]), least)
    same = same_word.T[own] & (word != word[:, None])
    of_words = evidence[..., own].transpose(1, 2).masked_fill(same, least)
    heads = len(evidence)
    found = functional.cross_entropy(of_photos.flatten(0, 1), own.repeat(heads))
    return found + functional.cross_entropy(of_words.flatten(0, 1), word.repeat(heads))


def captions_with_word(
    words: Float[Tensor, "word dim"],
    captions: Float[Tensor, "batch other dim"],
    mask: Bool[Tensor, "batch other"],
    alike: float,
) -> Bool[Tensor, "word batch"]:
    """Whether each caption contains a word that is similar to each of `words`.

    Args:
        words: Word vectors of any captions.
        captions: Word vectors of each caption, padded.
        mask: True for words, False for padding.
        alike: Cosine similarity above which two words count as the same.
    """
    unit = functional.normalize(words, dim=-1)
    of_captions = functional.normalize(captions, dim=-1)
    cosine = torch.einsum("wd,bod->wbo", unit, of_captions)
    return cosine.masked_fill(~mask, -1.0).amax(-1) > alike
