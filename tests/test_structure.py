"""Imports flow one way, heavy libraries stay where they belong, and the rooms stay few."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.structure import LOOSE, ORDER, ROOT, Checkout, levels, report, room_of

# Where a library may be imported, as the start of a path.
HOMES = {
    "streamlit": ("qcmfm/ui/", "pages/", "app.py"),
    "pennylane": ("qcmfm/quantum/pennylane",),
    "timm": ("qcmfm/encoders/",),
    "sentence_transformers": ("qcmfm/encoders/",),
    "cleanlab": ("qcmfm/review/",),
    "lancedb": ("qcmfm/catalog/",),
    "ray": ("qcmfm/inference/ray_labelling.py",),
    "prometheus_client": ("qcmfm/observability/metrics.py", "qcmfm/ui/"),
}

PROGRAM = Checkout(ROOT)


def test_the_order_names_every_room_once():
    assert set(levels(ORDER)) == PROGRAM.rooms
    assert len(ORDER.split()) == len(PROGRAM.rooms)


def test_a_room_imports_only_from_those_below_it():
    assert PROGRAM.upward() == []


def test_no_module_imports_itself_by_a_detour():
    assert PROGRAM.circle() == []


def test_no_room_imports_a_private_module_of_another():
    assert PROGRAM.private() == []


def test_only_the_service_and_the_command_line_import_the_drawings():
    assert PROGRAM.demo() == []


def test_there_are_at_most_thirty_rooms_and_nothing_beside_them():
    assert len(PROGRAM.rooms) <= 30
    package = ROOT / "qcmfm"
    files = {path.stem for path in package.iterdir() if path.is_file() and path.suffix == ".py"}
    assert files == LOOSE
    others = {path.name for path in package.iterdir() if path.is_file() and path.suffix != ".py"}
    assert others <= {"py.typed"}
    folders = {path.name for path in package.iterdir() if path.is_dir()} - {"__pycache__"}
    assert folders == PROGRAM.rooms


def test_a_library_is_imported_only_in_its_home():
    users = {
        library: {file for file, names in PROGRAM.imports.items() if _imports(library, names)}
        for library in HOMES
    }
    assert [library for library, files in users.items() if not files] == []
    strangers = [
        f"{file} imports {library}"
        for library, files in users.items()
        for file in sorted(files)
        if not file.startswith(HOMES[library])
    ]
    assert strangers == []


def _imports(library: str, names: frozenset[str]) -> bool:
    return library in {name.split(".")[0] for name in names}


def test_what_breaks_a_rule_is_found(tmp_path: Path):
    """The rules above would be worth nothing if they were blind."""
    program = {
        "app.py": "",
        "qcmfm/__init__.py": "",
        "qcmfm/core/__init__.py": "def f():\n    from qcmfm.demo._pen import x\n",
        "qcmfm/demo/__init__.py": '"""A doc\nstring."""\n\nfrom qcmfm import core  # comment\n',
        "qcmfm/demo/_pen.py": "x = (\n    1\n)\n",
        "qcmfm/review/__init__.py": "import qcmfm.catalog\n",
        "qcmfm/catalog/__init__.py": "",
    }
    for name, text in program.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    checkout = Checkout(tmp_path)
    into_demo = "qcmfm/core/__init__.py imports qcmfm.demo._pen"
    assert checkout.upward() == [into_demo, "qcmfm/review/__init__.py imports qcmfm.catalog"]
    assert checkout.private() == checkout.demo() == [into_demo]
    assert checkout.arrows() == {("core", "demo"), ("demo", "core"), ("review", "catalog")}
    assert checkout.code_lines() == 2 + 1 + 3 + 1
    assert checkout.circle() == []  # of modules; the two rooms are one
    (tmp_path / "qcmfm" / "demo" / "_pen.py").write_text("import qcmfm.core\n")
    assert set(Checkout(tmp_path).circle()) == {"qcmfm.core", "qcmfm.demo._pen"}
    assert "private: " + into_demo in report(tmp_path)
    assert room_of("qcmfm") == room_of("numpy.linalg") == "" and room_of("qcmfm.ui.home") == "ui"


@pytest.mark.parametrize("module", ["qcmfm", "qcmfm.cli"])
def test_importing_the_package_loads_no_heavy_library(module: str):
    heavy = {"torch", *HOMES}
    code = f"import sys, {module}; print(*({heavy} & set(sys.modules)))"
    result = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert result.stdout.split() == []


def test_home_is_drawn_without_a_heavy_library(home: Path):
    heavy = {"torch", "sklearn", "scipy", "matplotlib", *HOMES} - {"streamlit", "prometheus_client"}
    router = ROOT / "qcmfm" / "ui" / "shell" / "router.py"
    code = f"""
import sys
from streamlit.testing.v1 import AppTest
import qcmfm.ui.shell.server
page = AppTest.from_file({str(router)!r}, default_timeout=120).run()
tables = len(page.dataframe) + len(page.table)
print(page.title[0].value, tables, len(page.error), *({heavy} & set(sys.modules)))
"""
    result = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert result.stdout.split() == ["QCMFM", "Studio", "2", "0"]
