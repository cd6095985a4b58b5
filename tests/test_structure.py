"""Imports flow one way, and heavy libraries stay where they belong."""

import ast
import subprocess
import sys
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

# A module or package imports only from those above it. Those of one line know nothing of each
# other, and nothing may stand here that does not exist.
ORDER = """
clock errors colours fonts progress run_schema safe_text sentences settings storage csv_rows
metrics
logs turns
records vocabulary regions jobs access prediction
splits evaluation demo
encoders quantum
reference
calibration
fusion importers run_folder
runs trainer
model_card crossfit
calibrating predicting explanation
training
kept_predictions review
exports catalog
grounding adoption kept_answers studies
lab
workspace
service
cluster verbs
cli
__main__ ui
"""
LEVEL = {
    f"qcmfm.{name}": level for level, line in enumerate(ORDER.split("\n")) for name in line.split()
} | {"qcmfm": 0}

# Where a library may be imported, as the start of a path.
HOMES = {
    "streamlit": ("qcmfm/ui/", "pages/", "app.py"),
    "pennylane": ("qcmfm/quantum/pennylane_bridge.py",),
    "timm": ("qcmfm/encoders/",),
    "sentence_transformers": ("qcmfm/encoders/",),
    "cleanlab": ("qcmfm/review/",),
    "lancedb": ("qcmfm/catalog/",),
    "ray": ("qcmfm/cluster/",),
    "prometheus_client": ("qcmfm/observability/metrics.py", "qcmfm/ui/"),
}

FILES = {
    path.relative_to(ROOT).as_posix(): ast.parse(path.read_text(encoding="utf-8"))
    for path in [ROOT / "app.py", *(ROOT / "pages").rglob("*.py"), *(ROOT / "qcmfm").rglob("*.py")]
}


def module_name(file: str) -> str:
    return file.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


MODULES = {module_name(file) for file in FILES}


def imports(file: str) -> set[str]:
    """The modules that a file imports, inside functions too."""
    found: set[str] = set()
    for node in ast.walk(FILES[file]):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0 and node.module, f"{file}: a relative import"
            inner = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= (inner & MODULES) or {node.module}
    return found


def unit(module: str) -> str:
    """The module itself, or the package right under `qcmfm` that it belongs to."""
    return ".".join(module.split(".")[:2])


def test_the_order_names_every_module_and_package_once():
    assert set(LEVEL) == {unit(module) for module in MODULES if module.startswith("qcmfm")}
    assert len(ORDER.split()) == len(LEVEL) - 1


@pytest.mark.parametrize("file", sorted(file for file in FILES if file.startswith("qcmfm/")))
def test_a_module_imports_only_from_those_above_it(file: str):
    own = unit(module_name(file))
    ours = {unit(name) for name in imports(file) if name.split(".")[0] == "qcmfm"}
    against = {name for name in ours - {own, "qcmfm"} if LEVEL[name] >= LEVEL[own]}
    assert not against, f"{file} imports {', '.join(sorted(against))}"


def test_no_module_imports_itself_by_a_detour():
    graph = {module_name(file): imports(file) & MODULES for file in FILES}
    TopologicalSorter(graph).prepare()


@pytest.mark.parametrize("library", HOMES)
def test_a_library_is_imported_only_in_its_home(library: str):
    users = [file for file in FILES if library in {name.split(".")[0] for name in imports(file)}]
    assert users
    assert [file for file in users if not file.startswith(HOMES[library])] == []


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
    code = f"""
import sys
from streamlit.testing.v1 import AppTest
import qcmfm.ui.shell.server
page = AppTest.from_file({str(ROOT / "qcmfm" / "ui" / "router.py")!r}, default_timeout=120).run()
tables = len(page.dataframe) + len(page.table)
print(page.title[0].value, tables, len(page.error), *({heavy} & set(sys.modules)))
"""
    result = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert result.stdout.split() == ["QCMFM", "Studio", "2", "0"]
