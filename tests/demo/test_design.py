import re
from collections import Counter
from functools import cache
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qcmfm import demo
from qcmfm.demo.drawing.captions import join
from qcmfm.demo.drawing.design import DIFFICULTIES, Thing, plan_thing
from qcmfm.demo.drawing.plan import COLOURS, MOTIFS, PLACES

NAMES = demo.names()


@cache
def things(name: str) -> list[Thing]:
    return [plan_thing(demo.design(name), name, 7, number) for number in range(600)]


def test_there_are_the_two_collections():
    assert NAMES == ["artifacts", "textiles"]
    assert demo.design("artifacts").labels == ("enamel", "gold_silver", "lacquer", "bronze", "jade")
    assert demo.design("textiles").labels == ("silk", "satin", "brocade", "kesi")


@pytest.mark.parametrize("name", NAMES)
def test_a_shared_look_and_a_shared_hint_have_one_label_in_common(name: str):
    design = demo.design(name)
    for label in design.labels:
        met = [
            set(look) & set(hint)
            for look in design.shared_looks
            for hint in design.shared_hints
            if label in look and label in hint and look != hint
        ]
        assert {label} in met, f"no object of {label} can be of the difficulty 'both'"


@pytest.mark.parametrize("name", NAMES)
def test_what_a_thing_looks_like_and_what_is_said_leave_one_label(name: str):
    """The look's labels and the hint's labels meet in the true label alone."""
    design = demo.design(name)
    of_look = {look: {label} for label, looks in design.looks.items() for look in looks} | {
        look: set(pair) for pair, looks in design.shared_looks.items() for look in looks
    }
    of_hint = {hint: {label} for label, hints in design.hints.items() for hint in hints} | {
        hint: set(pair) for pair, hints in design.shared_hints.items() for hint in hints
    }
    for thing in things(name):
        text = join(thing.caption)[0]
        said = [of_hint[hint] for hint in of_hint if hint in text]
        assert len(said) == (thing.difficulty != "silent")
        left = of_look[thing.plan.look].intersection(*said)
        assert left == {thing.plan.label}, thing


@pytest.mark.parametrize("name", NAMES)
def test_shares_of_the_difficulties_are_as_documented(name: str):
    found = Counter(thing.difficulty for thing in things(name))
    for difficulty, share in DIFFICULTIES.items():
        assert found[difficulty] / 600 == pytest.approx(share, abs=0.06)


@pytest.mark.parametrize("name", NAMES)
def test_labels_and_splits_are_balanced_in_every_part(name: str):
    design = demo.design(name)
    for part in (things(name)[:100], things(name)[200:300]):
        assert set(Counter(t.plan.label for t in part).values()) == {100 // len(design.labels)}
        assert Counter(t.split for t in part) == {"train": 65, "val": 15, "test": 20}


@pytest.mark.parametrize("name", NAMES)
def test_no_caption_holds_a_label(name: str):
    design = demo.design(name)
    banned = {word for label in design.labels for word in label.split("_")}
    for thing in things(name):
        words = set(re.findall(r"\w+", join(thing.caption)[0].lower()))
        assert not words & banned


@pytest.mark.parametrize("name", NAMES)
def test_a_mention_is_the_word_that_names_the_thing(name: str):
    for thing in things(name):
        text, mentions = join(thing.caption)
        known = {"object", *(m.name for m in thing.plan.motifs), *thing.plan.parts}
        for mention in mentions:
            assert mention.names in known
            assert (
                text[mention.start : mention.end].strip()
                and " " not in text[mention.start : mention.end]
            )
        if thing.difficulty != "silent":
            assert {mention.names for mention in mentions} == known


@pytest.mark.parametrize("name", NAMES)
def test_plans_are_drawable(name: str):
    design = demo.design(name)
    for thing in things(name):
        plan = thing.plan
        assert plan.form in design.forms and set(plan.parts) <= set(design.parts[plan.form])
        assert len({m.name for m in plan.motifs}) == len({m.place for m in plan.motifs})
        for motif in plan.motifs:
            assert motif.name in MOTIFS and motif.place in PLACES
            assert motif.colour in ("", *COLOURS)


@given(number=st.integers(0, 10_000), seed=st.integers(0, 2**32 - 1))
def test_a_thing_depends_on_its_seed_and_place_alone(number: int, seed: int):
    design = demo.design("artifacts")
    first = plan_thing(design, "artifacts", seed, number)
    assert first == plan_thing(design, "artifacts", seed, number)
    other = plan_thing(design, "artifacts", (seed + 1) % 2**32, number)
    assert other.plan.seed != first.plan.seed


def test_the_words_say_nothing_of_the_label_but_by_the_hint():
    """Form, motifs and dates are dealt without looking at the label (chi-squared test)."""
    from scipy.stats import chi2_contingency

    for name in NAMES:
        labels = demo.design(name).labels
        for what in (lambda t: t.plan.form, lambda t: t.plan.motifs[0].name):
            table = Counter((t.plan.label, what(t)) for t in things(name))
            columns = sorted({column for _, column in table})
            counts = np.array([[table[label, c] for c in columns] for label in labels])
            result: Any = chi2_contingency(counts)
            assert result.pvalue > 1e-4
