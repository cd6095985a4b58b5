"""Drawn artifacts: the same from the same plan, whole, and showing what the plan says."""

from dataclasses import replace

import numpy as np
import pytest

from qcmfm.demo.drawing.plan import MOTIFS, PLACES, Layer, Motif, Plan
from qcmfm.demo.drawing.vessels import FORMS, LOOKS, draw_artifact

SMALLEST_SHARE = 0.003


def plan_of(form: str, look: str, seed: int) -> Plan:
    """A plan with every part that the form can show and two or three motifs."""
    rng = np.random.default_rng(seed)
    names, places = rng.permutation(MOTIFS), rng.permutation(PLACES)
    colours = rng.choice(["", "red", "gold", "blue", "white"], 3)
    motifs = tuple(
        Motif(str(names[at]), str(colours[at]), str(places[at])) for at in range(rng.integers(1, 4))
    )
    ground = str(rng.choice(["turquoise", "blue"]))
    return Plan("enamel", look, form, ground, motifs, FORMS[form], float(rng.random()), seed)


def same(first: Layer, second: Layer) -> bool:
    return (
        np.array_equal(first.colour, second.colour)
        and np.array_equal(first.alpha, second.alpha)
        and first.masks.keys() == second.masks.keys()
        and all(np.array_equal(first.masks[name], second.masks[name]) for name in first.masks)
    )


@pytest.mark.parametrize("form", FORMS)
def test_the_same_plan_gives_the_same_picture_and_another_seed_another(form: str):
    plan = plan_of(form, "gilt", 3)
    drawn = draw_artifact(plan, 0.1, 1.2, 128)
    assert same(drawn, draw_artifact(plan, 0.1, 1.2, 128))
    assert not same(drawn, draw_artifact(replace(plan, seed=4), 0.1, 1.2, 128))


@pytest.mark.parametrize("look", LOOKS)
def test_nothing_depends_on_the_label(look: str):
    plan = plan_of("vase", look, 5)
    other = replace(plan, label="jade")
    assert same(draw_artifact(plan, 0.0, 1.0, 128), draw_artifact(other, 0.0, 1.0, 128))


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("form", FORMS)
def test_every_form_can_have_every_look(form: str, look: str):
    plan = plan_of(form, look, 7)
    layer = draw_artifact(plan, -0.2, 2.2, 96)
    assert layer.colour.shape == (96, 96, 3) and layer.alpha.shape == (96, 96)
    for values in (layer.colour, layer.alpha):
        assert np.isfinite(values).all() and values.min() >= 0 and values.max() <= 1
    whole = layer.masks["object"]
    assert np.array_equal(whole, layer.alpha > 0)
    assert set(layer.masks) == {"object", *plan.parts, *(motif.name for motif in plan.motifs)}
    for name, mask in layer.masks.items():
        assert mask.dtype == bool and mask.shape == whole.shape, name
        assert not (mask & ~whole).any(), name
    assert layer.colour[whole].std() > 0.02


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("form", FORMS)
def test_every_motif_and_part_of_a_plan_can_be_seen(form: str, seed: int):
    plan = plan_of(form, LOOKS[seed], 100 + seed)
    layer = draw_artifact(plan, 0.25 * (-1) ** seed, 1.5, 144)
    small = {
        name: mask.mean() for name, mask in layer.masks.items() if mask.mean() < SMALLEST_SHARE
    }
    assert small == {}


@pytest.mark.parametrize("form", FORMS)
def test_an_object_fills_about_three_quarters_and_stands_in_the_middle(form: str):
    for seed in range(4):
        rows, columns = np.nonzero(draw_artifact(plan_of(form, "pale", seed), 0.0, 1.0, 200).alpha)
        assert 120 <= max(np.ptp(rows), np.ptp(columns)) <= 180
        assert abs(rows.min() + rows.max() - 199) <= 2
        assert abs(columns.min() + columns.max() - 199) <= 2


def test_looks_differ_in_colour_or_texture():
    drawn = {}
    for look in LOOKS:
        layer = draw_artifact(replace(plan_of("vase", look, 11), motifs=()), 0.0, 1.2, 128)
        pixels = layer.colour[layer.alpha == 1]
        spread = pixels.mean(axis=1).std()
        drawn[look] = np.array([*pixels.mean(axis=0), *pixels.std(axis=0), spread])
    for at, first in enumerate(LOOKS):
        for second in LOOKS[at + 1 :]:
            assert np.abs(drawn[first] - drawn[second]).max() > 0.03, (first, second)


def test_a_turn_moves_what_decorates_a_vase():
    plan = replace(plan_of("vase", "pale", 2), motifs=(Motif("lotus", "red", "centre"),))
    middles = [
        np.nonzero(draw_artifact(plan, turn, 1.0, 200).masks["lotus"])[1].mean()
        for turn in (-0.25, 0.25)
    ]
    assert middles[1] - middles[0] > 8
