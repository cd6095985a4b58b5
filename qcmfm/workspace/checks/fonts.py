"""Checks for a font with the Chinese, Japanese or Korean letters of names in pictures."""

from collections.abc import Iterator
from pathlib import Path

from qcmfm.core import fonts
from qcmfm.workspace._findings import NOTE, Finding


def examine(home: Path) -> Iterator[Finding]:
    """Report a missing font if a collection or run has such a name."""
    named = [file.name for folder in ("collections", "runs") for file in (home / folder).glob("*")]
    written = [name for name in named if fonts.needs_cjk_font(name)]
    if written and fonts.use() == [fonts.OWN]:
        what = "Pictures cannot show its name: no font with such letters was found."
        yield Finding(NOTE, sorted(written)[0], what, fonts.INSTALL)
