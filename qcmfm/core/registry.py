"""Plug-in registry: every module of a folder is an entry, named like its file.

A new model, importer or export format is one new file and is listed nowhere else. Another package
adds one through an entry point, which maps its name to a module with the same content as such a
file:

    [project.entry-points."qcmfm.exports"]
    lido = "museum_tools.lido"

A built-in entry takes precedence over a plug-in of the same name. Listing names and reading titles
imports none of the modules, so that pages can do it before torch is loaded.
"""

import ast
import functools
import importlib
import importlib.util
import logging
import pkgutil
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from types import ModuleType

from qcmfm.core.errors import QcmfmError
from qcmfm.core.messages import msg

_NAME = re.compile("[a-z0-9][a-z0-9_]*")
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Registry:
    """The modules of a package and of plug-ins that are entries of one kind.

    Args:
        package: Name of the package. Files that start with an underscore are not entries.
        missing: Builds the error for an unknown name from that name and the known ones.
        group: Group of the entry points of plug-ins; empty for none.
        exclude: Public modules of the package that are not entries.
    """

    package: str
    missing: Callable[[str, Sequence[str]], QcmfmError]
    group: str = ""
    exclude: tuple[str, ...] = ()

    def names(self) -> list[str]:
        """Names of all entries, in alphabetical order."""
        return sorted({*self._own(), *self._plug_ins()})

    def is_built_in(self, name: str) -> bool:
        """Whether an entry is a module of the package itself, not a plug-in."""
        return name in self._own()

    def require(self, name: str) -> None:
        """Check that there is such an entry.

        Raises:
            QcmfmError: As `missing`, where there is none.
        """
        known = self.names()
        if name not in known:
            raise self.missing(name, known)

    def load(self, name: str) -> ModuleType:
        """Import the module of an entry.

        Raises:
            QcmfmError: There is no such entry, or it is a plug-in that fails to load.
        """
        self.require(name)
        if self.is_built_in(name):
            return importlib.import_module(f"{self.package}.{name}")
        plug_in = self._plug_ins()[name]
        try:
            return importlib.import_module(plug_in.module)
        except Exception as error:  # foreign code may raise anything
            raise self._unusable(plug_in, error) from error

    def loadable(self) -> dict[str, ModuleType]:
        """All modules by name; plug-ins that fail to load are logged and left out."""
        found: dict[str, ModuleType] = {}
        for name in self.names():
            try:
                found[name] = self.load(name)
            except QcmfmError as error:
                if self.is_built_in(name):
                    raise
                log.warning("%s", error)
        return found

    def title(self, name: str) -> str:
        """Display name of an entry, read from its file without importing it.

        Raises:
            QcmfmError: There is no such entry.
        """
        self.require(name)
        own = f"{self.package}.{name}"
        return _title(own if self.is_built_in(name) else self._plug_ins()[name].module) or name

    def _own(self) -> frozenset[str]:
        return _files(self.package) - {*self.exclude}

    def _plug_ins(self) -> Mapping[str, EntryPoint]:
        return _plug_ins(self.group, self._own()) if self.group else {}

    def _unusable(self, plug_in: EntryPoint, error: Exception) -> QcmfmError:
        made_by = plug_in.dist.name if plug_in.dist else plug_in.module
        reason = f"{type(error).__name__}: {error}"[:200]
        return type(self.missing(plug_in.name, ()))(
            msg(
                "The plug-in {name} of the package {package} cannot be loaded ({reason}).",
                name=plug_in.name,
                package=made_by,
                reason=reason,
            ),
            msg("Update or uninstall the package {package}.", package=made_by),
        )


def look_for_plug_ins_again() -> None:
    """Clear the cache of plug-ins, so that newly installed packages are found."""
    _plug_ins.cache_clear()


@functools.cache
def _files(package: str) -> frozenset[str]:
    """Public modules of a package, without its subpackages, which contain shared code."""
    spec = importlib.util.find_spec(package)
    assert spec and spec.submodule_search_locations is not None, package
    found = pkgutil.iter_modules(spec.submodule_search_locations)
    return frozenset(
        module.name for module in found if not (module.ispkg or module.name.startswith("_"))
    )


@functools.cache  # scanning the installed packages at every rerun of a page would be slow
def _plug_ins(group: str, own: frozenset[str]) -> Mapping[str, EntryPoint]:
    found: dict[str, EntryPoint] = {}
    for plug_in in entry_points(group=group):
        where = f"{plug_in.dist.name if plug_in.dist else '?'}: {group}: {plug_in.name}"
        if not _NAME.fullmatch(plug_in.name):
            log.warning("A plug-in's name is small letters, digits and underscores (%s)", where)
        elif plug_in.name in own:
            log.warning("What is built in wins over a plug-in of the same name (%s)", where)
        elif plug_in.name in found:
            log.warning("Another plug-in of the same name was found first (%s)", where)
        else:
            found[plug_in.name] = plug_in
    return found


@functools.cache
def _title(module: str) -> str:
    """The constant `TITLE` of a module's file, `N_("…")` or a plain string; empty if missing."""
    try:
        spec = importlib.util.find_spec(module)
        source = Path(spec.origin).read_text("utf-8") if spec and spec.origin else ""
        body = ast.parse(source).body
    except Exception as error:  # finding a plug-in imports its parent package
        log.warning("The title of %s cannot be read: %s", module, error)
        return ""
    for node in body:
        match node:
            case ast.Assign([ast.Name("TITLE")], ast.Call(args=[ast.Constant(str(found))])):
                return found
            case ast.Assign([ast.Name("TITLE")], ast.Constant(str(found))):
                return found
    return ""
