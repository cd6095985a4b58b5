"""Grounding: whether attention lies on the thing that a word names, if its true region is known.

True regions are used for measuring only: no model is trained on them.

Two metrics, each the mean over the words that name something visible:

- `pointing`: the pointing game (Zhang et al. 2016, Top-down neural attention by excitation
  backprop): the most attended point is a hit if it lies on the thing. The point is the centre of
  the most attended region of the model's grid, and the tolerance is half a region each way, since
  attention has no finer resolution: it is a hit if that region touches the thing. If several
  regions share the maximum, the share of them that touch it.
- `mass`: the share of the attention that lies inside the thing, with attention spread evenly over
  each region (the energy-based pointing game, Wang et al. 2020, Score-CAM).

Both are also measured for two baselines that do not see the photo: `chance`, a uniform map, for
which the mass is the thing's share of the picture; and `centre`, a Gaussian at the centre of the
picture with a standard deviation of a quarter of its height and width, since things tend to be
there.
"""

from collections import Counter
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from jaxtyping import Bool, Float

from qcmfm.core.errors import RecordsError, RunError
from qcmfm.core.progress import Progress, Work
from qcmfm.encoders.features import FeatureCache, FeatureTable
from qcmfm.encoders.image import ImageEncoder
from qcmfm.evaluation import mean_intervals
from qcmfm.explanation import word_heat
from qcmfm.records import Collection
from qcmfm.records.regions import Region
from qcmfm.runs.run import Run

CHUNK = 64
"""Number of records whose attention maps are in memory at once."""

CENTRE_SPREAD = 0.25
"""Standard deviation of the centre baseline, as a share of the picture's height and width."""

_TOUCHES = 1e-9
"""Covered share of a region below which it does not count as touched: it is a rounding error."""

METRICS = ("pointing", "mass")
MAPS = ("attention", "chance", "centre")

Grid = Float[np.ndarray, "row column"]


@dataclass(frozen=True)
class Grounded:
    """Grounding of one word of one caption.

    Args:
        record_id: Id of the record.
        group: Group of the record, for the bootstrap.
        names: What the word names.
        pointing: For each of `MAPS`, 1 for a hit and 0 for a miss.
        mass: For each of `MAPS`, the share inside the thing, 0 to 1.
    """

    record_id: str
    group: str
    names: str
    pointing: tuple[float, ...]
    mass: tuple[float, ...]


def kind_of(names: str, motifs: Container[str]) -> str:
    """Kind of thing that a word names: the object itself, a motif on it, or a part of it.

    Args:
        names: What the word names.
        motifs: Names of motifs.
    """
    return "object" if names == "object" else "motif" if names in motifs else "part"


def pointing(heat: Grid, shares: Grid) -> float:
    """Share of the most attended regions that touch the thing.

    Args:
        heat: Attention over the regions.
        shares: Share of each region that the thing covers, 0 to 1.
    """
    most = heat >= heat.max() - 1e-6 * abs(heat.max())
    return float((shares[most] > _TOUCHES).mean())


def mass(heat: Grid, shares: Grid) -> float:
    """Share of the attention inside the thing; arguments as in `pointing`."""
    return float((heat * shares).sum() / heat.sum())


def centre_map(grid: tuple[int, int], spread: float = CENTRE_SPREAD) -> Grid:
    """A Gaussian at the centre of the picture, the `centre` baseline; adds up to 1.

    Args:
        grid: Rows and columns of regions.
        spread: Standard deviation, as a share of height and width.
    """
    down, across = (np.exp(-0.5 * (((np.arange(n) + 0.5) / n - 0.5) / spread) ** 2) for n in grid)
    heat = np.outer(down, across)
    return heat / heat.sum()


def region_shares(mask: Bool[np.ndarray, "height width"], encoder: ImageEncoder) -> Grid:
    """The share of each region of an encoder's grid that a mask over the photo covers, 0 to 1.

    The grid lies on the part of the photo that the encoder sees, `encoder.frame`. If this frame
    extends beyond the photo, nothing is covered there.

    Args:
        mask: Mask over the upright photo, at any resolution of the same aspect ratio.
        encoder: Image encoder with the frame and the grid.
    """
    height, width = mask.shape
    left, top, right, bottom = encoder.frame((width, height))
    rows, columns = encoder.grid
    down = _overlap(np.linspace(top, bottom, rows + 1), height)
    across = _overlap(np.linspace(left, right, columns + 1), width)
    return down @ mask.astype(np.float64) @ across.T


def _overlap(edges: Float[np.ndarray, " edge"], size: int) -> Float[np.ndarray, "cell pixel"]:
    """The share of each cell between two edges that each of `size` pixels in a row takes."""
    pixel = np.arange(size)
    start, end = edges[:-1, None], edges[1:, None]
    common = np.minimum(end, pixel + 1) - np.maximum(start, pixel)
    return common.clip(0) / (end - start)


def words_of(region: Region, spans: Sequence[tuple[int, int]]) -> list[int]:
    """Indices of the encoder's words that overlap with a region's word in the caption."""
    return [
        place
        for place, (start, end) in enumerate(spans)
        if start < region.end and region.start < end
    ]


