"""What the source marks for translation, read from its syntax.

`python -m tests.languages.marked` brings the catalogues up to date: texts that are new in the
source are added, still to be translated, and those that are gone leave.
"""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import polib

ROOT = Path(__file__).resolve().parents[2]
MARKS = {"_": 1, "N_": 1, "msg": 1, "ngettext": 2, "pgettext": 2}
"""Calls that mark texts, with how many of their arguments are texts."""


NOT_SHOWN = tuple(
    f"qcmfm/{part}"
    for part in (
        "cli", "inference/r", "demo", "encoders/_", "encoders/image", "encoders/text",
        "encoders/features", "encoders/devices", "fusion", "quantum", "studies",
    )
)  # fmt: skip
"""Where errors are raised that no page shows, or hardly any."""


class Message(NamedTuple):
    """A text of the source, as a catalogue has it."""

    text: str
    plural: str = ""
    context: str = ""


@cache
def files() -> dict[str, ast.Module]:
    """Every file that may hold a text, parsed."""
    found = [*(ROOT / "pages").glob("*.py"), *(ROOT / "qcmfm").rglob("*.py")]
    return {
        file.relative_to(ROOT).as_posix(): ast.parse(file.read_text("utf-8"))
        for file in sorted(found)
    }


def calls(tree: ast.AST) -> Iterator[tuple[str, ast.Call]]:
    """Every call with the last part of what is called."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = node.func
            yield (
                name.id if isinstance(name, ast.Name)
                else name.attr if isinstance(name, ast.Attribute) else "",
                node,
            )  # fmt: skip


def texts(node: ast.expr) -> list[str]:
    """The text of an argument, or both where it is one or the other; none for anything else."""
    if isinstance(node, ast.IfExp):
        return [*texts(node.body), *texts(node.orelse)]
    return [node.value] if isinstance(node, ast.Constant) and isinstance(node.value, str) else []


@cache
def messages() -> dict[Message, str]:
    """Every marked text, with the first file that has it."""
    found: dict[Message, str] = {}
    for file, tree in files().items():
        for node in tree.body:
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "_HINT":
                found |= {Message(text): file for text in texts(node.value)}
        for name, call in calls(tree):
            if name.endswith(("Error", "Conflict")) and not file.startswith(NOT_SHOWN):
                told = [text for argument in call.args[:2] for text in texts(argument)]
                made = [Message(text) for text in told if text and len(call.args) > 1]
                found |= {message: file for message in made if message not in found}
            if name not in MARKS or not isinstance(call.func, ast.Name):
                continue
            first = [texts(argument) for argument in call.args[: MARKS[name]]]
            if name == "ngettext":
                made = [Message(one, many) for one, many in zip(*first, strict=True)]
            elif name == "pgettext":
                made = [Message(text, context=why) for why, text in zip(*first, strict=True)]
            else:
                made = [Message(text) for text in first[0]]
            for message in made:
                found.setdefault(message, file)
    return found


def read(file: Path) -> dict[Message, polib.POEntry]:
    """The entries of a catalogue."""
    return {
        Message(entry.msgid, entry.msgid_plural, entry.msgctxt or ""): entry
        for entry in polib.pofile(str(file))
        if not entry.obsolete
    }


def update(file: Path) -> None:
    """Give a catalogue the texts of the source, in its order, and keep what was translated."""
    catalogue, known = polib.pofile(str(file)), read(file)
    header, forms = catalogue.metadata, catalogue.metadata["Plural-Forms"].split("nplurals=")[1]
    made = polib.POFile(wrapwidth=100)
    made.metadata = header
    for message, source in sorted(messages().items(), key=lambda found: (found[1], found[0])):
        entry = known.get(message) or polib.POEntry(
            msgid=message.text,
            msgid_plural=message.plural,
            msgstr_plural={form: "" for form in range(int(forms[0]))} if message.plural else {},
            msgctxt=message.context or None,
            flags=["python-brace-format"] if "{" in message.text else [],
        )
        entry.occurrences = [(source, "")]
        made.append(entry)
    made.save(str(file))


if __name__ == "__main__":
    for catalogue in sorted((ROOT / "assets" / "languages").glob("*.po")):
        update(catalogue)
