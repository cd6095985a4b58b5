"""Where things live and what the machine offers."""

import os
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ASSETS = ROOT / "assets"
SHIPPED_RUNS = ASSETS / "runs"
SHIPPED_COLLECTIONS = ASSETS / "collections"
DEFAULT_RUN = "museum_materials"
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
    Variable("QCMFM_HOME", "`workspace/` beside the app", "The workspace: all that is made here."),
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
    """The workspace folder: `QCMFM_HOME`, else `workspace/` beside the app."""
    return expanded(value("QCMFM_HOME") or ROOT / "workspace").resolve()


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
