"""What a checkout is made of: `python -m tests.structure [--rooms] [PATH …]`.

`--rooms` prints the table of rooms instead, as it is in `.github/CONTRIBUTING.md`.

A room is a package or module right under `qcmfm`. An arrow leads from a room to another that one of
its files imports. An arrow is upward where it goes against the order of rooms: the one in this
file, or, in a checkout that has other rooms, the one in its own tests. A
private crossing is a file that imports another room's `_private` module.
"""

import ast
import sys
import tokenize
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

ORDER = """
core
observability
records
access evaluation jobs
encoders quantum
fusion importers
runs
training
inference
explanation review
catalog exports
lab studies
workspace
demo
service
cli
ui
"""
"""A room imports only from those on earlier lines; those of one line know nothing of each other."""

LOOSE = {"__init__", "__main__"}
"""Modules that may stand beside the rooms."""

_BLANK = {
    tokenize.ENCODING, tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE,
    tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER,
}  # fmt: skip


def levels(order: str) -> dict[str, int]:
    """The line of each room."""
    return {room: n for n, line in enumerate(order.split("\n")) for room in line.split()}


@dataclass(frozen=True)
class Checkout:
    """The program of a checkout.

    Args:
        root: Its folder.
    """

    root: Path

    @cached_property
    def files(self) -> Mapping[str, ast.Module]:
        """Every file of the program, by its path."""
        paths = [self.root / "app.py"]
        for folder in ("pages", "qcmfm"):
            paths += sorted((self.root / folder).rglob("*.py"))
        return {
            path.relative_to(self.root).as_posix(): ast.parse(path.read_text("utf-8"))
            for path in paths
        }

    @cached_property
    def modules(self) -> Mapping[str, str]:
        """The file of each module of the package."""
        return {module_name(file): file for file in self.files if file.startswith("qcmfm/")}

    @cached_property
    def imports(self) -> Mapping[str, frozenset[str]]:
        """The modules that each file imports, inside functions too."""
        return {file: frozenset(self._imports(file)) for file in self.files}

    def _imports(self, file: str) -> Iterator[str]:
        for node in ast.walk(self.files[file]):
            if isinstance(node, ast.Import):
                yield from (alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                assert node.level == 0 and node.module, f"{file}: a relative import"
                inner = {f"{node.module}.{alias.name}" for alias in node.names}
                yield from (inner & self.modules.keys()) or {node.module}

    @cached_property
    def rooms(self) -> frozenset[str]:
        """The packages and modules right under the package."""
        return frozenset(map(room_of, self.modules)) - {""} - LOOSE

    @cached_property
    def loose(self) -> list[str]:
        """Modules beside the rooms that should be in one."""
        return sorted(room for room in self.rooms if f"qcmfm/{room}.py" in self.files)

    @cached_property
    def order(self) -> dict[str, int]:
        """The order of its rooms; that of its own test where it has other rooms."""
        if self.rooms <= levels(ORDER).keys():
            return levels(ORDER)
        for file in sorted((self.root / "tests").glob("test_*.py")):
            for node in ast.parse(file.read_text("utf-8")).body:
                match node:
                    case ast.Assign([ast.Name("ORDER")], ast.Constant(str(order))):
                        return levels(order)
        raise ValueError(f"{self.root} has no order of its rooms")

    def crossings(self) -> Iterator[tuple[str, str]]:
        """Each file of a room, and each module of another room that it imports."""
        for module, file in self.modules.items():
            for other in sorted(self.imports[file] & self.modules.keys()):
                if room_of(other) not in ("", room_of(module)) and room_of(module):
                    yield file, other

    def arrows(self) -> set[tuple[str, str]]:
        """The rooms that a room imports from."""
        return {(room_of(module_name(file)), room_of(other)) for file, other in self.crossings()}

    def upward(self) -> list[str]:
        """Imports against the order of the rooms."""
        order, most = self.order, len(self.order)
        return [
            f"{file} imports {other}"
            for file, other in self.crossings()
            if order.get(room_of(other), most) >= order.get(room_of(module_name(file)), most)
        ]

    def private(self) -> list[str]:
        """Imports of another room's private module."""
        return [
            f"{file} imports {other}"
            for file, other in self.crossings()
            if any(part.startswith("_") for part in other.split(".")[2:])
        ]

    def demo(self) -> list[str]:
        """Imports of the drawn collections by others than the service and the command line."""
        return [
            f"{file} imports {other}"
            for file, other in self.crossings()
            if room_of(other) == "demo" and room_of(module_name(file)) not in ("service", "cli")
        ]

    def circle(self) -> list[str]:
        """Modules that import each other in a circle; empty where there is none."""
        graph = {
            module: self.imports[file] & self.modules.keys()
            for module, file in self.modules.items()
        }
        try:
            TopologicalSorter(graph).prepare()
        except CycleError as error:
            return list(error.args[1])
        return []

    def code_lines(self) -> int:
        """Lines without blanks, comments and docstrings."""
        return sum(_code_lines(self.root / file, tree) for file, tree in self.files.items())


def module_name(file: str) -> str:
    """The module of a file."""
    return file.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def room_of(module: str) -> str:
    """The room of a module; empty for the package itself and what is outside of it."""
    package, _, rest = module.partition(".")
    return rest.partition(".")[0] if package == "qcmfm" else ""


def _code_lines(file: Path, tree: ast.Module) -> int:
    """Lines with a token that is no comment and no text that stands alone, as a docstring does."""
    docs: set[int] = set()
    for node in ast.walk(tree):
        match node:
            case ast.Expr(ast.Constant(str())):
                docs |= set(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    lines: set[int] = set()
    with file.open("rb") as content:
        for token in tokenize.tokenize(content.readline):
            if token.type not in _BLANK:
                lines |= set(range(token.start[0], token.end[0] + 1))
    return len(lines - docs)


def rooms_table(root: Path) -> str:
    """The rooms in import order, as Markdown: level, name and first line of the docstring."""
    checkout = Checkout(root)
    lines = sorted({checkout.order[room] for room in checkout.rooms})
    rows = [
        f"| {lines.index(line) + 1} | `{room}` | {_first_line(checkout, room)} |"
        for room, line in checkout.order.items()
    ]
    return "\n".join(["| level | room | what it is for |", "|---|---|---|", *rows])


def _first_line(checkout: Checkout, room: str) -> str:
    found = ast.get_docstring(checkout.files[f"qcmfm/{room}/__init__.py"])
    assert found, f"the room {room} has no docstring"
    return found.partition("\n")[0]


def report(root: Path) -> str:
    """The figures of a checkout, and every offender."""
    checkout = Checkout(root)
    upward, private, demo = checkout.upward(), checkout.private(), checkout.demo()
    circle = checkout.circle()
    rows = {
        "rooms": len(checkout.rooms),
        "loose modules among them": len(checkout.loose),
        "arrows": len(checkout.arrows()),
        "upward arrows": len(upward),
        "private crossings": len(private),
        "files with private crossings": len({line.split(" ")[0] for line in private}),
        "other imports of demo": len(demo),
        "circles": f"one: {' -> '.join(circle)}" if circle else "none",
        "files": len(checkout.files),
        "code lines": f"{checkout.code_lines():,}",
    }
    text = "\n".join(f"{name:30}{value}" for name, value in rows.items())
    kinds = {"upward": upward, "private": private, "demo": demo}
    offenders = [f"{kind}: {line}" for kind, lines in kinds.items() for line in lines]
    return "\n".join([str(root), text, *offenders])


if __name__ == "__main__":
    paths = [path for path in sys.argv[1:] if path != "--rooms"] or [str(ROOT)]
    for path in paths:
        show = rooms_table if "--rooms" in sys.argv else report
        print(show(Path(path)), end="\n\n")