def measure_grounding(
    run: Run,
    collection: Collection,
    regions: Mapping[str, Sequence[Region]],
    cache: FeatureCache,
    motifs: Container[str] = (),
) -> Work[dict[str, Any]]:
    """Measure the grounding of a run's attention, as JSON values.

    `pointing` and `mass` hold the means for `attention`, `chance` and `centre`, and the differences
    of attention from both baselines; intervals are as in `evaluation.evaluate`. `by_kind` and
    `by_name` hold the same for the words that name one kind of thing, and one thing.

    Args:
        run: Trained run.
        collection: Records; those without a photo, a caption or a region are left out.
        regions: True regions, by record id.
        cache: Encoders of the run, with features on disk.
        motifs: Names of motifs in the regions; what is neither one nor the object is a part of it.

    Raises:
        RunError: The model has no attention.
        RecordsError: No word of the records has a region.
    """
    if not run.model.attends:
        raise RunError(
            f"The model {run.model.name()!r} of the run {run.name} has no attention.",
            "Only a model that says where it looked, such as qcmfm, can be measured.",
        )
    run.check_encoders(cache.encoders)
    rows = [row for row in collection.rows if row.record and regions.get(row.record_id)]
    table = yield from cache.encode(replace(collection, rows=rows))
    table = table.with_lexicon(run.lexicon)
    shown = [r for r in range(len(table)) if table.image_keys[r] and table.caption_keys[r]]
    found: list[Grounded] = []
    passed_over: Counter[str] = Counter()
    for start in range(0, len(shown), CHUNK):
        part = shown[start : start + CHUNK]
        found += _ground(run, table, part, regions, cache.encoders.image, passed_over)
        yield Progress("Looking where attention lies", start + len(part), len(shown))
    if not found:
        raise RecordsError(
            "No word of these records has a true region.",
            "Use the records and the caption column that the regions were made for.",
        )
    return {
        "records": len({word.record_id for word in found}),
        "groups": len({word.group for word in found}),
        **_summary(found),
        "by_kind": _breakdown(found, [kind_of(word.names, motifs) for word in found]),
        "by_name": _breakdown(found, [word.names for word in found]),
        "passed_over": {why: passed_over[why] for why in ("not_in_caption", "not_in_view")},
        "centre_spread": CENTRE_SPREAD,
    }


def _ground(
    run: Run,
    table: FeatureTable,
    rows: Sequence[int],
    regions: Mapping[str, Sequence[Region]],
    encoder: ImageEncoder,
    passed_over: Counter[str],
) -> list[Grounded]:
    """Measure the words of some records; counts in `passed_over` those that it cannot, and why."""
    attention = run.fuse(table.batch(rows)).attention
    if attention is None:
        raise TypeError(f"{run.model.name()} declares attention but returned none")
    maps = (np.full(encoder.grid, 1.0), centre_map(encoder.grid))
    found: list[Grounded] = []
    for place, row in enumerate(rows):
        record, spans = table.records[row], table.spans(row)
        shares_of: dict[tuple[int, ...], Grid] = {}
        for region in regions[record.record_id]:
            words = words_of(region, spans)
            if not words or record.caption[region.start : region.end] != region.word:
                passed_over["not_in_caption"] += 1
                continue
            mask = (*region.size, *region.counts)
            if mask not in shares_of:  # Several words may name the same thing.
                shares_of[mask] = region_shares(region.mask(), encoder)
            shares = shares_of[mask]
            if shares.max() <= _TOUCHES:
                passed_over["not_in_view"] += 1
                continue
            word_maps = [word_heat(attention, place, word, encoder.grid) for word in words]
            heats = (np.mean(word_maps, axis=0).astype(np.float64), *maps)
            found.append(
                Grounded(
                    record.record_id,
                    record.group_key,
                    region.names,
                    tuple(pointing(heat, shares) for heat in heats),
                    tuple(mass(heat, shares) for heat in heats),
                )
            )
    return found


def _breakdown(found: Sequence[Grounded], kinds: Sequence[str]) -> dict[str, Any]:
    return {
        kind: _summary([word for word, its in zip(found, kinds, strict=True) if its == kind])
        for kind in sorted(set(kinds))
    }


def _summary(found: Sequence[Grounded]) -> dict[str, Any]:
    """Number of words, and the interval of each metric for each map."""
    values: dict[str, np.ndarray] = {}
    for metric in METRICS:
        attention, chance, centre = np.array([getattr(word, metric) for word in found]).T
        columns = (attention, chance, centre, attention - chance, attention - centre)
        names = (*MAPS, "above_chance", "above_centre")
        values |= {f"{metric} {name}": column for name, column in zip(names, columns, strict=True)}
    measured = mean_intervals(values, [word.group for word in found])
    summary: dict[str, Any] = {"words": len(found)}
    for name, interval in measured.items():
        metric, which = name.split(" ")
        summary.setdefault(metric, {})[which] = interval.to_json()
    return summary
