"""Files of the pages lie in the area that uses them; each test reports every offender."""

import ast
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
UI = ROOT / "qcmfm" / "ui"
AREAS = {"home", "browse", "review", "import_export", "models", "lab", "settings"}
STATE_OF_ADDRESS = {"shared/address.py", "shell/language.py"}
MOST_LINES = 60


def module_of(file: Path) -> str:
    return ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


FILES = {module_of(file): file for folder in (UI, ROOT / "pages") for file in folder.rglob("*.py")}


def imports() -> dict[str, set[str]]:
    """The modules of the pages that each of them imports."""
    found: dict[str, set[str]] = {}
    for module, file in FILES.items():
        names: set[str] = set()
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                names |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
        found[module] = names & set(FILES)
    return found


def room_of(module: str) -> str:
    parts = module.split(".")
    return parts[2] if module.startswith("qcmfm.ui.") else parts[0]


def areas_of_pages(found: dict[str, set[str]]) -> dict[str, set[str]]:
    """The areas whose files each page shows."""
    pages = [module for module in found if module.startswith("pages.")]
    return {page: {room_of(name) for name in found[page]} & AREAS for page in pages}


def users_of_shared(found: dict[str, set[str]]) -> dict[str, set[str]]:
    """The areas, and the shell, that use each shared module, directly or through another one."""
    of_page = areas_of_pages(found)
    users: dict[str, set[str]] = defaultdict(set)

    def note(name: str, who: set[str]) -> None:
        if not who <= users[name]:
            users[name] |= who
            for below in found[name]:
                if room_of(below) == "shared":
                    note(below, who)

    for module, names in found.items():
        who = of_page.get(module) or {room_of(module)} & (AREAS | {"shell"})
        for name in names:
            if who and room_of(name) == "shared":
                note(name, who)
    return users


def test_what_is_shared_is_used_by_two_areas():
    users = users_of_shared(imports())
    shared = [name for name in FILES if name.startswith("qcmfm.ui.shared.")]
    assert {name: users[name] for name in shared if len(users[name]) < 2} == {}


def test_no_area_imports_another():
    crossings = {
        f"{module} imports {name}"
        for module, names in imports().items()
        for name in names
        if {room_of(module), room_of(name)} <= AREAS and room_of(module) != room_of(name)
    }
    assert crossings == set()


def test_a_page_shows_one_area_and_is_thin():
    areas = areas_of_pages(imports())
    assert {page: found for page, found in areas.items() if len(found) != 1} == {}
    lengths = {page: len(FILES[page].read_text("utf-8").splitlines()) for page in areas}
    assert {page: length for page, length in lengths.items() if length > MOST_LINES} == {}


def test_one_module_keeps_what_a_page_shows_in_its_address():
    touching = {
        file.relative_to(UI).as_posix() if file.is_relative_to(UI) else file.name
        for file in FILES.values()
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if (isinstance(node, ast.Attribute) and node.attr == "query_params")
        or (isinstance(node, ast.keyword) and node.arg == "bind")
    }
    assert touching == STATE_OF_ADDRESS
