"""What teaches attention to look at what a word names, without being told where that is."""

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor
from torch.nn import functional


def alignment_loss(
    scores: Float[Tensor, "head word batch region"],
    own: Int[Tensor, " word"],
    same_word: Bool[Tensor, "word batch"],
) -> Float[Tensor, ""]:
    """How badly words find their photos, and photos their words, among all those of a batch.

    A word that attends to the regions of every photo of the batch at once, with the very scores
    that decide where it looks in its own photo, finds its own only by what it names: the loss is
    the negative logarithm of the share that falls there, a contrastive loss with the photos as
    classes (InfoNCE, van den Oord et al. 2018) whose evidence is pooled over regions as attention
    pools it. The other way round, each word has to draw more from its photo than the words of
    other captions do; that takes from the score of a region what every word would give it. No
    region is known to be right.

    Args:
        scores: Of attention, before the softmax.
        own: The photo of each word.
        same_word: Photos whose captions hold the word too; they are left out on both sides.
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
    """Whether each caption has a word like each of `words`.

    Args:
        words: Of any captions.
        captions: The words of each caption, padded.
        mask: Which of them are words.
        alike: Cosine from which on words are alike.
    """
    unit = functional.normalize(words, dim=-1)
    of_captions = functional.normalize(captions, dim=-1)
    cosine = torch.einsum("wd,bod->wbo", unit, of_captions)
    return cosine.masked_fill(~mask, -1.0).amax(-1) > alike
