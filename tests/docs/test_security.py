"""Every promise of `SECURITY.md` names what tests it, and what it names is there."""

import re

from tests.structure import ROOT, Checkout

TEXT = (ROOT / ".github" / "SECURITY.md").read_text("utf-8")
ROOMS = "|".join(sorted(Checkout(ROOT).rooms))
NAMED = re.compile(rf"`((?:{ROOMS})/[\w/]+[.]py)`")
"""A file by its path inside the package."""
TESTS = re.compile(r"`(?:tests/[\w/.]+|python -m tests[.]\w+[.]\w+)")


def promises() -> list[str]:
    """The last cell, which says what tests it, of each row in a table of promises."""
    tables = TEXT.split("| promise |")[1:]
    rows = [line for table in tables for line in table.split("\n\n")[0].splitlines()[2:]]
    return [row.rstrip("| ").rpartition(" | ")[2] for row in rows]


def test_every_promise_names_its_test():
    found = promises()
    assert len(found) > 35
    assert [cell for cell in found if not TESTS.search(cell)] == []


def test_the_files_that_keep_promises_are_there():
    named = NAMED.findall(TEXT)
    assert len(named) > 15
    assert [file for file in named if not (ROOT / "qcmfm" / file).is_file()] == []
