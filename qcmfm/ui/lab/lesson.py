"""The lesson: five steps from a photo to a label, on the page and as a file to print."""

from collections.abc import Sequence
from html import escape

import streamlit as st

from qcmfm.lab.circuit_inputs import CircuitInputs
from qcmfm.lab.lesson import prepare_lesson
from qcmfm.records import Collection
from qcmfm.ui.lab.inputs import choose_record
from qcmfm.ui.lab.lesson_steps import LessonStep, steps
from qcmfm.ui.lab.results import result_cache
from qcmfm.ui.lab.svg import show_drawn
from qcmfm.ui.shared.address import Address
from qcmfm.ui.shared.component import text_of
from qcmfm.ui.shared.records import thumbnail
from qcmfm.ui.shell.language import _, current_language, language_tag


def show_lesson(address: Address, found: CircuitInputs, collection: Collection) -> None:
    """The five steps on the page, and the same as a file."""
    record_id = choose_record(address, found)
    record = found.records[found.row(record_id)]
    lesson = result_cache().get(
        ("lesson", found.key, record_id), lambda: prepare_lesson(found, record_id)
    )
    photo = thumbnail(collection, record)
    made = steps(found, record, photo, lesson)
    st.download_button(
        _("Download to print"), printable(made), "lesson.html", "text/html", on_click="ignore",
        icon=":material/print:",
        help=_("One HTML file with all pictures in it; the answers stand at the end."),
    )  # fmt: skip
    st.html(f"<style>{_STYLE}</style>")
    for number, step in enumerate(made, start=1):
        with st.container(border=True):
            st.header(f"{number}. {step.title}", anchor=False)
            st.markdown(step.text)
            show_drawn(f"<style>{_STYLE}</style>{step.picture}", f"step-{number}")
            st.info(step.question, icon=":material/help:")
            with st.expander(_("Answer")):
                st.markdown(step.answer)


def printable(made: Sequence[LessonStep]) -> str:
    """The lesson as one HTML page that prints well."""
    sections = "".join(
        f"<section><h2>{number}. {escape(step.title)}</h2><p>{escape(step.text)}</p>{step.picture}"
        f"<p class='ask'><b>{_('Question {number}.').format(number=number)}</b> "
        f"{escape(step.question)}</p><div class='lines'></div></section>"
        for number, step in enumerate(made, start=1)
    )
    answers = "".join(f"<li>{escape(step.answer)}</li>" for step in made)
    about = _(
        "A real record and the trained model of QCMFM Studio. The qubits are simulated on an "
        "ordinary computer; no quantum computer was used."
    )
    return (
        f"<!doctype html><html lang='{language_tag(current_language())}'><meta charset='utf-8'>"
        f"<title>{_('From a photo to a label')}</title>"
        f"<style>{_PAPER}{_STYLE}</style><h1>{_('From a photo to a label, in five steps')}</h1>"
        f"<p>{about}</p>{sections}"
        f"<section><h2>{_('Answers')}</h2><ol>{answers}</ol></section></html>"
    )


_SCOPED = "".join(
    f".qcmfm-lesson-circuit {rule}\n" for rule in text_of("drawing.css").splitlines()
).replace(".name, .layer", ".name, .qcmfm-lesson-circuit .layer")

_STYLE = (
    _SCOPED
    + """
.qcmfm-lesson-circuit svg { width: 100%; height: auto; max-height: 320px; }
.qcmfm-lesson-circuit .part { cursor: default; }
@media print {
  [data-testid=stSidebar], [data-testid=stHeader], [data-testid=stDownloadButton] {
    display: none !important; }
  [data-testid=stMain], [data-testid=stAppViewContainer], [data-testid=stApp] {
    position: static !important; overflow: visible !important; height: auto !important; }
  [data-testid=stVerticalBlockBorderWrapper], section { break-inside: avoid; }
}
"""
)

_PAPER = """
body { font: 15px/1.5 Georgia, serif; max-width: 760px; margin: 24px auto; color: #111;
  print-color-adjust: exact; -webkit-print-color-adjust: exact; padding: 0 16px; }
h1, h2 { font-family: Helvetica, Arial, sans-serif; line-height: 1.2; }
h2 { margin-top: 28px; border-top: 1px solid #999; padding-top: 12px; }
.ask { background: #f4ecdd; padding: 8px 12px; border-radius: 6px; }
.lines { height: 64px; background: repeating-linear-gradient(#fff 0 30px, #aaa 30px 31px); }
"""
