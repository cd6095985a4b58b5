"""A fallback font for Chinese, Japanese and Korean (CJK) text in figures.

Matplotlib's default font has no CJK glyphs: captions, labels and collection names in these scripts
would appear as empty boxes. Figures therefore name a second font, if the system has one.
"""

import contextlib
import logging
import re
from collections.abc import Collection
from functools import cache

log = logging.getLogger(__name__)

OWN = "DejaVu Sans"
"""The font that ships with matplotlib."""

HAVE_THEM = (
    "Noto Sans CJK SC", "Noto Sans SC", "Noto Sans CJK TC", "Noto Sans CJK JP",
    "Source Han Sans SC", "Source Han Sans CN", "Microsoft YaHei", "PingFang SC", "PingFang HK",
    "Hiragino Sans GB", "Heiti SC", "Heiti TC", "STHeiti", "SimHei", "SimSun", "DengXian",
    "WenQuanYi Micro Hei", "WenQuanYi Zen Hei", "Droid Sans Fallback", "AR PL UMing CN",
    "AR PL UKai CN", "MS Gothic", "Yu Gothic", "Malgun Gothic", "Arial Unicode MS",
)  # fmt: skip
"""Fonts with Chinese glyphs in order of preference: screen fonts and simplified Chinese first."""

INSTALL = "Install one, such as Noto Sans CJK (Debian and Ubuntu: apt-get install fonts-noto-cjk)."


def families(installed: Collection[str]) -> list[str]:
    """The font families to draw with; each supplies the glyphs that those before it lack.

    Args:
        installed: Names of the installed fonts.
    """
    return [OWN, *[name for name in HAVE_THEM if name in installed][:1]]


def needs_cjk_font(text: str) -> bool:
    """Whether a text contains Chinese, Japanese or Korean characters."""
    return bool(_THEM.search(text))


_THEM = re.compile("[\u2e80-\u9fff\uac00-\ud7ff\uf900-\ufaff]")


def _register_new_fonts() -> None:
    """Register fonts that were installed after matplotlib cached its font list."""
    from matplotlib import font_manager

    known = {font.fname for font in font_manager.fontManager.ttflist}
    for file in sorted({*font_manager.findSystemFonts()} - known):
        with contextlib.suppress(OSError, RuntimeError, ValueError):  # an unreadable font file
            font_manager.fontManager.addfont(file)


@cache
def use() -> list[str]:
    """Set matplotlib's font families; call it before the first figure, later calls do nothing.

    Returns:
        The font families in use.
    """
    import matplotlib
    from matplotlib import font_manager

    found = families({font.name for font in font_manager.fontManager.ttflist})
    if len(found) == 1:
        _register_new_fonts()
        found = families({font.name for font in font_manager.fontManager.ttflist})
    if len(found) == 1:
        log.info("No font with Chinese letters was found for pictures. %s", INSTALL)
    matplotlib.rcParams["font.family"] = found
    return found
