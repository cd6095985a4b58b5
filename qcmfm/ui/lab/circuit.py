"""The Circuit page: a real record on its way through the trained circuit."""

import streamlit as st

from qcmfm.lab.circuit_inputs import CircuitInputs, Readout
from qcmfm.lab.state_steps import STEPS, Walk, walk
from qcmfm.lab.switched_gates import SwitchedOff, without_gates
from qcmfm.quantum.circuit import Circuit
from qcmfm.quantum.resources import resources
from qcmfm.records import Collection
from qcmfm.ui.lab.circuit_state import labels_at, show_step
from qcmfm.ui.lab.diagram import drawing, ends, show_diagram, stage_key
from qcmfm.ui.lab.inputs import choose_record
from qcmfm.ui.lab.pictures import bars
from qcmfm.ui.lab.programs import show_programs
from qcmfm.ui.lab.results import result_cache
from qcmfm.ui.shared.address import Address, one_of, whole_number
from qcmfm.ui.shared.address_widgets import slide, switch
from qcmfm.ui.shared.errors import error_boundary
from qcmfm.ui.shared.formatting import plain, words_for
from qcmfm.ui.shared.keys import key_of
from qcmfm.ui.shared.layout import wrapping_container
from qcmfm.ui.shared.records import thumbnail
from qcmfm.ui.shell.language import N_, _


@st.fragment
def show_circuit(address: Address, found: CircuitInputs, collection: Collection) -> None:
    """The diagram, the stepper and what there is to see at the present step."""
    with error_boundary():
        circuit = found.readout.circuit
        record_id = choose_record(address, found)
        amplitudes = found.amplitudes[found.row(record_id)]
        off = SwitchedOff.from_text(address.get("off"), circuit)
        numbers = off.numbers(circuit)
        readout = without_gates(found.readout, numbers)
        every = address.read("every", "gate", one_of(STEPS))
        key = ("walk", found.key, record_id, every)
        unaltered = result_cache().get(
            ("walk", *key, ""), lambda: walk(found.readout, amplitudes, every)
        )
        states = result_cache().get((*key, off.to_text()), lambda: walk(readout, amplitudes, every))
        with wrapping_container("record"):
            left, right = st.columns(2, gap="large")
        with left:
            _show_record(found, record_id, collection)
        with right:
            _show_label(readout, states, unaltered, bool(numbers))
        with st.container():
            fold = switch(
                address, _("Templates"), "view", ("folded", "expanded"), "folded",
                label_visibility="collapsed",
            ) == "folded"  # fmt: skip
            step = _choose_step(address, states)
            _show_diagram(address, found.readout, off, states, step, fold, every)
            _switches(address, off, circuit)
        show_step(address, readout, states, step)
        _show_costs(found.readout, readout)
        show_programs(readout, amplitudes, record_id)


def _show_record(found: CircuitInputs, record_id: str, collection: Collection) -> None:
    record = found.records[found.row(record_id)]
    left, right = st.columns([1, 2])
    picture = thumbnail(collection, record)
    if picture:
        left.image(picture, width="stretch", alt=record.caption or record_id)
    right.markdown(plain(record.caption or _("No caption")))
    right.caption(
        _("Recorded label: {label}").format(label=plain(words_for(record.label)) or _("none"))
    )


def _show_label(readout: Readout, states: Walk, unaltered: Walk, changed: bool) -> None:
    """The label at the end of the circuit, beside that of the whole circuit."""
    final, before = labels_at(readout, states, -1), labels_at(readout, unaltered, -1)
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


def _choose_step(address: Address, states: Walk) -> int:
    """The stepper."""
    last = len(states) - 1
    step = address.read("step", last, whole_number(range(last + 1)))
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
            step=step, last=last, name=plain(_(states.names[step]))
        )
    )
    return step


def _show_diagram(
    address: Address,
    unaltered: Readout,
    off: SwitchedOff,
    states: Walk,
    step: int,
    fold: bool,
    every: str,
) -> None:
    circuit = unaltered.circuit
    gone = off.numbers(circuit)
    done = _gates_done(circuit, gone, step, every)
    vectors = states.bloch[step].tolist()
    svg = drawing(circuit, unaltered.angles, gone, done, fold)
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
        switched_off = ", ".join(f"{number}" for number in sorted(off.gates)[:40])
        st.caption(_("Gates switched off one by one: {told_off}").format(told_off=switched_off))


def _show_costs(unaltered: Readout, readout: Readout) -> None:
    """What the circuit would cost a device."""
    st.header(_("What it costs"), anchor=False, help=_(COSTS))
    rows = []
    for name, one in ((_("whole circuit"), unaltered), (_("as switched now"), readout)):
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
            | {kind: found.gates.get(kind, 0) for kind in resources(unaltered.circuit).gates}
        )
    shown = rows if readout.circuit != unaltered.circuit else rows[:1]
    st.dataframe(shown, hide_index=True, alt=_("Gates, depth and angles of the circuit"))


COSTS = N_(
    "Gates on two qubits are the ones that go wrong most on today's devices. Depth is "
    "how many steps there are if gates that do not wait for each other run at once. "
    "Packing the record into the amplitudes comes on top, and on a device it would "
    "cost more than the circuit itself."
)
