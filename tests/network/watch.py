"""Watching the sockets of other Python processes, and of those that they start."""

import ipaddress
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

# Python runs a module of this name before anything else, in every process that has it on its path.
_SITE = """
import json, os, sys

def _watch(event, arguments, file=os.environ["SOCKETS_LOG"]):
    if event in ("socket.connect", "socket.sendto", "socket.sendmsg", "socket.getaddrinfo",
                 "socket.gethostbyname", "socket.gethostbyaddr", "urllib.Request"):
        told = [event, [repr(part) for part in arguments]]
        if event in ("socket.connect", "socket.sendto", "socket.sendmsg"):
            told = [event, int(arguments[0].family), repr(arguments[1])]
        with open(file, "a") as out:
            out.write(json.dumps(told) + "\\n")

with open(os.environ["SOCKETS_LOG"], "a") as out:
    out.write(json.dumps(["started", [sys.executable]]) + "\\n")
sys.addaudithook(_watch)
"""


def environment(folder: Path, of: Mapping[str, str] | None = None) -> dict[str, str]:
    """An environment in which every Python process notes what its sockets are asked to do.

    Args:
        folder: For what it notes.
        of: The environment otherwise; by default this process's.
    """
    of = os.environ if of is None else of
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "sitecustomize.py").write_text(_SITE)
    path = os.pathsep.join(part for part in (str(folder), of.get("PYTHONPATH", "")) if part)
    return dict(of) | {"PYTHONPATH": path, "SOCKETS_LOG": str(folder / "sockets.jsonl")}


def outside(folder: Path) -> list[str]:
    """What went, or would have gone, beyond this machine."""
    file = folder / "sockets.jsonl"
    lines = file.read_text().splitlines() if file.is_file() else []
    told = [line for line in lines if json.loads(line)[0] != "started"]
    return [line for line in told if not _stays(*json.loads(line))]


def seen(folder: Path) -> int:
    """How many calls were noted at all, the start of each process among them."""
    file = folder / "sockets.jsonl"
    return len(file.read_text().splitlines()) if file.is_file() else 0


def _stays(event: str, *told: Any) -> bool:
    if event in ("socket.connect", "socket.sendto", "socket.sendmsg"):
        family, address = told
        return family == 1 or _is_loopback(address)  # 1: between processes of one machine
    return _is_loopback(str(told[0][0]))


def _is_loopback(told: str) -> bool:
    host = told.strip("()").split(",")[0].strip("'\"b[]")
    if host in ("localhost", "None", ""):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
