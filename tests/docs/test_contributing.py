"""What contributors read fits the program: its rooms, its commands and the names in its recipes."""

import importlib.util
import re
from pathlib import Path

from tests.structure import ROOT, rooms_table

TEXT = (ROOT / ".github" / "CONTRIBUTING.md").read_text("utf-8")
NAMED_IN = re.compile(r"`(\w+)`(?: in| of|,)\s+`((?:qcmfm|tests)/[\w/]+[.]py)`")
"""A name, and the file that has it."""


def test_the_table_of_rooms_is_that_of_their_docstrings():
    assert f"\n\n{rooms_table(ROOT)}\n\n" in TEXT


def test_every_command_is_there():
    modules = set(re.findall(r"python -m (tests[.\w]*\w)", TEXT))
    assert len(modules) > 10
    gone = [module for module in modules if importlib.util.find_spec(module) is None]
    assert gone == []


def test_every_name_is_in_the_file_that_it_is_said_to_be_in():
    found = NAMED_IN.findall(TEXT)
    assert len(found) >= 10
    gone = [
        f"{name} in {file}"
        for name, file in found
        if not re.search(rf"\b{name}\b", Path(ROOT / file).read_text("utf-8"))
    ]
    assert gone == []
