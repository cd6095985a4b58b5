"""The Circuit page: a real record on its way through the trained circuit."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from qcmfm.lab.altered import SwitchedOff, altered
from qcmfm.lab.material import Material, Readout
from qcmfm.lab.walk import STEPS, Walk, walk
from qcmfm.quantum.circuit import Circuit
from qcmfm.quantum.resources import resources
from qcmfm.records import Collection
from qcmfm.ui.address import Address, slide, switch
from qcmfm.ui.diagram import drawing, ends, show_diagram, stage_key
from qcmfm.ui.drawn import show_drawn
from qcmfm.ui.keys import key_of
from qcmfm.ui.lab import choose_record, kept, wrapping
from qcmfm.ui.language import N_, _
from qcmfm.ui.pictures import (
    BOTH,
    IMAGE,
    amplitude_columns,
    bars,
    bloch_spheres,
    curve,
    phase_key,
    shares_bars,
)
from qcmfm.ui.programs import show_programs
from qcmfm.ui.records import thumbnail
from qcmfm.ui.widgets import plain, told, words_for

SIZES = ("sizes", "probabilities")


@st.fragment
def show_circuit(address: Address, found: Material, collection: Collection) -> None:
    """The diagram, the stepper and what there is to see at the present step."""
    with told():
        circuit = found.readout.circuit
        record_id = choose_record(address, found)
        amplitudes = found.amplitudes[found.row(record_id)]
        off = SwitchedOff.from_text(address.get("off"), circuit)
        numbers = off.numbers(circuit)
        readout = altered(found.readout, numbers)
        key = (found.key, record_id, address.one_of("every", STEPS, "gate"))
        every = key[-1]
        whole = kept().once(("walk", *key, ""), lambda: walk(found.readout, amplitudes, every))
        taken = kept().once(("walk", *key, off.to_text()), lambda: walk(readout, amplitudes, every))
        with wrapping("record"):
            left, right = st.columns(2, gap="large")
        with left:
            _show_record(found, record_id, collection)
        with right:
            _show_label(readout, taken, whole, bool(numbers))
        with st.container():
            fold = switch(
                address, _("Templates"), "view", ("folded", "expanded"), "folded",
                label_visibility="collapsed",
            ) == "folded"  # fmt: skip
            step = _choose_step(address, taken)
            _show_diagram(address, found.readout, off, taken, step, fold, every)
            _switches(address, off, circuit)
        _show_step(address, readout, taken, step)
        _show_costs(found.readout, readout)
        show_programs(readout, amplitudes, record_id)


def _show_record(found: Material, record_id: str, collection: Collection) -> None:
    record = found.records[found.row(record_id)]
    left, right = st.columns([1, 2])
    picture = thumbnail(collection, record)
    if picture:
        left.image(picture, width="stretch", alt=record.caption or record_id)
    right.markdown(plain(record.caption or _("No caption")))
    right.caption(
        _("Recorded label: {label}").format(label=plain(words_for(record.label)) or _("none"))
    )


def _show_label(readout: Readout, taken: Walk, whole: Walk, changed: bool) -> None:
    """The label at the end of the circuit, beside that of the whole circuit."""
    final, before = _labels(readout, taken, -1), _labels(readout, whole, -1)
    best, was = max(final, key=lambda n: final[n]), max(before, key=lambda n: before[n])
    st.header(
        _("Label: {best}").format(best=plain(words_for(best))),
        anchor=False,
        help=_(
            "The readings of all wires and pairs of wires go to a plain weighted sum; "
            "the label with the largest sum is proposed. No other way leads from the "
            "record to the label."
        ),
    )
    st.html(bars(final, before if changed else None, top=5))
    if changed:
        st.caption(
            _("The mark is the whole circuit, which says {was}. ").format(was=plain(words_for(was)))
            + (_("The label stays.") if best == was else _("**The label has changed.**"))
        )


def _choose_step(address: Address, taken: Walk) -> int:
    """The stepper."""
    last = len(taken) - 1
    step = address.whole("step", last, range(last + 1))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        switch(address, _("One step is a"), "every", STEPS, "gate")
        st.button(
            _("Back"), icon=":material/skip_previous:",
            shortcut=key_of("circuit", "back"), disabled=step == 0,
            on_click=lambda: address.set(step=str(step - 1)),
        )  # fmt: skip
        st.button(
            _("Next"), icon=":material/skip_next:",
            shortcut=key_of("circuit", "next"), disabled=step == last,
            on_click=lambda: address.set(step=str(step + 1)),
        )  # fmt: skip
        slide(address, _("Step"), "step", range(last + 1), last)
    st.caption(
        _("After step {step} of {last}: **{name}**").format(
            step=step, last=last, name=plain(_(taken.names[step]))
        )
    )
    return step


def _show_diagram(
    address: Address,
    whole: Readout,
    off: SwitchedOff,
    taken: Walk,
    step: int,
    fold: bool,
    every: str,
) -> None:
    circuit = whole.circuit
    gone = off.numbers(circuit)
    done = _gates_done(circuit, gone, step, every)
    vectors = taken.bloch[step].tolist()
    svg = drawing(circuit, whole.angles, gone, done, fold)
    clicked = show_diagram(svg, "diagram", ends(vectors))
    if clicked:
        gates = set(off.gates)
        gates = gates - set(clicked) if set(clicked) <= gates else gates | set(clicked)
        changed = SwitchedOff(frozenset(gates), off.layers, off.entanglement)
        address.set(off=changed.to_text(), step="")
        st.rerun(scope="fragment")
    st.caption(
        _(
            "Point at a gate for its trained angles; click it to switch it off or on. At "
            "the right: how likely each wire would read 1 now. Wire 0 says which modality: "
            "0 photo, 1 caption. "
        )
        + stage_key(circuit)
    )


def _gates_done(circuit: Circuit, off: frozenset[int], step: int, every: str) -> int:
    """How many gates of the whole circuit have acted after a step of the altered one."""
    left = [number for number in range(len(circuit.gates)) if number not in off]
    if every == "gate":
        return left[step - 1] + 1 if step else 0
    parts: list[tuple[int, str]] = []
    for number in left:
        gate = circuit.gates[number]
        part = (gate.layer, gate.stage if every == "stage" else "")
        if not parts or parts[-1] != part:
            if len(parts) == step:
                return number
            parts.append(part)
    return len(circuit.gates) if len(parts) <= step else 0


def _switches(address: Address, off: SwitchedOff, circuit: Circuit) -> None:
    """Switching off by words: layers, entanglement, single gates."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        layers = sorted({gate.layer for gate in circuit.gates})
        st.session_state["off-layers"] = sorted(off.layers)
        st.session_state["off-entanglement"] = off.entanglement

        def take() -> None:
            changed = SwitchedOff(
                off.gates,
                frozenset(st.session_state["off-layers"]),
                st.session_state["off-entanglement"],
            )
            address.set(off=changed.to_text(), step="")

        st.pills(
            _("Switch off a whole layer"), layers, selection_mode="multi", key="off-layers",
            format_func=lambda layer: _("layer {layer}").format(layer=layer + 1), on_change=take,
        )  # fmt: skip
        st.toggle(
            _("No entanglement"), key="off-entanglement", on_change=take,
            help=_("Leaves out every gate on two wires: each qubit is then on its own."),
        )  # fmt: skip
        if off.to_text():
            st.button(
                _("Everything on again"), icon=":material/restart_alt:",
                on_click=lambda: address.set(off="", step=""),
            )  # fmt: skip
    if off.gates:
        told_off = ", ".join(f"{number}" for number in sorted(off.gates)[:40])
        st.caption(_("Gates switched off one by one: {told_off}").format(told_off=told_off))


