"""The controls of one noise setting of the Noise lab; what is chosen is in the page's address."""

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import streamlit as st

from qcmfm.lab.noise_recipe import CHOOSABLE, NoiseRecipe, moments
from qcmfm.lab.saved_noise import NO_NOISE, saved_names, title
from qcmfm.quantum.noise import PlacedChannel
from qcmfm.quantum.noise import strengths as ranges
from qcmfm.quantum.noise_files import preset_names
from qcmfm.ui.shared.address import Address, set_widget
from qcmfm.ui.shared.errors import error_boundary
from qcmfm.ui.shared.formatting import words_for
from qcmfm.ui.shell.language import N_, _

Save = Callable[[NoiseRecipe], None]
MOST = 4
SHOTS = (0, 100, 300, 1000, 3000, 10_000, 100_000)
START = (
    "depolarizing@gate:probability=0.005+readout:0.02,0.02",
    "superconducting_heron",
    "superconducting_sycamore",
    "trapped_ion_h2",
)
"""What the columns show on the first visit."""

_FIRST = {
    "thermal_relaxation": {"t1": 100.0, "t2": 80.0, "gate_time": 0.5},
    "coherent_over_rotation": {"x": 0.05},
    "coherent_zz_over_rotation": {"angle": 0.05},
    "generalised_amplitude_damping": {"damping": 0.01, "excited_population": 0.1},
}
"""Strengths that a channel begins with; 0.01 for the others."""

MOMENTS = {
    "start": N_("once, at the start"),
    "gate": N_("after every gate"),
    "stage": N_("after every stage"),
    "layer": N_("after every layer"),
}

CHANNEL_WORDS = {
    "bit_flip": N_("0 and 1 are swapped"),
    "phase_flip": N_("the sign of 1 is turned"),
    "bit_phase_flip": N_("both of these at once"),
    "depolarizing": N_("any of these three, by chance"),
    "two_qubit_depolarizing": N_("any error on both wires of a gate"),
    "amplitude_damping": N_("1 decays to 0, as energy leaks away"),
    "generalised_amplitude_damping": N_("the same towards a warm surrounding"),
    "phase_damping": N_("phases are forgotten, 0 and 1 stay"),
    "thermal_relaxation": N_("decay and forgetting during a gate's time (T1, T2)"),
    "coherent_over_rotation": N_("every gate turns a little too far, always alike"),
    "coherent_zz_over_rotation": N_("neighbours turn each other (crosstalk)"),
}


def texts(address: Address) -> list[str]:
    """The text of every noise setting, two to four of them."""
    found = address.get_all("noise")[:MOST]
    return (found + list(START)[len(found) :])[: max(2, len(found))]


def choose_count(address: Address) -> int:
    """Let the visitor choose how many noise settings are side by side."""
    given = texts(address)
    set_widget("conditions", len(given))

    def take() -> None:
        count = st.session_state["conditions"] or len(given)
        address.set(noise=(given + list(START[len(given) :]))[:count])

    st.segmented_control(_("Side by side"), [2, 3, 4], key="conditions", on_change=take)
    return len(given)


def choose_noise(address: Address, place: int) -> NoiseRecipe:
    """The controls of one noise setting."""
    given = texts(address)
    recipe = NoiseRecipe.from_text("" if given[place] == NO_NOISE else given[place])

    def save(changed: NoiseRecipe) -> None:
        now = texts(address)
        now[place] = changed.to_text() or NO_NOISE
        address.set(noise=now)

    _choose_device(recipe, place, save)
    _choose_channels(recipe, place, save)
    _choose_readout(recipe, place, save)
    return recipe


def _choose_device(recipe: NoiseRecipe, place: int, save: Save) -> None:
    """A preset or a saved setting, and how strong it is."""
    options = ["", *preset_names(), *saved_names()]
    key = f"base-{place}"
    set_widget(key, recipe.base)
    st.selectbox(
        _("Device"), options, key=key,
        format_func=lambda name: _(title(name)) or _("none: channels of my own"),
        on_change=lambda: save(replace(recipe, base=st.session_state[key] or "", factor=1.0)),
    )  # fmt: skip
    if recipe.base:
        slider = f"factor-{place}"
        set_widget(slider, recipe.factor)
        st.slider(
            _("Times its noise"), 0.0, max(10.0, recipe.factor), step=0.1, key=slider,
            on_change=lambda: save(replace(recipe, factor=st.session_state[slider])),
        )  # fmt: skip


