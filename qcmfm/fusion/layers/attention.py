"""Cross-modal attention: every word attends to the regions, every region to the words."""

from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn
from torch.nn import functional

from qcmfm.encoders.batch import Batch
from qcmfm.fusion.base import Attention
from qcmfm.fusion.layers.alignment import alignment_loss, captions_with_word

ALIGNED_WORDS = 512
"""Number of randomly drawn words of a batch in `CrossAttention.alignment`: enough for a stable
gradient, while the cost does not grow with the length of the captions."""

ALIKE = 0.5
"""Cosine similarity above which two words count as the same. In the built-in collections, nine in
ten captions that contain a word exceed it, and fewer than one in five of those that do not."""


class MultiHeadAttention(nn.Module):
    """One direction of multi-head attention (Vaswani et al. 2017).

    Args:
        dim: Length of the projected vectors; `heads` divides it.
        heads: Number of heads.
        temperature: Divisor of the cosine similarities of queries and keys; 0 for scaled dot
            products, as in the paper. Cosines with a low temperature are peaked from the first
            step on and independent of the vectors' lengths; queries and keys then have a hidden
            layer.
        near: Matrix that mixes the keys of neighbouring regions; None for no mixing. It is only
            used with a temperature.
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
        queries: Float[Tensor, "batch from dim"],
        targets: Float[Tensor, "batch to dim"],
        mask: Bool[Tensor, "batch to"],
    ) -> tuple[Float[Tensor, "batch from dim"], Float[Tensor, "batch head from to"]]:
        """Attend from each query item to the unmasked target items.

        Args:
            queries: Vectors of the query items.
            targets: Vectors of the target items, which supply keys and values.
            mask: True for the target items that exist.

        Returns:
            The attended vectors and the attention map, both zero where `mask` is all False.
        """
        query, key = self._matched(queries, targets)
        value = self.value(targets).unflatten(-1, (self.heads, -1)).transpose(1, 2)
        scores = query.transpose(1, 2) @ key.permute(0, 2, 3, 1)
        scores = scores.masked_fill(~mask[:, None, None, :], torch.finfo(scores.dtype).min)
        anything = mask.any(1)[:, None, None, None]
        attention = torch.where(anything, scores.softmax(-1), 0.0)
        taken = self.out((attention @ value).transpose(1, 2).flatten(-2))
        return taken * anything.squeeze(1), attention

    def scores(
        self, queries: Float[Tensor, "word dim"], targets: Float[Tensor, "batch region dim"]
    ) -> Float[Tensor, "head word batch region"]:
        """Scores of each word for each region of every photo, before the softmax."""
        query, key = self._matched(queries, targets)
        return torch.einsum("whd,brhd->hwbr", query, key)

    def _matched(
        self, queries: Float[Tensor, "*any from_dim"], targets: Float[Tensor, "*other to_dim"]
    ) -> tuple[Float[Tensor, "*any head part"], Float[Tensor, "*other head part"]]:
        """Queries and keys whose dot products are the scores."""
        query = self.query(queries).unflatten(-1, (self.heads, -1))
        key = self.key(targets).unflatten(-1, (self.heads, -1))
        if not self.temperature:
            return query / key.shape[-1] ** 0.5, key
        query, key = functional.normalize(query, dim=-1), functional.normalize(key, dim=-1)
        if self.near is not None:
            key = torch.einsum("rs,...shp->...rhp", self.near, key)
        return query / self.temperature, key


def _matcher(dim: int, bent: bool) -> nn.Module:
    """Projection to queries or keys, with a hidden layer if `bent`."""
    if not bent:
        return nn.Linear(dim, dim)
    return nn.Sequential(nn.Linear(dim, 2 * dim), nn.GELU(), nn.Linear(2 * dim, dim))


def neighbourhood(grid: tuple[int, int], spread: float) -> Float[Tensor, "region region"] | None:
    """Smoothing matrix over neighbouring regions; rows add up to 1. None without smoothing.

    Args:
        grid: Number of rows and columns of regions.
        spread: Share, 0 to 1, that comes from the window of 3 x 3 regions with weights 1, 2, 1 in
            both directions, truncated at the edges.
    """
    if not spread:
        return None
    line = [torch.eye(n).mul(2) + torch.eye(n).roll(1, 0).tril() + torch.eye(n).roll(-1, 0).triu()
            for n in grid]  # fmt: skip
    rows, columns = (part / part.sum(1, keepdim=True) for part in line)
    return spread * torch.kron(rows, columns) + (1 - spread) * torch.eye(grid[0] * grid[1])


@dataclass(frozen=True)
class Attended:
    """Output of cross-attention, pooled per modality.

    Args:
        image: Mean of the region vectors.
        image_gain: Mean of the vectors that regions attended to among the words.
        text: Mean of the word vectors.
        text_gain: Mean of the vectors that words attended to among the regions.
        attention: Attention maps.
    """

    image: Float[Tensor, "batch dim"]
    image_gain: Float[Tensor, "batch dim"]
    text: Float[Tensor, "batch dim"]
    text_gain: Float[Tensor, "batch dim"]
    attention: Attention


class CrossAttention(nn.Module):
    """Attention in both directions, pooled per modality.

    Args:
        image_dim: Length of a region vector.
        text_dim: Length of a word vector.
        dim: Length of the projected and pooled vectors.
        heads: Number of heads.
        dropout: Share of projected values dropped in training.
        temperature: As in `MultiHeadAttention`.
        near: Mixing of regions for words that attend to them, as in `MultiHeadAttention`.
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
        """Attend from words to regions and from regions to words.

        Args:
            batch: Regions, words and masks.
            mean: Mean that is subtracted from every region vector.
            scale: Scale that every region vector is divided by.
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
        """Alignment loss of a batch, see `alignment_loss`; arguments as in `forward`.

        Zero if fewer than two records have both photo and caption.
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
            same_word = captions_with_word(
                batch.words[record[some], word[some]], batch.words, batch.word_mask, ALIKE
            )
        return alignment_loss(scores, record[some], same_word)

    def pointing(self) -> list[nn.Parameter]:
        """The parameters that `alignment` depends on; they determine where words attend."""
        attention = self.words_to_regions
        parts = (self.region, self.region_norm, self.word, attention.query, attention.key)
        return [parameter for part in parts for parameter in part.parameters()]


def project_regions(
    layer: nn.Linear,
    regions: Float[Tensor, "batch region image_dim"],
    mean: Float[Tensor, " image_dim"],
    scale: Float[Tensor, " image_dim"],
) -> Float[Tensor, "batch region dim"]:
    """Apply `layer` to region vectors standardised by `mean` and `scale`."""
    # Scaling the weights instead avoids a copy of the regions, the largest tensor of a batch.
    weight = layer.weight / scale
    return functional.linear(regions, weight, layer.bias - weight @ mean)


def masked_mean(
    vectors: Float[Tensor, "batch item dim"], mask: Bool[Tensor, "batch item"]
) -> Float[Tensor, "batch dim"]:
    """Mean over the unmasked items; zero if there are none."""
    weights = mask.to(vectors.dtype)
    return (vectors * weights[..., None]).sum(1) / weights.sum(1, keepdim=True).clamp(min=1)