def _show_step(address: Address, readout: Readout, taken: Walk, step: int) -> None:
    """Everything there is to see of the state."""
    st.header(_("The state at this step"), anchor=False)
    with wrapping("state"):
        left, middle, right = st.columns(3, gap="medium")
    with left:
        _heading(_("How the modalities mix"), MIXING)
        show_drawn(
            curve(
                {
                    _("entanglement of wire 0"): (taken.entropy.tolist(), IMAGE),
                    _("photo and caption meet"): (taken.interference.tolist(), BOTH),
                },
                step,
                _("Entanglement of the modality qubit and how far photo and caption meet, by step"),
            ),
            "curve",
        )
        st.caption(
            _(
                "Wire 0 with the rest: **{entropy:.3f}** bit · all wires: "
                "{entanglement:.3f} · meeting: {interference:.3f}"
            ).format(
                entropy=taken.entropy[step].item(),
                entanglement=taken.entanglement[step].item(),
                interference=taken.interference[step].item(),
            )
        )
    with middle:
        _heading(_("Who made the readings"), SHARES)
        st.html(shares_bars(taken.shares[step]))
    with right:
        _heading(_("Labels, if one measured now"), EARLY)
        st.html(bars(_labels(readout, taken, step), top=5))
        st.caption(_("Trained to be read at the end only; before that it is a guess."))
    _show_amplitudes(address, taken, step)
    _heading(_("One arrow for each qubit"), ARROWS)
    show_drawn(bloch_spheres(taken.bloch[step]), "arrows")


