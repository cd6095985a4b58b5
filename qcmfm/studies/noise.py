"""Effect of noise on a QCMFM of six qubits, trained without noise and under the noise itself.

Every one-qubit channel acts after every gate, with strengths from 0 to 0.2; the expectation values
that the classifier reads are simulated exactly. For three channels and three strengths, the model
is also trained under the noise.
"""

from collections.abc import Iterator
from dataclasses import replace

import torch

from qcmfm.core import storage
from qcmfm.core.progress import Progress, Work
from qcmfm.fusion.base import FusionModel
from qcmfm.fusion.qcmfm import QCMFM
from qcmfm.quantum.noise import CHANNEL_WIRES, NoiseSetting, PlacedChannel, strengths
from qcmfm.quantum.noisy_simulation import NoisySimulator
from qcmfm.studies.request import StudyRequest
from qcmfm.studies.trials.figures import draw_curves
from qcmfm.studies.trials.plan import TEST, EncodedCollection, measured
from qcmfm.studies.trials.results import Results, Trial, accuracy_curves
from qcmfm.studies.trials.trial import TrialAnswers, train_and_answer
from qcmfm.studies.trials.worker_processes import side_by_side
from qcmfm.training import TrainingSettings

TITLE = "Under noise"
SEEDS = 3
VIEWS = 5
QUBITS = 6
STRENGTHS = (0.0, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2)
AWARE_CHANNELS = ("depolarizing", "amplitude_damping", "phase_damping")
AWARE_STRENGTHS = (0.01, 0.05, 0.1)
_FIXED = {
    "thermal_relaxation": {"t1": 1.0, "t2": 1.0},
    "generalised_amplitude_damping": {"excited_population": 0.5},
}
"""Fixed parameters: the strength of a relaxation is then the gate time relative to T1 and T2, and a
generalised damping is one towards equal populations of both states."""
CLEAN, AWARE = "trained_clean", "trained_under_noise"
TRAINED = ", trained under it"
"""Suffix of a curve's name, after the channel, if the model was trained under that channel."""


def channels() -> list[str]:
    """The names of the channels; their strength is a probability, or an angle in radians."""
    return [name for name in CHANNEL_WIRES if _main_strength(name)]


def _main_strength(channel: str) -> str:
    """The name of a channel's main parameter, from 0 to 0.2 or more; empty if it has none."""
    growing = [
        name
        for name, found in strengths(channel).items()
        if found.low <= 0 and found.high >= 0.2 and found.stretches and not found.positive
    ]
    return growing[0] if growing else ""


def setting(channel: str, strength: float) -> NoiseSetting:
    """The noise setting of a channel after every gate, on each wire that the gate acts on.

    Args:
        channel: One of `channels`.
        strength: Value of its main parameter.
    """
    values = {_main_strength(channel): strength, **_FIXED.get(channel, {})}
    at = "readout" if channel == "readout_error" else "gate"
    return NoiseSetting(_condition(channel, strength), (PlacedChannel(channel, values, at),))


def run(request: StudyRequest) -> Work[None]:
    """Train and test under every noise, and write the curves; no training is repeated."""
    for name in request.collections:
        material = yield from request.encoded(name, VIEWS)
        cells = list(_cells(request, material.name))
        found = side_by_side(_train, material, cells, request.is_over)
        for number, rows in enumerate(found, 1):
            request.results.add(rows)
            first = rows[0]
            note = f"{first.system} {first.condition}, seed {first.seed}: {first.accuracy:.3f}"
            yield Progress(f"Noise on {material.name}", number, len(cells), note)
        if request.is_over():
            return
        _draw(request.results, material.name)


def _cells(request: StudyRequest, collection: str) -> Iterator[tuple[str, int, str, float]]:
    """All trainings that have no row in the results yet."""
    done = request.results.done()
    for seed in range(request.seeds):
        trainings = [(CLEAN, "", 0.0)]
        trainings += [(AWARE, c, s) for c in AWARE_CHANNELS for s in AWARE_STRENGTHS]
        for system, channel, strength in trainings:
            condition = _condition(channel, strength) if channel else _condition("none", 0.0)
            if (collection, system, str(seed), TEST, condition) not in done:
                yield system, seed, channel, strength


def _condition(channel: str, strength: float) -> str:
    return f"{channel} {strength:g}"


def _train(material: EncodedCollection, cell: tuple[str, int, str, float]) -> list[Trial]:
    """Train once and test; returns the rows, the first of them under the noise of the training."""
    system, seed, channel, strength = cell
    chosen = TrainingSettings(
        model="qcmfm", options={"n_qubits": QUBITS}, seed=seed, views=len(material.table.images)
    )

    def under_noise(model: FusionModel) -> None:
        if channel and isinstance(model, QCMFM):
            model.simulator = NoisySimulator(model.circuit, setting(channel, strength))

    answers = train_and_answer(
        material.table, *material.folds[TEST], chosen, material.labels, under_noise
    )
    own = _condition(channel, strength) if channel else _condition("none", 0.0)
    first = measured(material, system, TEST, answers, chosen, own)
    rows = [first]
    if not channel:
        rows += _answered_under_noise(material, answers, chosen)
    return rows


def _answered_under_noise(
    material: EncodedCollection, answers: TrialAnswers, chosen: TrainingSettings
) -> list[Trial]:
    """Test a model that was trained without noise under every channel and strength."""
    model = answers.model
    assert isinstance(model, QCMFM)
    score = material.folds[TEST][1]
    table = material.table.with_lexicon(answers.lexicon).subset(score)
    parts = [range(at, min(at + 256, len(score))) for at in range(0, len(score), 256)]
    rows: list[Trial] = []
    with torch.inference_mode():
        states = torch.cat([model.states(table.batch(part))[0] for part in parts])
        for channel in channels():
            for strength in STRENGTHS:
                simulator = NoisySimulator(model.circuit, setting(channel, strength)).eval()
                logits = model.classifier(simulator.expectations(states, model.angles))
                noisy = replace(answers, logits=logits.numpy())
                condition = _condition(channel, strength)
                rows.append(measured(material, CLEAN, TEST, noisy, chosen, condition))
    return rows


def _draw(results: Results, collection: str) -> None:
    """The curves of accuracy against strength, and their numbers as a table."""
    trials = results.table()
    clean = trials["condition"].str.startswith("none")
    trials = trials[(trials["collection"] == collection) & ~clean]
    if trials.empty:
        return
    under = trials["condition"].str.split(" ", expand=True)
    line = under[0].where(trials["system"] != AWARE, under[0] + TRAINED)
    trials = trials.assign(line=line, strength=under[1].astype(float))
    curves = accuracy_curves(trials, "line", "strength")
    draw_curves(
        curves, "strength", "strength of the channel after every gate",
        results.folder / f"noise_{collection}.png",
    )  # fmt: skip
    storage.write_json(results.folder / f"curves_{collection}.json", curves)
