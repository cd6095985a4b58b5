"""What the program imports is what it declares, and the other way round."""

import ast
import re
import sys
import tomllib
from collections.abc import Iterable
from importlib.metadata import packages_distributions
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
EXTRAS = PROJECT["optional-dependencies"]

TOOLS = {
    "openqasm3": "pennylane reads OpenQASM 3 with it",
    "pandas-stubs": "pyright reads it",
    "pyright": "a command",
    "pytest-cov": "a plug-in of pytest",
    "pytest-xdist": "a plug-in of pytest",
    "ruff": "a command",
    "setuptools": "builds the wheel, which is done in a process of its own",
}
"""What `dev` brings and no test imports."""


def canonical(requirement: str) -> str:
    """The name of a requirement, as package indexes compare names."""
    found = re.match(r"[A-Za-z0-9._-]+", requirement)
    assert found, requirement
    return re.sub(r"[-_.]+", "-", found[0]).lower()


def declared(requirements: Iterable[str]) -> set[str]:
    lines = (line.partition("#")[0].strip() for line in requirements)
    return {canonical(line) for line in lines if line}


def imported(files: Iterable[Path]) -> dict[str, str]:
    """Distributions that the files import, inside functions too, with one file of each."""
    found: dict[str, str] = {}
    for file in files:
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                modules = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                modules = [node.module]
            else:
                continue
            found |= {name.partition(".")[0]: str(file.relative_to(ROOT)) for name in modules}
    distributions = packages_distributions()
    ours = {"qcmfm", "tests", *sys.stdlib_module_names}
    return {
        canonical(name): file
        for module, file in found.items()
        if module not in ours
        for name in distributions.get(module, [f"{module}-is-not-installed"])
    }


PROGRAM = [ROOT / "app.py", *(ROOT / "pages").rglob("*.py"), *(ROOT / "qcmfm").rglob("*.py")]
TESTS = [
    file
    for file in (ROOT / "tests").rglob("*.py")
    if "benchmarks" not in file.parts  # they measure other programs too, in environments of theirs
]
BASE = declared((ROOT / "requirements.txt").read_text("utf-8").splitlines())
OPTIONAL = {
    name: declared(requirements)
    for name, requirements in EXTRAS.items()
    if name not in ("dev", "supply")
}


def test_every_import_of_the_program_is_declared():
    known = BASE.union(*OPTIONAL.values())
    assert {name: file for name, file in imported(PROGRAM).items() if name not in known} == {}


def test_every_declared_package_is_imported():
    used = imported(PROGRAM).keys()
    assert BASE - used == set()
    assert {extra: names - used for extra, names in OPTIONAL.items() if names - used} == {}


def test_every_import_of_a_test_is_declared():
    known = BASE.union(declared(EXTRAS["dev"]), *OPTIONAL.values())
    assert {name: file for name, file in imported(TESTS).items() if name not in known} == {}


def test_every_development_package_is_imported_or_a_tool():
    unused = declared(EXTRAS["dev"]) - imported(TESTS).keys() - {"qcmfm"}
    assert unused == set(TOOLS)


def test_an_extra_is_no_part_of_the_base_and_every_extra_is_in_dev():
    assert {extra for extra, names in OPTIONAL.items() if names & BASE or not names} == set()
    brought = " ".join(re.findall(r"qcmfm\[([\w,-]+)\]", " ".join(EXTRAS["dev"])))
    assert set(re.split("[, ]+", brought)) == set(OPTIONAL)
