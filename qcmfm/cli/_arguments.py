"""Arguments that several commands share, and the former names of options."""

from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperCommand

FORMER_OPTIONS = {
    "--anew": "--rebuild",
    "--every": "--granularity",
    "--from-nothing": "--from-scratch",
    "--like": "--similar-to",
    "--mend": "--repair",
    "--off": "--switch-off",
}
"""Options as version 0.1 spelled them. Accepted, but not shown by `--help`; removed in 0.3.0."""

Records = Annotated[
    Path, typer.Option("--records", help="CSV file of the records, or the folder that holds it.")
]
RunName = Annotated[str, typer.Option("--run", help="Name or folder of a run.")]
CaptionColumn = Annotated[str, typer.Option(help="Column with the captions.")]
TrainedColumn = Annotated[
    str, typer.Option(help="Column with the captions; by default the one used in training.")
]
LabelColumn = Annotated[str, typer.Option(help="Column with the labels.")]
Device = Annotated[str, typer.Option(help="Device of the encoders: auto, cuda, mps or cpu.")]
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
Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]


class Command(TyperCommand):
    """A command that also accepts the former names of its options."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Replace former option names, up to a `--` that ends the options, and parse."""
        known = {name for parameter in self.params for name in parameter.opts}
        end = args.index("--") if "--" in args else len(args)
        current = []
        for word in args[:end]:
            name, equals, value = word.partition("=")
            new = FORMER_OPTIONS.get(name)
            current.append(f"{new}{equals}{value}" if new in known else word)
        return super().parse_args(ctx, [*current, *args[end:]])
