"""Letters in pictures: matplotlib's own font has none of the Chinese, Japanese and Korean ones.

Where a caption, a label or the name of a collection is written in them, a picture drawn by the
program would show boxes. So the pictures name a second font that has them, where the system does.
"""

import contextlib
import logging
import re
from collections.abc import Collection
from functools import cache

log = logging.getLogger(__name__)

OWN = "DejaVu Sans"
"""What matplotlib brings along."""

HAVE_THEM = (
    "Noto Sans CJK SC", "Noto Sans SC", "Noto Sans CJK TC", "Noto Sans CJK JP",
    "Source Han Sans SC", "Source Han Sans CN", "Microsoft YaHei", "PingFang SC", "PingFang HK",
    "Hiragino Sans GB", "Heiti SC", "Heiti TC", "STHeiti", "SimHei", "SimSun", "DengXian",
    "WenQuanYi Micro Hei", "WenQuanYi Zen Hei", "Droid Sans Fallback", "AR PL UMing CN",
    "AR PL UKai CN", "MS Gothic", "Yu Gothic", "Malgun Gothic", "Arial Unicode MS",
)  # fmt: skip
"""Fonts with Chinese letters, those made for screens and for simplified letters first."""

INSTALL = "Install one, such as Noto Sans CJK (Debian and Ubuntu: apt-get install fonts-noto-cjk)."


def families(installed: Collection[str]) -> list[str]:
    """The fonts to draw with, each for what those before it lack.

    Args:
        installed: Names of the fonts there are.
    """
    return [OWN, *[name for name in HAVE_THEM if name in installed][:1]]


def needs_cjk_font(text: str) -> bool:
    """Whether a text has letters that matplotlib's own font lacks: Chinese, Japanese or Korean."""
    return bool(_THEM.search(text))


_THEM = re.compile("[\u2e80-\u9fff\uac00-\ud7ff\uf900-\ufaff]")


def _register_new_fonts() -> None:
    """Fonts that were installed since matplotlib made its list, which it then keeps for good."""
    from matplotlib import font_manager

    known = {font.fname for font in font_manager.fontManager.ttflist}
    for file in sorted({*font_manager.findSystemFonts()} - known):
        with contextlib.suppress(OSError, RuntimeError, ValueError):  # one it cannot read
            font_manager.fontManager.addfont(file)


@cache
def use() -> list[str]:
    """Have matplotlib draw with them from now on; done once, before the first figure."""
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
