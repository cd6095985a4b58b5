"""What the controls of a condition stand at: a short text, a condition, a file."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some

from qcmfm.core.errors import CircuitError
from qcmfm.lab import condition as conditions
from qcmfm.lab.chosen import CHOOSABLE, Chosen, Placed, moments
from qcmfm.lab.condition import Condition
from qcmfm.quantum.noise import NoiseEntry, NoiseSetting
from qcmfm.quantum.noise import strengths as ranges
from qcmfm.quantum.noise_files import load_preset, preset_names

UNIT = some.floats(0, 1)


@some.composite
def placed(draw) -> Placed:
    channel = draw(some.sampled_from(CHOOSABLE))
    names = [name for name, of in ranges(channel).items() if not of.positive]
    return Placed(
        channel,
        draw(some.sampled_from(moments(channel))),
        draw(some.dictionaries(some.sampled_from(names), UNIT)),
    )


CHOSEN = some.builds(
    Chosen,
    base=some.just(""),
    channels=some.lists(placed(), unique_by=lambda p: p.channel, max_size=3).map(tuple),
    false_one=UNIT,
    false_zero=UNIT,
    shots=some.integers(0, 10**8),
) | some.builds(Chosen, base=some.sampled_from(preset_names()), factor=some.floats(0, 20))


@given(CHOSEN)
def test_a_link_gives_back_what_was_chosen(chosen: Chosen):
    assert Chosen.from_text(chosen.to_text()) == chosen


@given(some.text() | some.text(alphabet="depolarizing@gate:probability=0.1+shots,*heron_"))
def test_any_text_is_read_as_something_that_can_be(text: str):
    found = Chosen.from_text(text)
    if not found.base:
        assert isinstance(found.condition(), Condition)


def test_a_preset_is_stretched_and_added_to():
    chosen = Chosen.from_text(
        "superconducting_heron*2+bit_flip@layer:probability=0.1+readout:0.1,0"
    )
    found = chosen.condition().setting
    preset = load_preset("superconducting_heron").stretched(2.0).entries
    assert found.entries == (
        *preset,
        NoiseEntry("bit_flip", {"probability": 0.1}, "layer"),
        NoiseEntry("readout_error", {"false_one": 0.1, "false_zero": 0.0}, "readout"),
    )
    assert found.name == "IBM Heron (superconducting) × 2 + bit flip + readout error"


def test_a_condition_is_kept_under_a_name_and_found_again(home: Path):
    condition = Chosen.from_text("depolarizing@gate:probability=0.01+shots:1000").condition()
    path = conditions.save(" our device ", condition)
    assert path == home / "noise" / "our device.json"
    assert json.loads(path.read_text())["shots"] == 1000
    assert conditions.saved_names() == ["our device"]
    found = conditions.open_condition("our device")
    assert found.setting.entries == condition.setting.entries and found.shots == 1000
    assert found.setting.name == "our device"
    assert Chosen.from_text("our device*3").base == "our device"
    assert conditions.open_condition(str(path)) == found


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("", "has no name"),
        (" \t", "has no name"),
        ("../up", "cannot be called"),
        ("a\x07b", "cannot be called"),
        (".hidden", "cannot be called"),
        ("x" * 61, "cannot be called"),
        ("superconducting_heron", "came with the program"),
        ("None", "means no noise"),
    ],
)
def test_a_name_that_cannot_be_is_refused(name: str, told: str, home: Path):
    with pytest.raises(CircuitError, match=told) as caught:
        conditions.save(name, Condition(NoiseSetting("x")))
    assert caught.value.hint and len(str(caught.value)) < 300
    assert not list(home.rglob("*.json"))


def test_one_that_is_kept_is_replaced_only_where_that_is_said(home: Path):
    for _ in range(2):  # the same once more is no other
        conditions.save("our device", Condition(NoiseSetting("x"), 100))
    with pytest.raises(CircuitError, match="a setting our device already"):
        conditions.save("Our Device", Condition(NoiseSetting("x"), 300))
    assert conditions.open_condition("our device").shots == 100
    conditions.save("Our Device", Condition(NoiseSetting("x"), 300), instead=True)
    assert conditions.saved_names() == ["our device"]
    assert conditions.open_condition("our device").shots == 300


def test_the_files_of_noise_settings_are_conditions_too():
    found = conditions.open_condition("trapped_ion_h2")
    assert found == Condition(load_preset("trapped_ion_h2"))
    assert Condition.from_json(found.to_json()) == found


@pytest.mark.parametrize(
    "text", ["{", "[]", '{"name": "x", "shots": 1.5}', '{"name": "x", "a": 1}']
)
def test_what_is_no_condition_is_refused(text: str):
    with pytest.raises(CircuitError):
        Condition.from_json(text)


def test_shots_out_of_range_and_unknown_names_are_refused():
    with pytest.raises(CircuitError, match="-1 shots"):
        Condition(NoiseSetting("x"), -1)
    with pytest.raises(CircuitError, match="no noise setting 'nowhere'"):
        conditions.open_condition("nowhere")
