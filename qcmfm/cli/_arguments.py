"""Arguments that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

Records = Annotated[Path, typer.Option("--records", help="CSV of the records, or its folder.")]
RunName = Annotated[str, typer.Option("--run", help="Folder or name of a run.")]
CaptionColumn = Annotated[str, typer.Option(help="Column to take captions from.")]
TrainedColumn = Annotated[
    str, typer.Option(help="Column to take captions from; by default as in training.")
]
LabelColumn = Annotated[str, typer.Option(help="Column to take labels from.")]
Device = Annotated[str, typer.Option(help="For the encoders: auto, cuda, mps or cpu.")]
QuantumDevice = Annotated[
    str,
    typer.Option(
        help="PennyLane device that runs the circuit, such as lightning.qubit or that of a "
        "hardware plug-in; by default the built-in simulator."
    ),
]
Shots = Annotated[
    int | None,
    typer.Option(
        min=1, help="How often the quantum device measures each circuit; by default as it does."
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON, for machines.")]
