"""Where things lie, and the environment variables that say so."""

import os
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

PACKAGE = Path(str(files("qcmfm")))


def shipped(name: str) -> Path:
    """A folder that comes with the program.

    A wheel carries it inside the package (`assets/` as `qcmfm.assets`); in a source tree it lies
    beside the package.

    Args:
        name: `assets` or `pages`.
    """
    inside = PACKAGE / name
    return inside if inside.is_dir() else PACKAGE.parent / name


ASSETS = shipped("assets")
SHIPPED_RUNS = ASSETS / "runs"
SHIPPED_COLLECTIONS = ASSETS / "collections"
DEFAULT_RUN = "museum_materials"
SLEEPING_THREADS = ("OMP_WAIT_POLICY", "PASSIVE")
"""The environment variable that has idle OpenMP threads sleep, and its value."""
COMPARISON = ASSETS / "studies" / "compare"
SCOPE_STUDY = ASSETS / "studies" / "out_of_scope.json"


@dataclass(frozen=True)
class Variable:
    """An environment variable that whoever runs the program may set.

    Args:
        name: Its name.
        default: What holds where it is not set, in words.
        meaning: What it does.
    """

    name: str
    default: str
    meaning: str


VARIABLES = (
    Variable(
        "QCMFM_HOME",
        "`workspace/` beside the app in a source tree, else `qcmfm` in the user's data folder",
        "The workspace: all that is made here.",
    ),
    Variable(
        "QCMFM_CATALOG",
        "`catalog/` in the workspace",
        "Where the search catalog lies: a folder, or an object store's URI that servers share.",
    ),
    Variable(
        "QCMFM_ACCESS", "`access.json` in the workspace", "The file that says who has which role."
    ),
    Variable("QCMFM_LOG", "`text`", "`json`: the log as one JSON object a line."),
    Variable(
        "QCMFM_LOG_LEVEL",
        "`info` for the server, `warning` for commands",
        "The least that is logged of the program's own work: `debug`, `info`, `warning`, `error`.",
    ),
    Variable(
        "QCMFM_LOG_DETAILS",
        "off, but on a terminal",
        "`1`: errors are logged with their own words, which may hold a caption or a name.",
    ),
    Variable(
        "QCMFM_METRICS_TOKEN",
        "none: metrics for this computer alone",
        "Whoever bears this token may read `/metrics` from elsewhere; at least 16 characters.",
    ),
    Variable(
        "QCMFM_CONTACT",
        "none",
        "An e-mail or web address that is told to every museum's server that is asked.",
    ),
    Variable(
        "QCMFM_ALLOW_PRIVATE_ADDRESSES",
        "none",
        "Hosts and networks that imports may ask though they are not public, with commas; "
        "`*`: any.",
    ),
    Variable("QCMFM_MET_API", "the Met's own", "Another address of the Met's object API."),
)
"""Every environment variable of the program's own. `.deploy/README.md` has them as a table."""


def value(name: str) -> str:
    """What an environment variable of `VARIABLES` is set to; empty where it is not."""
    assert any(name == known.name for known in VARIABLES), name
    return os.environ.get(name, "").strip()


def home() -> Path:
    """The workspace folder.

    It is `QCMFM_HOME`; else `workspace/` beside the app in a source tree; else the folder that the
    platform has for a user's data, such as `~/.local/share/qcmfm` on Linux.
    """
    named, tree = value("QCMFM_HOME"), source_tree()
    if named:
        return expanded(named).resolve()
    return (tree / "workspace").resolve() if tree else _user_data()


def source_tree() -> Path | None:
    """The folder of the source tree that the program runs from; None for an installed copy.

    An installed copy carries its assets inside the package, a source tree beside it.
    """
    above = PACKAGE.parent
    return above if ASSETS.parent == above and (above / "app.py").is_file() else None


def app_script() -> Path:
    """What Streamlit runs; beside it lies `.streamlit/config.toml`.

    A wheel carries both as `qcmfm.start`.
    """
    return (source_tree() or PACKAGE / "start") / "app.py"


@cache
def _user_data() -> Path:
    import platformdirs

    return platformdirs.user_data_path("qcmfm", appauthor=False).resolve()


def spare_other_processes() -> None:
    """Have idle threads of a computation sleep; to be called before torch is loaded.

    Threads that spin while they wait take the cores from everybody else: beside a busy core, a
    training was eight times slower for it. OpenMP reads the setting once, when it is loaded.
    """
    os.environ.setdefault(*SLEEPING_THREADS)


def expanded(path: str | Path) -> Path:
    """A path that somebody gave; `~` is their folder, unless nobody is called what follows it."""
    try:
        return Path(path).expanduser()
    except RuntimeError:
        return Path(path)


def collections_folder() -> Path:
    """Collections that the user made, one folder each."""
    return home() / "collections"


def features_folder() -> Path:
    """Encoder outputs, shared by every collection and model."""
    return home() / "features"


def runs_folder() -> Path:
    """Runs that the user trained, one folder each."""
    return home() / "runs"


def catalog_place() -> str:
    """Where the search catalog lies: `QCMFM_CATALOG`, such as an object store's URI, or a folder.

    Several servers that share a workspace can share a catalog.
    """
    return value("QCMFM_CATALOG") or str(home() / "catalog")
