"""Paths of the program and of its workspace, and the environment variables that set them."""

import os
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

PACKAGE = Path(str(files("qcmfm"))).resolve()
"""The folder of the package `qcmfm`."""


def shipped(name: str) -> Path:
    """Path of a folder that comes with the program.

    A wheel carries it inside the package (`assets/` as `qcmfm.assets`); in a source tree it is
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
OPEN_BROWSER = "--open-browser"
SECRETS = "secrets.toml"
"""File in the workspace with the sign-in's secrets, as Streamlit reads them; in no backup."""
COMPARISON = ASSETS / "studies" / "compare"
SCOPE_STUDY = ASSETS / "studies" / "out_of_scope.json"


@dataclass(frozen=True)
class Variable:
    """Documentation of an environment variable.

    Args:
        name: Name of the variable.
        default: Description of the behaviour when it is not set.
        meaning: Description of its effect.
    """

    name: str
    default: str
    meaning: str


VARIABLES = (
    Variable(
        "QCMFM_HOME",
        "`workspace/` beside the app in a source tree, else `qcmfm` in the user's data folder",
        "The workspace, the folder of everything that people make.",
    ),
    Variable(
        "QCMFM_CATALOG",
        "`catalog/` in the workspace",
        "The search catalog: a folder, or the URI of an object store that servers share.",
    ),
    Variable(
        "QCMFM_ACCESS", "`access.json` in the workspace", "The file that assigns roles to people."
    ),
    Variable("QCMFM_LOG", "`text`", "`json`: one JSON object per line."),
    Variable(
        "QCMFM_LOG_LEVEL",
        "`info` for the server, `warning` for commands",
        "Lowest level of the program's own messages: `debug`, `info`, `warning`, `error`.",
    ),
    Variable(
        "QCMFM_LOG_DETAILS",
        "off, except on a terminal",
        "`1`: errors are logged with their text, which may contain a caption or a name.",
    ),
    Variable(
        "QCMFM_METRICS_TOKEN",
        "none: metrics for this computer only",
        "Token to read `/metrics` from elsewhere; at least 16 characters.",
    ),
    Variable(
        "QCMFM_CONTACT",
        "none",
        "E-mail or web address that is sent with every request to a museum's server.",
    ),
    Variable(
        "QCMFM_ALLOW_PRIVATE_ADDRESSES",
        "none",
        "Hosts and networks that imports may contact although they are not public, "
        "separated by commas; `*`: any.",
    ),
    Variable("QCMFM_MET_API", "the Met's own", "Another address of the Met's object API."),
)
"""All environment variables of the program; `.deploy/README.md` lists them in a table."""


def value(name: str) -> str:
    """The value of an environment variable of `VARIABLES`; empty if it is not set."""
    assert any(name == known.name for known in VARIABLES), name
    return os.environ.get(name, "").strip()


def home() -> Path:
    """The workspace folder.

    It is `QCMFM_HOME`; else `workspace/` beside the app in a source tree; else the platform's
    folder for user data, such as `~/.local/share/qcmfm` on Linux.
    """
    named, tree = value("QCMFM_HOME"), source_tree()
    if named:
        return expanded(named).resolve()
    if tree:
        return (tree / "workspace").resolve()
    import platformdirs

    return platformdirs.user_data_path("qcmfm", appauthor=False).resolve()


def source_tree() -> Path | None:
    """The folder of the source tree that the program runs from; None for an installed copy.

    An installed copy carries its assets inside the package, a source tree beside it.
    """
    above = PACKAGE.parent
    return above if ASSETS.parent == above and (above / "app.py").is_file() else None


def app_script() -> Path:
    """Path of the script that Streamlit runs, `app.py`; `.streamlit/config.toml` is beside it.

    A wheel carries both as `qcmfm.start`. The script accepts the argument `OPEN_BROWSER`.
    """
    return (source_tree() or PACKAGE / "start") / "app.py"


def sleeping_threads() -> dict[str, str]:
    """Environment variables that make idle OpenMP threads sleep.

    Threads that spin while they wait take CPU time from other processes: on two busy cores,
    training was once eight times slower. OpenMP reads the variable once, when torch is loaded.
    """
    return {"OMP_WAIT_POLICY": os.environ.get("OMP_WAIT_POLICY", "PASSIVE")}


def spare_other_processes() -> None:
    """Apply `sleeping_threads` to this process; entry points call this before they load torch."""
    os.environ.update(sleeping_threads())


def expanded(path: str | Path) -> Path:
    """A path with `~` expanded; unchanged if it names the home of an unknown user."""
    try:
        return Path(path).expanduser()
    except RuntimeError:
        return Path(path)


def collections_folder() -> Path:
    """Folder of the user's collections, one folder each."""
    return home() / "collections"


def features_folder() -> Path:
    """Folder of the feature cache, shared by all collections and models."""
    return home() / "features"


def runs_folder() -> Path:
    """Folder of the user's runs, one folder each."""
    return home() / "runs"


def catalog_place() -> str:
    """Location of the search catalog: `QCMFM_CATALOG`, else a folder of the workspace.

    It may be the URI of an object store, so that several servers can share a catalog.
    """
    return value("QCMFM_CATALOG") or str(home() / "catalog")
