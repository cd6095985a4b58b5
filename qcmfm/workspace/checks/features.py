"""Checks that feature shards can be read; missing features are computed again."""

import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from safetensors import SafetensorError, safe_open

from qcmfm.workspace._findings import FAULT, Finding


def examine(home: Path) -> Iterator[Finding]:
    """Report each unreadable shard."""
    for shard in sorted((home / "features").rglob("*.safetensors")):
        if shard.name.startswith("."):
            continue
        try:
            with safe_open(shard, framework="numpy") as file:
                json.loads(file.metadata()["keys"])
        except (SafetensorError, OSError, KeyError, TypeError, ValueError) as error:
            path, act = shard.relative_to(home).as_posix(), partial(shard.unlink, True)
            what = f"It cannot be read ({type(error).__name__})."
            remedy = "Mending deletes it; it is made again when it is needed."
            yield Finding(FAULT, path, what, remedy, act)