def _choose_channels(recipe: NoiseRecipe, place: int, save: Save) -> None:
    """Which channels act besides, how strongly and when."""
    key = f"channels-{place}"
    there = {placed.channel: placed for placed in recipe.channels}
    set_widget(key, list(there))

    def take() -> None:
        names = st.session_state[key]
        channels = tuple(there.get(name) or _initial(name) for name in names)
        save(replace(recipe, channels=channels))

    st.multiselect(
        _("Channels"), CHOOSABLE, key=key, on_change=take, placeholder=_("Add a kind of noise"),
        format_func=lambda name: f"{words_for(name)}: {_(CHANNEL_WORDS[name])}"
        if name in CHANNEL_WORDS and name not in there
        else words_for(name),
    )  # fmt: skip
    for placed in recipe.channels:
        _choose_strengths(recipe, placed, place, save)


def _initial(channel: str) -> PlacedChannel:
    """A channel with the strengths that it begins with."""
    first = _FIRST.get(channel) or dict.fromkeys(list(ranges(channel))[:1], 0.01)
    return PlacedChannel(channel, first)


def _choose_strengths(recipe: NoiseRecipe, placed: PlacedChannel, place: int, save: Save) -> None:
    """A slider for every strength of a channel, and the moment at which it acts."""

    def changed(**values: Any) -> None:
        with error_boundary():  # some strengths exclude each other, such as a T2 above 2 T1
            others = tuple(
                replace(other, **values) if other.channel == placed.channel else other
                for other in recipe.channels
            )
            save(replace(recipe, channels=others))

    for name, of in ranges(placed.channel).items():
        value = placed.strengths.get(name, _idle(placed.channel, name))
        key = f"{placed.channel}-{name}-{place}"
        set_widget(key, float(value))
        title = f"{words_for(placed.channel)}: {words_for(name)}".capitalize()

        def take(name: str = name, key: str = key) -> None:
            changed(strengths={**placed.strengths, name: st.session_state[key]})

        if of.positive:
            st.number_input(title, 0.001, None, key=key, on_change=take, format="%.3f")
        else:
            low, high = _span(of.low, of.high, placed.at, float(value))
            st.slider(title, low, high, step=0.001, format="%.3f", key=key, on_change=take)
    allowed = moments(placed.channel)
    if len(allowed) > 1:
        key = f"{placed.channel}-at-{place}"
        set_widget(key, placed.at)
        st.selectbox(
            _("Acts"), allowed, key=key, format_func=lambda at: _(MOMENTS[at]),
            on_change=lambda: changed(at=st.session_state[key]), label_visibility="collapsed",
        )  # fmt: skip


def _idle(channel: str, name: str) -> float:
    """The value of a strength that is not given: where the channel does nothing."""
    return 1.0 if ranges(channel)[name].positive else 0.0


def _span(low: float, high: float, at: str, value: float) -> tuple[float, float]:
    """Ends of a slider: fine after every gate, of which there are many."""
    most = 0.1 if at == "gate" else 0.5
    if math.isinf(low):
        return min(-0.5, value), max(0.5, value)
    if math.isinf(high):
        return low, max(5.0, value)
    return low, min(high, max(most, value))


def _choose_readout(recipe: NoiseRecipe, place: int, save: Save) -> None:
    """Readout errors and shots."""
    key = f"readout-{place}"
    same = recipe.false_one == recipe.false_zero
    value = recipe.false_one if same else (recipe.false_one + recipe.false_zero) / 2
    set_widget(key, value)
    words = _("Readout error") if same else _("Readout error (mean of both kinds)")

    def take_readout() -> None:
        error = st.session_state[key]
        save(replace(recipe, false_one=error, false_zero=error))

    st.slider(
        words, 0.0, max(0.2, value), step=0.001, format="%.3f", key=key, on_change=take_readout
    )
    shots = f"shots-{place}"
    options = sorted({*SHOTS, recipe.shots})
    set_widget(shots, recipe.shots)
    st.select_slider(
        _("Shots"), options, key=shots,
        format_func=lambda count: f"{count:,}" if count else _("exact"),
        on_change=lambda: save(replace(recipe, shots=st.session_state[shots])),
        help=_("How often a record is measured. Exact is what infinitely many would give."),
    )  # fmt: skip
