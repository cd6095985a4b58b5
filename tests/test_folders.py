"""Tests lie where the room lies that they are about, and what is named by its path is there."""

import ast
import re
from pathlib import Path

from tests.conftest import LONGEST, MARKED

ROOT = Path(__file__).resolve().parents[1]
ACROSS = {
    "benchmarks", "browser", "docs", "hostile", "languages", "network", "pictures",
}  # fmt: skip
"""Folders of tests that are about the program as a whole."""
NAMED = re.compile(r"(?<![\w./-])(?:qcmfm|tests|pages|assets)/[\w./-]*\w/?")
"""A path in a text, from the root of the repository on."""
WRITTEN = "tests/benchmarks/results/"
"""What a benchmark writes may not be there yet."""


def rooms(folder: str) -> set[str]:
    found = (ROOT / folder).iterdir()
    return {path.name for path in found if path.is_dir() and path.name != "__pycache__"}


def test_every_folder_of_tests_is_a_room_or_goes_across_them():
    assert rooms("tests") - rooms("qcmfm") == ACROSS


def test_every_test_imports_the_room_whose_folder_it_lies_in():
    found: list[str] = []
    for file in (ROOT / "tests").rglob("test_*.py"):
        room, *inner = file.relative_to(ROOT / "tests").parts
        text = file.read_text("utf-8")
        modules = set(re.findall(r"\bqcmfm[.]\w+|\bfrom qcmfm import .+", text))
        its_own = re.search(rf"\bqcmfm[.]{room}\b|\bfrom qcmfm import .*\b{room}\b", text)
        its_own = its_own or (room == "cli" and '"qcmfm"' in text)  # the command itself
        if inner and room not in ACROSS and modules and not its_own:
            found.append(f"{file.relative_to(ROOT)}: {sorted(modules)}")
    assert not found, "\n".join(found)


def test_the_long_tests_and_the_marked_folders_are_there():
    gone = [name for name in LONGEST if not (ROOT / name).exists()]
    gone += [name for name in MARKED if not (ROOT / "tests" / name).is_dir()]
    assert gone == []


def texts(file: Path) -> list[str]:
    if file.suffix != ".py":
        return [file.read_text("utf-8")]
    nodes = ast.walk(ast.parse(file.read_text("utf-8")))
    return [n.value for n in nodes if isinstance(n, ast.Constant) and isinstance(n.value, str)]


def test_every_path_that_a_document_or_a_benchmark_names_is_there():
    files = [ROOT / "README.md", ROOT / ".ci" / "run", *(ROOT / ".github").rglob("*.md")]
    files += [
        ROOT / ".deploy" / "README.md",
        *(ROOT / "docs").rglob("*.md"),
        *(ROOT / "tests" / "benchmarks").rglob("*.py"),
    ]
    found = {
        f"{file.relative_to(ROOT)}: {path}"
        for file in files
        if file.name != "CHANGELOG.md"  # which speaks of what was
        for text in texts(file)
        for path in NAMED.findall(text)
        if not path.startswith(WRITTEN) and not (ROOT / path).exists()
    }
    assert not found, "\n".join(sorted(found))
