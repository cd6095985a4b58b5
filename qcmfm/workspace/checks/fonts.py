"""The fonts: whether pictures can show the letters in which collections and runs are named."""

from collections.abc import Iterator
from pathlib import Path

from qcmfm.core import fonts
from qcmfm.workspace._findings import NOTE, Finding


def examine(home: Path) -> Iterator[Finding]:
    """Of no concern to whoever names nothing in Chinese, Japanese or Korean."""
    named = [file.name for folder in ("collections", "runs") for file in (home / folder).glob("*")]
    written = [name for name in named if fonts.needs_cjk_font(name)]
    if written and fonts.use() == [fonts.OWN]:
        what = "Pictures cannot show its name: no font with such letters was found."
        yield Finding(NOTE, sorted(written)[0], what, fonts.INSTALL)
