"""Cross-modal attention: every word looks at the regions, every region at the words."""

from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn
from torch.nn import functional

from qcmfm.encoders.batch import Batch
from qcmfm.fusion.base import Attention
from qcmfm.fusion.layers.alignment import alignment_loss, captions_with_word

ALIGNED_WORDS = 512
"""Words of a batch, drawn by lot, that `CrossAttention.alignment` asks: enough for a steady step,
and the work does not grow with the captions."""

ALIKE = 0.5
"""Cosine from which on two words count as one: of the built-in captions that have a word, nine in
ten have one so near, and of those that lack it, fewer than one in five."""


class MultiHeadAttention(nn.Module):
    """One direction of multi-head attention (Vaswani et al. 2017).

    Args:
        dim: Length of the projected vectors; `heads` divides it.
        heads: Number of heads.
        temperature: What cosines of queries and keys are divided by; 0 for scaled dot products, as
            in the paper. Cosines of a low temperature are peaked from the first step on, and stay
            as peaked however long the vectors grow. A hidden layer lies before them.
        near: What of the others' keys goes into each key of those looked at; None for nothing.
    """

    near: Tensor | None

    def __init__(
        self,
        dim: int,
        heads: int,
        temperature: float,
        near: Float[Tensor, "to to"] | None = None,
    ):
        super().__init__()
        self.register_buffer("near", near, persistent=False)
        self.heads, self.temperature = heads, temperature
        self.query = _matcher(dim, bent=temperature > 0)
        self.key = _matcher(dim, bent=temperature > 0)
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
        query, key = self._matched(looking, looked_at)
        value = self.value(looked_at).unflatten(-1, (self.heads, -1)).transpose(1, 2)
        scores = query.transpose(1, 2) @ key.permute(0, 2, 3, 1)
        scores = scores.masked_fill(~mask[:, None, None, :], torch.finfo(scores.dtype).min)
        anything = mask.any(1)[:, None, None, None]
        attention = torch.where(anything, scores.softmax(-1), 0.0)
        taken = self.out((attention @ value).transpose(1, 2).flatten(-2))
        return taken * anything.squeeze(1), attention

    def scores(
        self, looking: Float[Tensor, "word dim"], looked_at: Float[Tensor, "batch region dim"]
    ) -> Float[Tensor, "head word batch region"]:
        """How much each of `looking` is drawn to each region of every photo, before the softmax."""
        query, key = self._matched(looking, looked_at)
        return torch.einsum("whd,brhd->hwbr", query, key)

    def _matched(
        self, looking: Float[Tensor, "*any from_dim"], looked_at: Float[Tensor, "*other to_dim"]
    ) -> tuple[Float[Tensor, "*any head part"], Float[Tensor, "*other head part"]]:
        """Queries and keys whose products are the scores."""
        query = self.query(looking).unflatten(-1, (self.heads, -1))
        key = self.key(looked_at).unflatten(-1, (self.heads, -1))
        if not self.temperature:
            return query / key.shape[-1] ** 0.5, key
        query, key = functional.normalize(query, dim=-1), functional.normalize(key, dim=-1)
        if self.near is not None:
            key = torch.einsum("rs,...shp->...rhp", self.near, key)
        return query / self.temperature, key


def _matcher(dim: int, bent: bool) -> nn.Module:
    """What makes a query or a key of a vector; with a hidden layer where it is `bent`."""
    if not bent:
        return nn.Linear(dim, dim)
    return nn.Sequential(nn.Linear(dim, 2 * dim), nn.GELU(), nn.Linear(2 * dim, dim))


def neighbourhood(grid: tuple[int, int], spread: float) -> Float[Tensor, "region region"] | None:
    """What each region takes from the regions round it; rows add up to 1. None for nothing.

    Args:
        grid: Rows and columns of regions.
        spread: How much of it comes from a window of 3 x 3 regions, weighed 1, 2, 1 both ways and
            cut at the edges, 0 to 1.
    """
    if not spread:
        return None
    line = [torch.eye(n).mul(2) + torch.eye(n).roll(1, 0).tril() + torch.eye(n).roll(-1, 0).triu()
            for n in grid]  # fmt: skip
    rows, columns = (part / part.sum(1, keepdim=True) for part in line)
    return spread * torch.kron(rows, columns) + (1 - spread) * torch.eye(grid[0] * grid[1])


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
        temperature: As `Look` takes it.
        near: For words that look at regions, as `Look` takes it.
    """

    def __init__(
        self,
        image_dim: int,
        text_dim: int,
        dim: int,
        heads: int,
        dropout: float,
        temperature: float = 0.0,
        near: Float[Tensor, "region region"] | None = None,
    ):
        super().__init__()
        self.region = nn.Linear(image_dim, dim)
        self.region_norm = nn.LayerNorm(dim)
        self.word = nn.Sequential(nn.Linear(text_dim, dim), nn.LayerNorm(dim))
        self.words_to_regions = MultiHeadAttention(dim, heads, temperature, near)
        self.regions_to_words = MultiHeadAttention(dim, heads, temperature)
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

    def alignment(
        self, batch: Batch, mean: Float[Tensor, " image_dim"], scale: Float[Tensor, " image_dim"]
    ) -> Float[Tensor, ""]:
        """How badly words find the photo they speak of among the batch's: see `alignment_loss`.

        Zero where fewer than two records have both photo and caption. Arguments as in `forward`.
        """
        batch = batch.select(batch.has_image & batch.has_text)
        if len(batch) < 2:
            return batch.regions.new_zeros(())
        seen = self.region_norm(project_regions(self.region, batch.regions, mean, scale))
        record, word = batch.word_mask.nonzero(as_tuple=True)
        some = torch.randperm(len(record), device=record.device)[:ALIGNED_WORDS]
        read = self.word(batch.words[record[some], word[some]])
        scores = self.words_to_regions.scores(self.dropout(read), self.dropout(seen))
        with torch.no_grad():
            told = captions_with_word(
                batch.words[record[some], word[some]], batch.words, batch.word_mask, ALIKE
            )
        return alignment_loss(scores, record[some], told)

    def pointing(self) -> list[nn.Parameter]:
        """All that `alignment` depends on, and so where words look."""
        looks = self.words_to_regions
        parts = (self.region, self.region_norm, self.word, looks.query, looks.key)
        return [parameter for part in parts for parameter in part.parameters()]


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
