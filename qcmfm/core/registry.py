"""A folder is a registry: each of its files is one thing, called as the file is.

A model, an importer or an export format is one new file; nothing lists it anywhere else. Another
package adds one by an entry point, whose name is what it is called and whose value is a module that
has what such a file has:

    [project.entry-points."qcmfm.exports"]
    lido = "museum_tools.lido"

What is built in wins over a plug-in of the same name. Listing names and reading titles imports
none of the modules, so that a page may do it before torch is loaded.
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
    """The modules of a package that are one thing each.

    Args:
        package: Its name. Files that start with an underscore are none of the things.
        missing: The error for a name that there is not, from that name and those that there are.
        group: Of the entry points by which other packages add to it; empty for none.
        besides: Public files of the package that are none of the things, either.
    """

    package: str
    missing: Callable[[str, Sequence[str]], QcmfmError]
    group: str = ""
    besides: tuple[str, ...] = ()

    def names(self) -> list[str]:
        """What there is, in alphabetical order."""
        return sorted({*self._own(), *self._plug_ins()})

    def is_built_in(self, name: str) -> bool:
        """Whether a thing is a file of the package, not another package's."""
        return name in self._own()

    def load(self, name: str) -> ModuleType:
        """The module of a thing.

        Raises:
            QcmfmError: As `missing`, where there is none, or it is a plug-in that fails to load.
        """
        self._require(name)
        if self.is_built_in(name):
            return importlib.import_module(f"{self.package}.{name}")
        plug_in = self._plug_ins()[name]
        try:
            return importlib.import_module(plug_in.module)
        except Exception as error:  # what others wrote raises anything
            raise self._unusable(plug_in, error) from error

    def loadable(self) -> dict[str, ModuleType]:
        """Everything that can be loaded, by name; of what cannot, the log says so."""
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
        """What people call a thing, read from its file without importing it.

        Raises:
            QcmfmError: As `missing`, where there is none.
        """
        self._require(name)
        own = f"{self.package}.{name}"
        return _title(own if self.is_built_in(name) else self._plug_ins()[name].module) or name

    def _require(self, name: str) -> None:
        known = self.names()
        if name not in known:
            raise self.missing(name, known)

    def _own(self) -> frozenset[str]:
        return _files(self.package) - {*self.besides}

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
    """Forget which plug-ins were found; packages that came since are found, too."""
    _plug_ins.cache_clear()


def _files(package: str) -> frozenset[str]:
    """The public modules of a package, without the packages in it, which hold what they share."""
    spec = importlib.util.find_spec(package)
    assert spec and spec.submodule_search_locations is not None, package
    found = pkgutil.iter_modules(spec.submodule_search_locations)
    return frozenset(
        module.name for module in found if not (module.ispkg or module.name.startswith("_"))
    )


@functools.cache  # it reads what is installed, and a page asks at every click
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
    """The constant `TITLE` of a module's file, `N_("…")` or a plain text; empty for none."""
    try:
        spec = importlib.util.find_spec(module)
        source = Path(spec.origin).read_text("utf-8") if spec and spec.origin else ""
        body = ast.parse(source).body
    except Exception as error:  # finding a plug-in imports the package that it lies in
        log.warning("The title of %s cannot be read: %s", module, error)
        return ""
    for node in body:
        match node:
            case ast.Assign([ast.Name("TITLE")], ast.Call(args=[ast.Constant(str(found))])):
                return found
            case ast.Assign([ast.Name("TITLE")], ast.Constant(str(found))):
                return found
    return ""
