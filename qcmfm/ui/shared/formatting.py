"""How text, names and numbers are written on a page."""

import html
import re

from qcmfm import fusion
from qcmfm.core.text import visible
from qcmfm.ui.shell.language import _

_MARKDOWN = re.compile(r"[\\`*_{}\[\]()<>#+\-.!|~$:&=]")
_INDENT = re.compile(r"^[ \t]+", re.MULTILINE)
_JOINER = "\u2060"
_PARTED = re.compile(
    r":(?=[\w+\-/]+:)|(?<=https)://|(?<=http)://|(?<=ftp)://|(?<=ww)w(?=\.)|@(?=[\w\-]+\.)"
    r"|(?<!\S)(?:<->|->|<-|--|>=|<=|~=)(?!\S)",
    re.IGNORECASE,
)


def plain(text: str) -> str:
    """Text from outside as Markdown that shows it as it is written.

    What Markdown gives a meaning is escaped. What Streamlit looks for afterwards, in the text that
    is left (addresses, emoji names, arrows), is parted by a character that nobody sees. Letters
    that turn the direction of what follows, or control a terminal, are shown as the mark for what
    cannot be shown.
    """
    text = _INDENT.sub(lambda found: "\u00a0" * len(found[0]), visible(text))
    parted = _PARTED.sub(lambda found: found[0][0] + _JOINER + found[0][1:], text)
    return _MARKDOWN.sub(r"\\\g<0>", parted)


def in_figure(text: str) -> str:
    """Text from outside for a figure: plotly reads tags in it."""
    return html.escape(visible(text), quote=False)


def words_for(label: str) -> str:
    """A label, or a name, as a person writes it."""
    return visible(label.replace("_", " "))


def model_name(model: str) -> str:
    """What people call a kind of model, or one that a study changed."""
    return _(fusion.title(model)) if model in fusion.names() else words_for(model)


def shortened(caption: str, most: int = 90) -> str:
    """A caption of at most so many characters, cut between words."""
    return caption if len(caption) <= most else caption[:most].rsplit(" ", 1)[0] + " …"


def percent(probability: float | None) -> str:
    """A probability as a person reads it: what is almost certain is not called certain."""
    if probability is None:
        return "–"
    if 0.995 <= probability < 1:
        return _("over 99%")
    return _("under 1%") if 0 < probability < 0.005 else f"{probability:.0%}"
