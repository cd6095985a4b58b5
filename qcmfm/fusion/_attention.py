"""Cross-modal attention: every word looks at the regions, every region at the words."""

from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn
from torch.nn import functional

from qcmfm.encoders.batch import Batch
from qcmfm.fusion._model import Attention


class Look(nn.Module):
    """One direction of multi-head scaled dot-product attention (Vaswani et al. 2017).

    Args:
        dim: Length of the projected vectors; `heads` divides it.
        heads: Number of heads.
    """

    def __init__(self, dim: int, heads: int):
        super().__init__()
        self.heads = heads
        self.query = nn.Linear(dim, dim)
        self.key = nn.Linear(dim, dim)
        self.value = nn.Linear(dim, dim)
        self.out = nn.Linear(dim, dim)

    def forward(
        self,
        looking: Float[Tensor, "batch from dim"],
        looked_at: Float[Tensor, "batch to dim"],
        mask: Bool[Tensor, "batch to"],
    ) -> tuple[Float[Tensor, "batch from dim"], Float[Tensor, "batch head from to"]]:
        """What each of `looking` takes from those of `looked_at` that `mask` names.

        Where `mask` names none, what is taken and the map are zero.
        """
        query, key, value = (
            layer(x).unflatten(-1, (self.heads, -1)).transpose(1, 2)
            for layer, x in (
                (self.query, looking), (self.key, looked_at), (self.value, looked_at)
            )
        )  # fmt: skip
        scores = query @ key.transpose(-1, -2) / key.shape[-1] ** 0.5
        scores = scores.masked_fill(~mask[:, None, None, :], torch.finfo(scores.dtype).min)
        anything = mask.any(1)[:, None, None, None]
        attention = torch.where(anything, scores.softmax(-1), 0.0)
        taken = self.out((attention @ value).transpose(1, 2).flatten(-2))
        return taken * anything.squeeze(1), attention


@dataclass(frozen=True)
class Attended:
    """What cross-attention gives: each side's own mean vector, and the mean of what it took.

    Args:
        image: Mean of the region vectors.
        image_gain: Mean of what the regions took from the words.
        text: Mean of the word vectors.
        text_gain: Mean of what the words took from the regions.
        attention: Where they looked.
    """

    image: Float[Tensor, "batch dim"]
    image_gain: Float[Tensor, "batch dim"]
    text: Float[Tensor, "batch dim"]
    text_gain: Float[Tensor, "batch dim"]
    attention: Attention


class CrossAttention(nn.Module):
    """Both directions, each side pooled.

    Args:
        image_dim: Length of a region vector.
        text_dim: Length of a word vector.
        dim: Length of the projected and pooled vectors.
        heads: Number of heads.
        dropout: Share of projected values dropped in training.
    """

    def __init__(self, image_dim: int, text_dim: int, dim: int, heads: int, dropout: float):
        super().__init__()
        self.region = nn.Linear(image_dim, dim)
        self.region_norm = nn.LayerNorm(dim)
        self.word = nn.Sequential(nn.Linear(text_dim, dim), nn.LayerNorm(dim))
        self.words_to_regions = Look(dim, heads)
        self.regions_to_words = Look(dim, heads)
        self.dropout = nn.Dropout(dropout)

    def forward(
        self, batch: Batch, mean: Float[Tensor, " image_dim"], scale: Float[Tensor, " image_dim"]
    ) -> Attended:
        """Let both sides of a batch look at each other.

        Args:
            batch: Regions, words and masks.
            mean: Taken from every region vector.
            scale: What the rest is divided by.
        """
        word_mask = batch.word_mask
        region_mask = batch.has_image[:, None].expand(-1, batch.regions.shape[1])
        regions = project_regions(self.region, batch.regions, mean, scale)
        seen = self.dropout(self.region_norm(regions)) * region_mask[..., None]
        read = self.dropout(self.word(batch.words)) * word_mask[..., None]
        from_regions, word_to_region = self.words_to_regions(read, seen, region_mask)
        from_words, region_to_word = self.regions_to_words(seen, read, word_mask)
        return Attended(
            masked_mean(seen, region_mask),
            masked_mean(from_words, region_mask),
            masked_mean(read, word_mask),
            masked_mean(from_regions, word_mask),
            Attention(
                word_to_region * word_mask[:, None, :, None],
                region_to_word * region_mask[:, None, :, None],
            ),
        )


def project_regions(
    layer: nn.Linear,
    regions: Float[Tensor, "batch region image_dim"],
    mean: Float[Tensor, " image_dim"],
    scale: Float[Tensor, " image_dim"],
) -> Float[Tensor, "batch region dim"]:
    """What `layer` makes of regions from which `mean` is taken and which are divided by `scale`."""
    # Scaling the weights is the same as scaling the regions, the largest tensor there is.
    weight = layer.weight / scale
    return functional.linear(regions, weight, layer.bias - weight @ mean)


def masked_mean(
    vectors: Float[Tensor, "batch item dim"], mask: Bool[Tensor, "batch item"]
) -> Float[Tensor, "batch dim"]:
    """Mean over the items that `mask` names, zero where it names none."""
    kept = mask.to(vectors.dtype)
    return (vectors * kept[..., None]).sum(1) / kept.sum(1, keepdim=True).clamp(min=1)
