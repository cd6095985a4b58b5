"""The labels of a collection under a noise, against PennyLane, scikit-learn and formulas."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from scipy.special import softmax
from sklearn.metrics import accuracy_score, f1_score

from qcmfm.core.errors import CircuitError, RecordsError
from qcmfm.core.progress import finish
from qcmfm.lab import estimates
from qcmfm.lab.estimates import intervals, mitigate, state_figures
from qcmfm.lab.outcome import compute_outcome, flips, stability
from qcmfm.lab.sweep import sweep, sweep_setting
from qcmfm.quantum.noise import NoiseSetting, PlacedChannel
from qcmfm.quantum.noise_files import load_preset
from qcmfm.quantum.pennylane_bridge import noisy_qnode
from tests.lab.made import LABELS, made_inputs, made_readout

STRONG = NoiseSetting(
    "strong",
    (
        PlacedChannel("depolarizing", {"probability": 0.03}),
        PlacedChannel("readout_error", {"false_one": 0.05, "false_zero": 0.02}, "readout"),
    ),
)
INPUTS = made_inputs()
CLEAN = compute_outcome(INPUTS, INPUTS.own_noise)
NOISY = compute_outcome(INPUTS, STRONG)


def test_the_probabilities_are_those_of_pennylane_s_density_matrices():
    readout = INPUTS.readout
    run = noisy_qnode(readout.circuit, STRONG)
    amplitudes = INPUTS.amplitudes[:5].double()
    values = torch.stack([torch.stack(run(x, readout.angles.double())) for x in amplitudes])
    logits = values @ readout.factors.double().T + readout.bias.double()
    expected = softmax(logits.numpy() / readout.temperature, axis=1)
    np.testing.assert_allclose(NOISY.probabilities[:5], expected, atol=2e-5)


@pytest.mark.parametrize("outcome", [CLEAN, NOISY], ids=["clean", "noisy"])
def test_the_figures_are_scikit_learn_s(outcome):
    rows = [row for row, record in enumerate(INPUTS.records) if record.label]
    truth = [INPUTS.records[row].label for row in rows]
    said = [LABELS[place] for place in outcome.probabilities[rows].argmax(1)]
    assert outcome.accuracy == pytest.approx(accuracy_score(truth, said))
    assert outcome.macro_f1 == pytest.approx(f1_score(truth, said, average="macro"))
    assert outcome.confidence == pytest.approx(outcome.probabilities.max(1).mean())


def test_flips_are_the_records_whose_label_differs_and_are_below_zero_in_stability():
    changed = flips(INPUTS, NOISY, CLEAN)
    assert changed and len(changed) < len(INPUTS.records)
    assert [f.was_sure for f in changed] == sorted((f.was_sure for f in changed), reverse=True)
    firm = dict(zip([r.record_id for r in INPUTS.records], stability(NOISY, CLEAN), strict=True))
    assert {name for name, value in firm.items() if value < 0} == {f.record_id for f in changed}
    assert not flips(INPUTS, CLEAN, CLEAN)
    one = changed[0]
    row = INPUTS.row(one.record_id)
    assert one.before == LABELS[CLEAN.probabilities[row].argmax()]
    assert one.after == LABELS[NOISY.probabilities[row].argmax()]


def test_a_record_that_is_not_there_is_refused():
    with pytest.raises(RecordsError, match="no record 'x'"):
        INPUTS.row("x")


def test_intervals_hold_the_figures_and_the_difference():
    sure = intervals(INPUTS, NOISY, CLEAN)
    assert sure is not None
    assert sure.accuracy.value == pytest.approx(NOISY.accuracy)
    assert sure.macro_f1.value == pytest.approx(NOISY.macro_f1)
    assert NOISY.accuracy is not None and CLEAN.accuracy is not None
    assert sure.difference.value == pytest.approx(NOISY.accuracy - CLEAN.accuracy)
    assert sure.accuracy.low < sure.accuracy.value < sure.accuracy.high


def test_without_labels_there_is_nothing_to_be_right_about():
    from dataclasses import replace

    bare = replace(INPUTS, records=[r.changed(label="") for r in INPUTS.records])
    outcome = compute_outcome(bare, STRONG)
    assert outcome.accuracy is None and outcome.macro_f1 is None
    assert intervals(bare, outcome, outcome) is None


def test_many_shots_come_to_the_exact_labels_and_few_do_not():
    exact = NOISY.probabilities.argmax(1)
    sizes = {}
    for shots in (30, 1_000_000):
        found = finish(estimates.shots(INPUTS, replace(STRONG, shots=shots), NOISY))
        assert found.together and found.shots == shots and found.accuracy is not None
        sizes[shots] = found.flips
        again = finish(estimates.shots(INPUTS, replace(STRONG, shots=shots), NOISY))
        assert again == found
    assert sizes[1_000_000] <= 1 < sizes[30] < len(exact)


def test_shots_of_single_values_come_to_the_same(monkeypatch):
    monkeypatch.setattr(estimates, "JOINT", 3)
    found = finish(estimates.shots(INPUTS, replace(STRONG, shots=1_000_000), NOISY))
    assert not found.together and found.flips <= 1


def test_purity_and_fidelity_fall_with_noise_and_the_reading_does_not_count():
    figures = [
        state_figures(INPUTS, sweep_setting("depolarizing", p), "r3") for p in (0.0, 0.01, 0.05)
    ]
    assert figures[0].fidelity == pytest.approx(1) and figures[0].purity == pytest.approx(1)
    assert figures[0].purity > figures[1].purity > figures[2].purity > figures[0].least_purity
    assert figures[0].fidelity > figures[1].fidelity > figures[2].fidelity
    read = state_figures(INPUTS, sweep_setting("readout_error", 0.3), "r3")
    assert read.purity == pytest.approx(1)


def test_mitigation_brings_the_probabilities_closer_to_those_without_noise():
    weak = load_preset("superconducting_heron")
    noisy = compute_outcome(INPUTS, weak)
    for fit in estimates.FITS:
        better = finish(mitigate(INPUTS, weak, fit))
        off = [abs(o.probabilities - CLEAN.probabilities).max() for o in (better, noisy)]
        assert off[0] < 0.5 * off[1]


def test_an_unknown_fit_and_noise_that_cannot_grow_are_refused():
    with pytest.raises(CircuitError, match="no fit 'cubic'"):
        finish(mitigate(INPUTS, STRONG, "cubic"))
    with pytest.raises(CircuitError):
        finish(mitigate(INPUTS, sweep_setting("bit_flip", 0.4), "linear"))


def test_a_sweep_starts_at_the_reference_and_holds_what_can_be_mitigated():
    points = finish(sweep(INPUTS, ["bit_flip"], CLEAN, "linear", (0.0, 0.02, 0.4)))
    plain = [point for point in points if not point.mitigated]
    assert [point.strength for point in plain] == [0.0, 0.02, 0.4]
    assert plain[0].flips == 0 and plain[0].accuracy.value == pytest.approx(CLEAN.accuracy)
    alone = compute_outcome(INPUTS, sweep_setting("bit_flip", 0.02))
    assert plain[1].accuracy.value == pytest.approx(alone.accuracy)
    assert [point.strength for point in points if point.mitigated] == [0.0, 0.02]


def test_a_readout_of_the_whole_circuit_is_reused():
    readout = made_readout()
    assert readout.simulator is readout.simulator
