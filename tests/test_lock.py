"""CI and the README's test command install what `.ci/requirements.lock` lists, and it fits."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
LOCK = (ROOT / ".ci" / "requirements.lock").read_text("utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
EXTRAS: dict[str, list[str]] = PROJECT["project"]["optional-dependencies"]
BASE = [
    line
    for line in (ROOT / "requirements.txt").read_text("utf-8").splitlines()
    if line and not line.startswith("#")
]
RENEW = (
    "uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 "
    "--generate-hashes --no-annotate --no-emit-index-url -o .ci/requirements.lock"
)
INSTALL = "pip install --require-hashes --only-binary :all: -r .ci/requirements.lock"
MACHINES = [
    {"python_version": short, "python_full_version": f"{short}.9", "sys_platform": system,
     "platform_system": name, "platform_machine": machine, "os_name": os_name,
     "platform_python_implementation": "CPython", "implementation_name": "cpython"}
    for short in ("3.11", "3.12", "3.13")
    for system, name, machine, os_name in (
        ("linux", "Linux", "x86_64", "posix"), ("linux", "Linux", "aarch64", "posix"),
        ("darwin", "Darwin", "arm64", "posix"),
    )
]  # fmt: skip


def entries() -> list[tuple[Requirement, list[str]]]:
    """Each package of the lock with the hashes of its files."""
    lines = LOCK.replace("\\\n", " ").splitlines()
    parts = [line.split("--hash=") for line in lines if line and not line.startswith("#")]
    return [(Requirement(first), [text.strip() for text in rest]) for first, *rest in parts]


def wanted(extra: str = "dev") -> Iterator[Requirement]:
    """What the program, its extras and its tests need."""
    for requirement in map(Requirement, EXTRAS[extra]):
        if requirement.name == "qcmfm":
            for other in requirement.extras:
                yield from wanted(other)
        else:
            yield requirement


def applies(requirement: Requirement, machine: dict[str, str]) -> bool:
    return requirement.marker is None or requirement.marker.evaluate(machine)


@pytest.mark.parametrize("machine", MACHINES, ids=lambda m: " ".join(list(m.values())[1:5:2]))
def test_the_lock_has_one_fitting_version_of_all_that_is_needed(machine: dict[str, str]):
    locked = [found for found, _ in entries() if applies(found, machine)]
    versions: dict[str, str] = {
        canonicalize_name(found.name): str(found.specifier)[2:] for found in locked
    }
    assert len(versions) == len(locked)
    build = map(Requirement, PROJECT["build-system"]["requires"])
    misfits = [
        f"{needed}: {versions.get(canonicalize_name(needed.name), 'not there')}"
        for needed in (*map(Requirement, BASE), *wanted(), *build)
        if applies(needed, machine)
        and not needed.specifier.contains(
            versions.get(canonicalize_name(needed.name), "0"), prereleases=True
        )
    ]
    assert misfits == [], f"Renew the lock: {RENEW}"
    assert versions["torch"] != "2.13.0"  # torchvision of PyPI does not fit every build of it


def test_every_package_of_the_lock_has_one_version_and_hashes():
    for found, hashes in entries():
        assert re.fullmatch(r"==[\w.!+]+", str(found.specifier)), found
        assert hashes and all(re.fullmatch("sha256:[0-9a-f]{64}", text) for text in hashes), found


def test_the_lock_names_no_index_and_no_machine():
    comments = [line for line in LOCK.splitlines() if line.startswith("#")]
    rest = "\n".join(line for line in LOCK.splitlines() if not line.startswith("#"))
    assert "/" not in rest and "@" not in rest and "\n-" not in rest
    assert comments[1:] == [f"#    {RENEW}"]


def test_ci_and_the_readme_install_the_lock_and_the_guide_says_how_to_renew_it():
    ci = (ROOT / ".ci" / "run").read_text("utf-8")
    assert INSTALL in (ROOT / "README.md").read_text("utf-8")
    installs = [command for command in re.split("&&|\n", ci) if "pip install" in command]
    assert len(installs) == 4
    for command in installs:
        hashed = "--require-hashes --only-binary :all: -r .ci/requirements.lock" in command
        assert hashed or command.strip().endswith("--no-deps --no-build-isolation -e ."), command
    assert RENEW in (ROOT / ".github" / "CONTRIBUTING.md").read_text("utf-8")


def test_every_package_that_users_install_has_a_lower_and_an_upper_bound():
    for extra in (BASE, *(EXTRAS[name] for name in EXTRAS if name not in ("dev", "supply"))):
        unbound = [
            line
            for line in extra
            if {">=", "<"} - {part.operator for part in Requirement(line).specifier}
        ]
        assert unbound == []
