"""A noise setting as a visitor composes it: a short text, a setting, a file."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some

from qcmfm.core.errors import CircuitError
from qcmfm.lab import saved_noise
from qcmfm.lab.noise_recipe import CHOOSABLE, NoiseRecipe, moments
from qcmfm.quantum.noise import NoiseSetting, PlacedChannel
from qcmfm.quantum.noise import strengths as ranges
from qcmfm.quantum.noise_files import from_json, load_preset, preset_names, to_json

UNIT = some.floats(0, 1)


@some.composite
def placed(draw) -> PlacedChannel:
    channel = draw(some.sampled_from(CHOOSABLE))
    names = [name for name, of in ranges(channel).items() if not of.positive]
    return PlacedChannel(
        channel,
        draw(some.dictionaries(some.sampled_from(names), UNIT)),
        draw(some.sampled_from(moments(channel))),
    )


CHOSEN = some.builds(
    NoiseRecipe,
    base=some.just(""),
    channels=some.lists(placed(), unique_by=lambda p: p.channel, max_size=3).map(tuple),
    false_one=UNIT,
    false_zero=UNIT,
    shots=some.integers(0, 10**8),
) | some.builds(NoiseRecipe, base=some.sampled_from(preset_names()), factor=some.floats(0, 20))


@given(CHOSEN)
def test_a_link_gives_back_what_was_chosen(chosen: NoiseRecipe):
    assert NoiseRecipe.from_text(chosen.to_text()) == chosen


@given(some.text() | some.text(alphabet="depolarizing@gate:probability=0.1+shots,*heron_"))
def test_any_text_is_read_as_something_that_can_be(text: str):
    found = NoiseRecipe.from_text(text)
    if not found.base:
        assert isinstance(found.setting(), NoiseSetting)


def test_a_preset_is_stretched_and_added_to():
    chosen = NoiseRecipe.from_text(
        "superconducting_heron*2+bit_flip@layer:probability=0.1+readout:0.1,0"
    )
    found = chosen.setting()
    preset = load_preset("superconducting_heron").stretched(2.0).entries
    assert found.entries == (
        *preset,
        PlacedChannel("bit_flip", {"probability": 0.1}, "layer"),
        PlacedChannel("readout_error", {"false_one": 0.1, "false_zero": 0.0}, "readout"),
    )
    assert found.name == "IBM Heron (superconducting) × 2 + bit flip + readout error"


def test_a_setting_is_saved_under_a_name_and_found_again(home: Path):
    setting = NoiseRecipe.from_text("depolarizing@gate:probability=0.01+shots:1000").setting()
    path = saved_noise.save(" our device ", setting)
    assert path == home / "noise" / "our device.json"
    assert json.loads(path.read_text())["shots"] == 1000
    assert saved_noise.saved_names() == ["our device"]
    found = saved_noise.open_setting("our device")
    assert found.entries == setting.entries and found.shots == 1000
    assert found.name == "our device"
    assert NoiseRecipe.from_text("our device*3").base == "our device"
    assert saved_noise.open_setting(str(path)) == found


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
        saved_noise.save(name, NoiseSetting("x"))
    assert caught.value.hint and len(str(caught.value)) < 300
    assert not list(home.rglob("*.json"))


def test_a_saved_one_is_replaced_only_where_that_is_said(home: Path):
    for _ in range(2):  # the same once more is no other
        saved_noise.save("our device", NoiseSetting("x", shots=100))
    with pytest.raises(CircuitError, match="a setting our device already"):
        saved_noise.save("Our Device", NoiseSetting("x", shots=300))
    assert saved_noise.open_setting("our device").shots == 100
    saved_noise.save("Our Device", NoiseSetting("x", shots=300), instead=True)
    assert saved_noise.saved_names() == ["our device"]
    assert saved_noise.open_setting("our device").shots == 300


def test_a_preset_is_opened_by_its_name():
    found = saved_noise.open_setting("trapped_ion_h2")
    assert found == load_preset("trapped_ion_h2")
    assert from_json(to_json(found)) == found


@pytest.mark.parametrize(
    "text", ["{", "[]", '{"name": "x", "shots": 1.5}', '{"name": "x", "a": 1}']
)
def test_what_is_no_setting_is_refused(text: str):
    with pytest.raises(CircuitError):
        from_json(text)


def test_shots_out_of_range_and_unknown_names_are_refused():
    with pytest.raises(CircuitError, match="-1 shots"):
        NoiseSetting("x", shots=-1)
    with pytest.raises(CircuitError, match="no noise setting 'nowhere'"):
        saved_noise.open_setting("nowhere")


SAVED = """{
  "name": "our device",
  "source": "",
  "entries": [
    {
      "channel": "thermal_relaxation",
      "strengths": {
        "t1": 100.0,
        "t2": 80.0,
        "gate_time": 0.5
      },
      "at": "gate",
      "gate_wires": 2
    },
    {
      "channel": "readout_error",
      "strengths": {
        "false_one": 0.02,
        "false_zero": 0.03
      },
      "at": "readout"
    }
  ],
  "shots": 1000
}
"""


def test_a_file_of_version_0_1_is_opened_and_written_byte_for_byte():
    setting = from_json(SAVED)
    assert setting.shots == 1000 and [one.at for one in setting.entries] == ["gate", "readout"]
    assert setting.entries[0].gate_wires == 2
    assert to_json(setting) == SAVED


def test_the_text_of_a_link_keeps_its_spelling():
    text = (
        "superconducting_heron*2.5+thermal_relaxation@gate:t1=100.0,t2=80.0,gate_time=0.5"
        "+bit_flip@layer:probability=0.01+readout:0.02,0.03+shots:1000"
    )
    assert NoiseRecipe.from_text(text).to_text() == text
