"""Drawn textiles show what their plans say, and nothing of their labels."""

import itertools
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from qcmfm.demo.drawing.plan import COLOURS, MOTIFS, PLACES, Layer, Motif, Plan
from qcmfm.demo.drawing.textiles import FORMS, LOOKS, draw_textile

SIZE = 160
ARRANGEMENTS = (
    ("centre", "border"),
    ("left", "right", "border"),
    ("upper", "lower", "border"),
    ("left", "right"),
    ("upper", "lower"),
    ("centre",),
)


def sample_plans() -> list[Plan]:
    """Every form in every look; motifs, places, colours and wear go round."""
    names, colours = itertools.cycle(MOTIFS), itertools.cycle(["", *COLOURS])
    grounds = itertools.cycle(["red", "blue", "green", "yellow", "brown", "white", "black"])
    plans = []
    for number, (form, look) in enumerate(itertools.product(FORMS, LOOKS)):
        ground = next(grounds)
        motifs = tuple(
            Motif(next(names), colour if (colour := next(colours)) != ground else "", place)
            for place in ARRANGEMENTS[number % len(ARRANGEMENTS)]
        )
        wear = (number % 5) / 4
        plans.append(Plan("silk", look, form, ground, motifs, FORMS[form], wear, 1000 + number))
    return plans


PLANS = sample_plans()


@cache
def drawn(number: int) -> Layer:
    return draw_textile(PLANS[number], 0.25 - 0.1 * (number % 6), 0.6 + 0.3 * (number % 6), SIZE)


def same(a: Layer, b: Layer) -> bool:
    return (
        np.array_equal(a.colour, b.colour)
        and np.array_equal(a.alpha, b.alpha)
        and a.masks.keys() == b.masks.keys()
        and all(np.array_equal(a.masks[name], b.masks[name]) for name in a.masks)
    )


def test_the_sample_covers_every_motif_place_and_part():
    assert {m.name for plan in PLANS for m in plan.motifs} == set(MOTIFS)
    assert {m.place for plan in PLANS for m in plan.motifs} == set(PLACES)
    assert {(plan.form, plan.look) for plan in PLANS} == set(itertools.product(FORMS, LOOKS))


@pytest.mark.parametrize("number", range(len(PLANS)))
def test_a_drawing_shows_what_is_planned(number: int):
    plan, layer = PLANS[number], drawn(number)
    assert layer.colour.shape == (SIZE, SIZE, 3) and layer.alpha.shape == (SIZE, SIZE)
    for plane in (layer.colour, layer.alpha):
        assert plane.dtype == np.float32 and np.isfinite(plane).all()
        assert plane.min() >= 0 and plane.max() <= 1
    assert set(layer.masks) == {"object", *plan.parts, *(m.name for m in plan.motifs)}
    whole = layer.masks["object"]
    for name, mask in layer.masks.items():
        assert mask.dtype == bool and mask.shape == (SIZE, SIZE)
        assert not (mask & ~whole).any()
        assert mask.mean() > 0.003, f"{name} of {plan} cannot be seen"


@pytest.mark.parametrize("number", range(len(PLANS)))
def test_the_object_stands_free_in_the_middle_and_fills_its_share(number: int):
    whole = drawn(number).masks["object"]
    rows, columns = np.flatnonzero(whole.any(axis=1)), np.flatnonzero(whole.any(axis=0))
    assert 0.65 < max(np.ptp(rows), np.ptp(columns)) / SIZE < 0.97
    assert min(rows[0], columns[0]) > 0 and max(rows[-1], columns[-1]) < SIZE - 1
    middle = np.array([rows[0] + rows[-1], columns[0] + columns[-1]]) / 2 / SIZE
    assert (abs(middle - 0.5) < 0.08).all()


@pytest.mark.parametrize("number", range(0, len(PLANS), 9))
def test_the_same_plan_gives_the_same_drawing_whatever_its_label(number: int):
    plan = PLANS[number]
    turn, light = 0.25 - 0.1 * (number % 6), 0.6 + 0.3 * (number % 6)
    assert same(draw_textile(replace(plan, label="kesi"), turn, light, SIZE), drawn(number))
    other = draw_textile(replace(plan, seed=plan.seed + 1), turn, light, SIZE)
    assert not np.array_equal(other.colour, drawn(number).colour)
    assert not np.array_equal(other.masks["object"], drawn(number).masks["object"])


@pytest.mark.parametrize("form", FORMS)
def test_a_part_is_drawn_only_where_it_is_asked_for(form: str):
    plan = replace(next(plan for plan in PLANS if plan.form == form), wear=0.0)
    bare = draw_textile(replace(plan, parts=()), 0.1, 1.2, SIZE)
    assert not set(FORMS[form]) & set(bare.masks)
    for part in FORMS[form]:
        with_part = draw_textile(replace(plan, parts=(part,)), 0.1, 1.2, SIZE)
        seen = with_part.masks[part]
        changed = np.abs(with_part.colour - bare.colour).max(axis=2) > 0.05
        assert (changed | (with_part.alpha < bare.alpha - 0.5))[seen].mean() > 0.3


def test_light_and_turn_change_the_picture():
    plan = PLANS[1]
    usual = draw_textile(plan, 0.0, 1.0, SIZE)
    lit = draw_textile(plan, 0.0, 2.2, SIZE)
    turned = draw_textile(plan, 0.25, 1.0, SIZE)
    assert np.array_equal(usual.masks["object"], lit.masks["object"])
    assert np.abs(usual.colour - lit.colour).mean() > 0.01
    assert not np.array_equal(usual.masks["object"], turned.masks["object"])


def test_a_named_colour_is_seen_on_its_motif():
    ground, colours = "brown", ("red", "blue", "green", "white")
    for colour, look in itertools.product(colours, ("slit_tapestry", "lustre")):
        motifs = (Motif("lotus", colour, "centre"), Motif("bat", "", "border"))
        plan = Plan("silk", look, "badge", ground, motifs, (), 0.0, 7)
        layer = draw_textile(plan, 0.0, 1.2, SIZE)
        seen = np.median(layer.colour[layer.masks["lotus"]], axis=0)
        apart = {
            name: float(np.abs(seen / seen.sum() - np.array(rgb) / sum(rgb)).sum())
            for name, rgb in COLOURS.items()
            if name in colours
        }
        assert min(apart, key=lambda name: apart[name]) == colour


def test_satin_shines_more_than_plain_weave():
    def contrast(look: str) -> float:
        plan = Plan("silk", look, "panel", "blue", (), (), 0.0, 11)
        layer = draw_textile(plan, 0.0, 1.2, SIZE)
        grey = np.where(layer.masks["object"], layer.colour.mean(axis=2), np.nan)
        inside = grey[SIZE // 3 : SIZE // 3 + 64, SIZE // 2 - 16 : SIZE // 2 + 16]
        return float(np.std(np.nanmean(inside.reshape(8, 8, 4, 8), axis=(1, 3))))

    assert contrast("satin_sheen") > 1.5 * contrast("plain_weave")
