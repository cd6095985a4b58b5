"""The model card of a run, generated from its configuration and metrics."""

import html
from typing import Any

from qcmfm.encoders import weights
from qcmfm.runs.run import Run

_NAMES = {
    "accuracy": "accuracy",
    "macro_precision": "macro precision",
    "macro_recall": "macro recall",
    "macro_f1": "macro F1",
    "nll": "negative log likelihood (nats)",
    "brier": "Brier score",
    "ece": "expected calibration error",
}

_READS = {"image": "a photo", "text": "a caption"}
_QUANTUM = "Its quantum circuit is simulated; no quantum computer is used."
_CLASSICAL = "It has no quantum part."
_REFIT = "then both together for the final weights (the figures on `val` are from before that)"
_FLATTERED = "These records chose the number of passes and the temperature, which flatters them."
_ONCE = "those did not go into the weights"


def write_card(run: Run) -> str:
    """The model card in Markdown with the run's configuration, labels, metrics and notes."""
    config, data = run.config, run.config["data"]
    model, encoders = run.model.config(), config["encoders"]
    reads = run.model.modalities
    lines = [
        f"# {run.name}",
        "",
        f"A `{model['model']}` model that reads {' and '.join(_READS[m] for m in reads)} and says "
        f"which of {len(run.labels)} labels fits. {_QUANTUM if run.model.quantum else _CLASSICAL}",
        "",
        f"- Labels: {', '.join(_with_uri(label, config) for label in run.labels)}",
        f"- Trained: {config['created']}, on {data['train_records']} records of "
        f"`{data['collection']}`, with {data['val_records']} more to choose the number of passes "
        "and to calibrate; " + (_REFIT if config["training"]["refit"] else _ONCE),
        f"- Encoders, frozen: {encoders['image']['id']} (photos), {encoders['text']['id']} "
        "(captions)",
        *_encoder_weights(encoders),
        f"- Trainable parameters: {config['parameters']:,}",
        f"- Parent run: {config.get('parent') or 'none'}",
        f"- Training data fingerprint: `{data['fingerprint'][:16]}`",
        "",
    ]
    if config.get("command"):
        lines += ["Made by", "", "```", config["command"], "```", ""]
    for split, measured in run.metrics.items():
        lines += _metrics(split, measured)
        if "grounding" in measured:
            lines += _grounding(split, measured["grounding"])
    if config.get("notes"):
        lines += [config["notes"].strip(), ""]
    lines += [
        "## Use",
        "",
        "Propose labels for a person to accept or correct. The probabilities are calibrated on "
        "records like the training records, and mean little for other kinds of objects.",
        "",
    ]
    return "\n".join(lines)


def _encoder_weights(encoders: dict[str, Any]) -> list[str]:
    """Where the weights of the built-in encoders among a run's encoders come from."""
    names = {encoder["name"].partition("@")[0] for encoder in encoders.values()}
    return [
        f"- Weights of {known.encoder}: `{known.weights}` of the Python package {known.package} "
        f"{known.version}, its only release; {known.licence}. SHA-256 "
        f"`{known.hashes[known.weights]}`; any other file is refused"
        for known in weights.BUILT_IN
        if known.encoder in names
    ]


def _with_uri(label: str, config: dict[str, Any]) -> str:
    uri = config["vocabulary"].get(label)
    return f"[{_cell(label)}]({uri})" if uri else _cell(label)


def _cell(label: str) -> str:
    """A label escaped for a Markdown table."""
    return html.escape(" ".join(label.split()), quote=False).replace("|", "\\|")


def _metrics(split: str, measured: dict[str, Any]) -> list[str]:
    lines = [
        f"## Measured on `{split}`",
        "",
        f"{measured['records']} records, {measured['groups']} objects; 95% intervals from a "
        "bootstrap over objects, freed from the bias that resampling adds."
        + (f" {_FLATTERED}" if split == "val" else ""),
        "",
        "| measure | value | interval |",
        "|---|---|---|",
    ]
    for name, words in _NAMES.items():
        found = measured[name]
        interval = f"{found['low']:.3f} to {found['high']:.3f}"
        lines.append(f"| {words} | {found['value']:.3f} | {interval} |")
    lines += ["", "| label | precision | recall | F1 | records |", "|---|---|---|---|---|"]
    for label, found in measured["per_label"].items():
        numbers = " | ".join(f"{found[name]:.2f}" for name in ("precision", "recall", "f1"))
        lines.append(f"| {_cell(label)} | {numbers} | {found['records']} |")
    return [*lines, ""]


def _grounding(split: str, measured: dict[str, Any]) -> list[str]:
    """Grounding of the attention maps, compared with uninformed maps."""
    lines = [
        f"## Where it looked on `{split}`",
        "",
        f"{measured['words']} words of {measured['records']} records name a thing whose region is "
        "known. Pointing: how often the most attended region touches it. Mass: share of the "
        "attention that lies on it. Training saw no region; where attention lies explains nothing.",
        "",
        "| measure | attention | by chance | always the centre |",
        "|---|---|---|---|",
    ]
    for name in ("pointing", "mass"):
        cells = (measured[name][which] for which in ("attention", "chance", "centre"))
        shown = (f"{c['value']:.3f} ({c['low']:.3f} to {c['high']:.3f})" for c in cells)
        lines.append(f"| {name} | {' | '.join(shown)} |")
    return [*lines, ""]
