"""Tests and benchmarks reach the program through names that are public."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PATCHED = {"setattr", "delattr", "getattr", "hasattr", "object", "patch"}
"""Calls that take a name as a text."""
IN_CODE = re.compile(r"\b(?:from|import) qcmfm\b.*")
"""An import in the code that a test starts in a process of its own."""
PATCHED_BY_PATH = re.compile(r"qcmfm[.].*[.]_[a-z]")


def is_private(name: str) -> bool:
    return re.fullmatch("_[A-Za-z]\\w*", name) is not None


def parsed(folder: str) -> dict[Path, ast.Module]:
    return {file: ast.parse(file.read_text("utf-8")) for file in (ROOT / folder).rglob("*.py")}


def names_of(tree: ast.Module) -> Iterator[str]:
    """What a file defines: functions, classes, variables and attributes."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            yield node.attr


PROGRAM = parsed("qcmfm")
PRIVATE = {name for tree in PROGRAM.values() for name in names_of(tree) if is_private(name)}
PRIVATE |= {file.stem for file in PROGRAM if is_private(file.stem)}


def used(node: ast.AST) -> list[str]:
    """Private names of the program that a node of a test names."""
    if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("qcmfm"):
        parts = [*(node.module or "").split("."), *(alias.name for alias in node.names)]
        return [part for part in parts if is_private(part)]
    if isinstance(node, ast.Import):
        ours = [alias.name for alias in node.names if alias.name.startswith("qcmfm")]
        return [part for name in ours for part in name.split(".") if is_private(part)]
    if isinstance(node, ast.Attribute) and node.attr in PRIVATE:
        own = isinstance(node.value, ast.Name) and node.value.id in ("self", "cls")
        return [] if own else [ast.unparse(node)]
    if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] in PATCHED:
        texts = [a.value for a in node.args if isinstance(a, ast.Constant)]
        names = [text for text in texts if isinstance(text, str)]
        return [name for name in names if name in PRIVATE or PATCHED_BY_PATH.match(name)]
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        lines = IN_CODE.findall(node.value)
        return [line for line in lines if PRIVATE.intersection(re.findall(r"\w+", line))]
    return []


def test_no_test_uses_a_private_name():
    found = [
        f"{file.relative_to(ROOT)}:{getattr(node, 'lineno', 0)}: {name}"
        for file, tree in parsed("tests").items()
        if file != Path(__file__)
        for node in ast.walk(tree)
        for name in used(node)
    ]
    assert not found, "\n".join(sorted(found))


def test_the_check_sees_what_it_is_there_for():
    name = min(PRIVATE)
    seen = [
        ast.parse(code).body[0]
        for code in (
            f"from qcmfm.core import {name}",
            "from qcmfm.core._secret import public",
            "import qcmfm.core._secret",
            f"value = module.{name}",
            f"monkeypatch.setattr(module, '{name}', None)",
            f"code = 'import sys; from qcmfm.core import {name}'",
            f"code = 'from qcmfm.core.{name} import public'",
            "monkeypatch.setattr('qcmfm.core._secret', None)",
        )
    ]
    assert all(any(used(node) for node in ast.walk(statement)) for statement in seen)
    fine = ast.parse("import os; os._exit(1); row._replace(a=1); from qcmfm.ui import _; self._x")
    assert not any(used(node) for node in ast.walk(fine))
