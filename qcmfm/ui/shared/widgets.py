"""Pieces that several pages draw."""

import contextlib
import html
import logging
import re
from collections.abc import Iterator, Sequence

import streamlit as st

from qcmfm import fusion
from qcmfm.core.errors import QcmfmError
from qcmfm.core.progress import Progress, Result, Work, finish
from qcmfm.core.text import visible
from qcmfm.inference.prediction import Prediction
from qcmfm.observability import logs, metrics
from qcmfm.ui.shell.failures import show_failure
from qcmfm.ui.shell.language import N_, _

log = logging.getLogger(__name__)

SIMULATED = N_(
    "The proposal comes from a simulated quantum circuit, run on this computer. No "
    "quantum computer was used."
)

THUMBNAIL = 160
"""Pixels across, so that six stand side by side on a desktop, three on a tablet, two on a phone."""

_MARKDOWN = re.compile(r"[\\`*_{}\[\]()<>#+\-.!|~$:&=]")
_INDENT = re.compile(r"^[ \t]+", re.MULTILINE)
_JOINER = "\u2060"
_PARTED = re.compile(
    r":(?=[\w+\-/]+:)|(?<=https)://|(?<=http)://|(?<=ftp)://|(?<=ww)w(?=\.)|@(?=[\w\-]+\.)"
    r"|(?<!\S)(?:<->|->|<-|--|>=|<=|~=)(?!\S)",
    re.IGNORECASE,
)


@contextlib.contextmanager
def error_boundary() -> Iterator[None]:
    """Show an error inside the block as a sentence; what is a bug goes to the log in full."""
    try:
        yield
    except QcmfmError as error:
        metrics.error("told")
        show_error(error)
    except OSError as error:
        log.exception("A page could not read or write a file")
        st.error(
            _(
                "A file could not be read or written ({strerror}). Ask whoever runs this "
                "server to check its disk."
            ).format(strerror=plain(error.strerror or _("no reason given"))),
            icon=":material/error:",
        )
    except Exception:
        show_failure(logs.unexpected(log, "A page failed"))


def watched(work: Work[Result]) -> Result:
    """Do long work under a progress bar; leaving the page stops it."""
    bar = st.progress(0.0, _("Starting …"))

    def show(event: Progress) -> None:
        bar.progress(event.done / max(event.total, 1), told_progress(event))

    return finish(work, show)


def told_progress(event: Progress) -> str:
    """How far some work is, as Markdown; its note may name a file or an address."""
    return _("{stage}: {done:,} of {total:,}. {note}").format(
        stage=plain(_(event.stage)), done=event.done, total=event.total, note=plain(event.note)
    )


def show_error(error: QcmfmError) -> None:
    """What is wrong and what to do about it."""
    st.error(f"{plain(_(error.message))}  \n{plain(_(error.hint))}", icon=":material/error:")


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


def page_link(name: str, label: str, icon: str | None = None, **query: str) -> None:
    """A link to the page `pages/<name>.py`; Streamlit wants it relative to the router's file."""
    st.page_link(f"../../pages/{name}.py", label=label, icon=icon, query_params=query or None)


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


def listed(labels: Sequence[str], most: int = 6) -> str:
    """The first of some labels, and how many more there are."""
    shown = ", ".join(map(words_for, labels[:most]))
    return (
        _("{shown} and {more} more").format(shown=shown, more=len(labels) - most)
        if len(labels) > most
        else shown
    )


def probability_bars(prediction: Prediction, top: int = 3) -> None:
    """The likeliest labels with their calibrated probabilities."""
    for label, probability in prediction.ranked[:top]:
        st.progress(probability, text=f"{plain(words_for(label))} · {percent(probability)}")


def doubt_in_words(prediction: Prediction) -> str:
    """What else the label may be, and whether the model knows such things; Markdown."""
    kept, said = prediction.label_set, []
    if kept is not None:
        names = [plain(words_for(label)) for label in kept]
        if len(names) == 1:
            sure = _("{label}, and no other label is likely enough").format(label=names[0])
            said.append(f":material/check_circle: {sure}")
        elif names:
            unsure = _("{others} or {last}: needs a look")
            unsure = unsure.format(others=", ".join(names[:-1]), last=names[-1])
            said.append(f":material/help: {unsure}")
        else:
            said.append(f":material/help: {_('no label is likely enough: needs a look')}")
    if prediction.in_scope == "no":
        strange = _("unlike anything the model was trained on")
        said.append(f":material/explore_off: {strange}")
    return "  \n".join(said)
