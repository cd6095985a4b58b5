"""Where things live and what the machine offers."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ASSETS = ROOT / "assets"
SHIPPED_RUNS = ASSETS / "runs"
SHIPPED_COLLECTIONS = ASSETS / "collections"
DEFAULT_RUN = "museum_materials"
COMPARISON = ASSETS / "studies" / "compare"
SCOPE_STUDY = ASSETS / "studies" / "out_of_scope.json"


def home() -> Path:
    """The workspace folder: `QCMFM_HOME`, else `workspace/` beside the app."""
    return expanded(os.environ.get("QCMFM_HOME") or ROOT / "workspace").resolve()


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
    return os.environ.get("QCMFM_CATALOG") or str(home() / "catalog")
