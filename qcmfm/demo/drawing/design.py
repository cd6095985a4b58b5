"""How a built-in collection is designed: its labels, and what tells them apart.

Every object gets one of five difficulties. A *shared look* is a surface that objects of two labels
can have, a *shared hint* a sentence that fits two labels; where an object has both, the two pairs
have only its own label in common, so that picture and words together still tell.

| difficulty | picture | words | share of the objects |
|---|---|---|---|
| `plain` | tells | tell | 12% |
| `read` | two labels | tell | 28% |
| `look` | tells | two labels | 28% |
| `both` | two labels | two labels | 24% |
| `silent` | tells | say nothing, or are missing | 8% |

So the best that pictures alone can do is 74%, words alone 68%, both together 100%: fusion wins here
by construction.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from qcmfm.demo.drawing.captions import Words, describe, sparse
from qcmfm.demo.drawing.plan import MOTIFS, Layer, Motif, Plan, Shot

DIFFICULTIES = {"plain": 0.12, "read": 0.28, "look": 0.28, "both": 0.24, "silent": 0.08}

ARRANGEMENTS = (
    *(("centre",),) * 4,
    *(("centre", "border"),) * 3,
    ("left", "right"),
    ("upper", "lower"),
    ("left", "right", "border"),
)
"""Where the motifs of an object stand; one that stands alone is the larger."""

Pair = tuple[str, str]
T = TypeVar("T")


@dataclass(frozen=True)
class Design:
    """A collection that the program can draw.

    Args:
        labels: The categories.
        looks: Surfaces that one label alone has.
        shared_looks: Surfaces that two labels have, by the pair.
        hints: Sentences on technique and use that fit one label alone.
        shared_hints: Sentences that fit two labels, by the pair.
        forms: What captions call each form.
        parts: What each form can show and a caption may name.
        grounds: Colours that the surface can have, where it is not the material's own.
        colours: Colours of motifs.
        lying: Forms that are photographed lying down.
        sizes: Least and largest size of most objects in the photo, as `Shot.zoom` takes it.
        draw: Draws a plan at a turn (radians), a light (radians) and a size (pixels).
        records: How many to draw by default.
        singular: What one record is called, in its id.
        about: What it is, for a visitor.
    """

    labels: tuple[str, ...]
    looks: dict[str, tuple[str, ...]]
    shared_looks: dict[Pair, tuple[str, ...]]
    hints: dict[str, tuple[str, ...]]
    shared_hints: dict[Pair, tuple[str, ...]]
    forms: dict[str, tuple[str, ...]]
    parts: dict[str, tuple[str, ...]]
    grounds: tuple[str, ...]
    colours: tuple[str, ...]
    lying: tuple[str, ...]
    sizes: tuple[float, float]
    draw: Callable[[Plan, float, float, int], Layer]
    records: int
    singular: str
    about: str


@dataclass(frozen=True)
class Thing:
    """An object of a drawn collection: its design, its caption and its photos.

    Args:
        number: Index in the collection, from 0.
        plan: What to draw.
        difficulty: One of `DIFFICULTIES`.
        caption: The caption; may be empty.
        shots: One per photo.
        split: train, val or test; shared by all photos of the object.
    """

    number: int
    plan: Plan
    difficulty: str
    caption: list[Words]
    shots: list[Shot]
    split: str


def plan_thing(design: Design, name: str, seed: int, number: int) -> Thing:
    """The object at one place of a collection.

    It depends on nothing but the arguments, so that a larger collection of the same seed starts
    with the same objects. Labels and splits are dealt in blocks, so that any part is balanced.

    Args:
        design: The collection's.
        name: The collection's name; two collections of one seed have nothing in common.
        seed: Of the collection.
        number: Place of the object, from 0.
    """
    key = [seed, int.from_bytes(name.encode()[:8]), number]
    rng = np.random.default_rng([*key, 0])
    label = _dealt(design.labels, [*key[:2], 1], number)
    difficulty = str(rng.choice(list(DIFFICULTIES), p=list(DIFFICULTIES.values())))
    look, hint = _choose(rng, design, label, difficulty)
    form = _one(rng, tuple(design.forms))
    ground = _one(rng, design.grounds)
    plan = Plan(
        label=label,
        look=look,
        form=form,
        ground=ground,
        motifs=_motifs(rng, design, ground),
        parts=_some(rng, design.parts[form], 2),
        wear=float(rng.beta(1.2, 2.5)),
        seed=int(rng.integers(2**31)),
    )
    called = _one(rng, design.forms[form])
    caption = describe(rng, plan, called, hint) if hint else sparse(rng, plan, called)
    photos = int(rng.choice([1, 2, 3], p=[0.6, 0.3, 0.1]))
    split = _dealt(("train",) * 13 + ("val",) * 3 + ("test",) * 4, [*key[:2], 2], number)
    shots = [_shot(rng, design.sizes) for _ in range(photos)]
    return Thing(number, plan, difficulty, caption, shots, split)


def _choose(
    rng: np.random.Generator, design: Design, label: str, difficulty: str
) -> tuple[str, str]:
    """A look and a sentence that fit the label and the difficulty."""
    looks = _sharing(design.shared_looks, label)
    hints = _sharing(design.shared_hints, label)
    if difficulty == "both":
        together = [(a, b) for a in looks for b in hints if set(a) & set(b) == {label}]
        look_pair, hint_pair = _one(rng, together)
        return _one(rng, design.shared_looks[look_pair]), _one(rng, design.shared_hints[hint_pair])
    look = (
        _one(rng, design.shared_looks[_one(rng, looks)])
        if difficulty == "read"
        else _one(rng, design.looks[label])
    )
    if difficulty == "silent":
        return look, ""
    if difficulty == "look":
        return look, _one(rng, design.shared_hints[_one(rng, hints)])
    return look, _one(rng, design.hints[label])


def _motifs(rng: np.random.Generator, design: Design, ground: str) -> tuple[Motif, ...]:
    """One to three motifs, no name and no place twice, none in the colour it stands on."""
    names = [str(name) for name in rng.permutation(MOTIFS)]
    found: list[Motif] = []
    for place in _one(rng, ARRANGEMENTS):
        bands = ("key-fret", "wave", "cloud", "lotus", "bat", "medallion")
        name = next(n for n in names if place != "border" or n in bands)
        names.remove(name)
        colour = "" if rng.random() < 0.15 else _one(rng, design.colours)
        found.append(Motif(name, "" if colour == ground else colour, place))
    return tuple(found)


def _shot(rng: np.random.Generator, sizes: tuple[float, float]) -> Shot:
    zoom, place = _composition(rng, sizes)
    return Shot(
        turn=float(rng.uniform(-0.25, 0.25)),
        light=float(rng.uniform(0.2, 0.8) * np.pi),
        zoom=zoom,
        place=place,
        backdrop=str(rng.choice(["white", "grey", "black", "warm"], p=[0.25, 0.4, 0.2, 0.15])),
        grey=bool(rng.random() < 0.12),
        scale_bar=bool(rng.random() < 0.2),
        blur=float(max(rng.normal(0.2, 0.4), 0)),
        quality=int(rng.integers(72, 93)),
        seed=int(rng.integers(2**31)),
    )


def _composition(
    rng: np.random.Generator, sizes: tuple[float, float]
) -> tuple[float, tuple[float, float]]:
    """Size and place of the object: mostly small and off the middle, which then tells little."""
    which = rng.random()
    if which < 0.03:
        zoom, reach = rng.uniform(1.3, 1.6), 1.0
    elif which < 0.08:
        zoom, reach = rng.uniform(0.88, 1.12), 0.5
    else:
        zoom, reach = rng.uniform(*sizes), 1.0
    # By the root, places at the edges are the likelier ones.
    across, down = reach * np.sqrt(rng.random(2)) * rng.choice([-1, 1], 2)
    return float(zoom), (float(across), float(down))


def _sharing(pairs: dict[Pair, tuple[str, ...]], label: str) -> list[Pair]:
    return [pair for pair in pairs if label in pair]


def _dealt(cards: tuple[str, ...], key: list[int], number: int) -> str:
    """What a shuffled pack, dealt again and again, gives at a place."""
    block, place = divmod(number, len(cards))
    return cards[int(np.random.default_rng([*key, block]).permutation(len(cards))[place])]


def _one(rng: np.random.Generator, choices: Sequence[T]) -> T:
    return choices[int(rng.integers(len(choices)))]


def _some(rng: np.random.Generator, choices: tuple[str, ...], most: int) -> tuple[str, ...]:
    count = int(rng.integers(min(most, len(choices)) + 1))
    return tuple(choices[int(i)] for i in sorted(rng.permutation(len(choices))[:count]))