def _show_amplitudes(address: Address, taken: Walk, step: int) -> None:
    left, right = st.columns([3, 2], vertical_alignment="bottom")
    with left:
        _heading(_("All amplitudes"), AMPLITUDES)
    what = switch(
        address, _("Columns show"), "columns", SIZES, "sizes", right, label_visibility="collapsed"
    )
    columns = amplitude_columns(taken.states[step], what == "probabilities")
    show_drawn(columns + phase_key(), "amplitudes")


def _labels(readout: Readout, taken: Walk, step: int) -> dict[str, float]:
    return dict(zip(readout.labels, taken.probabilities[step].tolist(), strict=True))


def _heading(words: str, explanation: str, place: DeltaGenerator | None = None) -> None:
    (place or st).markdown(f"**{words}**", help=_(explanation))


def _show_costs(whole: Readout, readout: Readout) -> None:
    """What the circuit would cost a device."""
    st.header(_("What it costs"), anchor=False, help=_(COSTS))
    rows = []
    for name, one in ((_("whole circuit"), whole), (_("as switched now"), readout)):
        found = resources(one.circuit)
        rows.append(
            {
                _("Circuit"): name,
                _("Qubits"): found.n_qubits,
                _("Gates"): found.n_gates,
                _("On two qubits"): found.n_two_qubit,
                _("Depth"): found.depth,
                _("Angles"): found.n_parameters,
            }
            | {kind: found.gates.get(kind, 0) for kind in resources(whole.circuit).gates}
        )
    shown = rows if readout.circuit != whole.circuit else rows[:1]
    st.dataframe(shown, hide_index=True, alt=_("Gates, depth and angles of the circuit"))


MIXING = N_(
    "At the start wire 0 says which half is the photo (0) and which the caption (1). "
    "The gates entangle it with the other wires: 1 bit is as much as one qubit can "
    "have. Photo and caption meet where both put amplitude on the same outcome; only "
    "there can they add up or cancel out."
)
SHARES = N_(
    "A reading is a number between −1 and +1. It splits exactly into what the photo's "
    "half would give alone, what the caption's half would give alone, and what only "
    "both together give. The last part is zero if the photo and the caption never meet."
)
EARLY = N_(
    "The same weighted sum as at the end, applied to the readings that this step would give."
)
AMPLITUDES = N_(
    "A register of n qubits has 2ⁿ possible outcomes, and a number for each, its "
    "amplitude. The square of its size is the probability of the outcome; its phase "
    "decides whether it adds to others or cancels them when gates mix them. At the "
    "start the left half of the list holds the photo, the other the caption."
)
ARROWS = N_(
    "Up means the wire surely reads 0, down that it surely reads 1. An arrow shorter "
    "than its ball means that the wire is entangled: it has no state of its own."
)
COSTS = N_(
    "Gates on two qubits are the ones that go wrong most on today's devices. Depth is "
    "how many steps there are if gates that do not wait for each other run at once. "
    "Packing the record into the amplitudes comes on top, and on a device it would "
    "cost more than the circuit itself."
)
