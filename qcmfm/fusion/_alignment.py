"""What teaches attention to look at what a word names, without being told where that is."""

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor
from torch.nn import functional


def alignment_loss(
    scores: Float[Tensor, "head word batch region"],
    own: Int[Tensor, " word"],
    alike: Bool[Tensor, "batch batch"],
) -> Float[Tensor, ""]:
    """How little of its attention a word spends on its own photo, were it shown all of a batch.

    A word that attends to the regions of every photo of the batch at once, with the very scores
    that decide where it looks in its own photo, finds its own only by what it names: the loss is
    the negative logarithm of the share that falls there, a contrastive loss with the photos as
    classes (InfoNCE, van den Oord et al. 2018) whose evidence is pooled over regions as attention
    pools it. No region is known to be right.

    Args:
        scores: Of attention, before the softmax.
        own: The photo of each word.
        alike: Photos of one object, which its words cannot tell apart.
    """
    evidence = scores.logsumexp(-1)
    photo = torch.arange(evidence.shape[-1], device=own.device)
    passed_over = alike[own] & (photo != own[:, None])
    evidence = evidence.masked_fill(passed_over, torch.finfo(evidence.dtype).min)
    return functional.cross_entropy(evidence.flatten(0, 1), own.repeat(len(evidence)))
