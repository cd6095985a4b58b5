"""The lesson: five steps from a photo to a label, on the page and as a file to print."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import streamlit as st

from qcmfm.lab.circuit_inputs import CircuitInputs
from qcmfm.lab.lesson import DEVICE, TIMES, Lesson, prepare
from qcmfm.lab.saved_noise import title
from qcmfm.records import Collection, Record
from qcmfm.ui.lab.diagram import drawing
from qcmfm.ui.lab.inputs import choose_record
from qcmfm.ui.lab.pictures import BOTH, IMAGE, bars, curve, readings, shares_bars
from qcmfm.ui.lab.results import result_cache
from qcmfm.ui.lab.state_pictures import amplitude_columns, bloch_spheres, phase_key
from qcmfm.ui.lab.svg import show_drawn
from qcmfm.ui.shared.address import Address
from qcmfm.ui.shared.component import text_of
from qcmfm.ui.shared.formatting import words_for
from qcmfm.ui.shared.records import thumbnail
from qcmfm.ui.shell.language import _, spoken, tag


@dataclass(frozen=True)
class Step:
    """One step of the lesson.

    Args:
        title: What happens.
        text: In a few sentences.
        picture: HTML made of numbers and escaped words.
        question: One.
        answer: To it.
    """

    title: str
    text: str
    picture: str
    question: str
    answer: str


def steps(found: CircuitInputs, record: Record, photo: bytes | None, lesson: Lesson) -> list[Step]:
    """The five steps of one record."""
    readout, walk = found.readout, lesson.walk
    n_qubits, dim = readout.circuit.n_qubits, readout.circuit.dim
    entropy = walk.entropy.tolist()
    top = max(range(len(entropy)), key=entropy.__getitem__)
    names = readout.labels
    final = dict(zip(names, walk.probabilities[-1].tolist(), strict=True))
    noisy = dict(zip(names, lesson.noisy.tolist(), strict=True))
    alone, caption, both = lesson.shares
    few, many = min(lesson.missed), max(lesson.missed)
    stays = _("The label stays") if lesson.label == lesson.noisy_label else _("The label changes")
    return [
        Step(
            _("A photo and a caption"),
            _(
                "Two ordinary neural networks, trained long before on other pictures and "
                "texts, turn the photo into 49 regions and the caption into words, all of "
                "them lists of numbers. Every word then takes something from the regions "
                "it fits, and every region from the words."
            ),
            _record_picture(record, photo),
            _("Which words of the caption could nobody read off the photo?"),
            _(
                "Look for words about how, when or where it was made. What the photo "
                "cannot show, the model can only know from the caption; that is why it is "
                "given both."
            ),
        ),
        Step(
            _("{dim} numbers on {n_qubits} qubits").format(dim=dim, n_qubits=n_qubits),
            _(
                "A qubit that is read gives 0 or 1. {n_qubits} of them give one of {dim} "
                "outcomes, and before they are read there is a number for each outcome, "
                "its amplitude. The model writes the photo into {half} of them and the "
                "caption into the others. Wire 0 says which: 0 for the photo, 1 for the "
                "caption."
            ).format(n_qubits=n_qubits, dim=dim, half=dim // 2),
            amplitude_columns(walk.states[0]) + phase_key(),
            _("What would the lower row look like if there were no caption?"),
            _(
                "Empty. All of the record would then be in the upper row, and wire 0 would "
                "surely read 0."
            ),
        ),
        Step(
            _("Gates mix them"),
            _(
                "{n} gates follow in {layers} layers. Some turn one qubit by an angle that was "
                "learned, others act on two qubits and entangle them: neither has a state "
                "of its own any more. Where photo and caption meet in one outcome they add "
                "up or cancel out."
            ).format(n=len(readout.circuit.gates), layers=len(walk) - 1),
            _small_diagram(found)
            + curve(
                {
                    _("entanglement of wire 0"): (entropy, IMAGE),
                    _("photo and caption meet"): (walk.interference.tolist(), BOTH),
                },
                len(walk) - 1,
                _("Entanglement of wire 0 and how far photo and caption meet, layer by layer"),
            )
            + bloch_spheres(walk.bloch[-1], 84),
            _("After which layer is wire 0 entangled most? (1 is the most there can be.)"),
            _(
                "After {layer}: {entropy:.2f}. Short arrows in the balls say the same: the "
                "shorter, the more entangled."
            ).format(
                layer=_("layer {layer}").format(layer=top) if top else _("the start"),
                entropy=entropy[top],
            ),
        ),
        Step(
            _("Reading"),
            _(
                "Reading gives only 0 or 1 on every wire, so one repeats the whole thing "
                "and takes means: +1 if a wire always reads 0, −1 if it always reads 1. "
                "Each such repetition is a shot."
            ),
            readings(lesson.exact.tolist(), {n: r.tolist() for n, r in lesson.read.items()}),
            _("How far off is the worst wire with {few} shots, and how far with {many:,}?").format(
                few=few, many=many
            ),
            _(
                "About {few:.2f} and {many:.2f}. A hundred times the shots make the "
                "error about ten times smaller."
            ).format(few=lesson.missed[few], many=lesson.missed[many]),
        ),
        Step(
            _("A label, with and without noise"),
            _(
                "The readings go into a plain weighted sum for every label, and the "
                "largest wins. Of the readings' size, {alone:.0%} comes from the photo "
                "alone, {caption:.0%} from the caption alone and {both:.0%} only from both "
                "together. Real devices err: below, what {times} times the noise of the "
                "machine {device} would make of it."
            ).format(alone=alone, caption=caption, both=both, times=TIMES, device=_(title(DEVICE))),
            "<div style='display:grid;grid-template-columns:1fr 1fr;gap:24px'>"
            f"<div><b>{_('Without noise')}</b>{bars(final, top=5)}</div>"
            f"<div><b>{_('With noise')}</b>{bars(noisy, final, top=5)}</div></div>"
            f"<div style='margin-top:12px'>{shares_bars(walk.shares[-1])}</div>",
            _("Does the label change? What would you check before you accept it?"),
            _(
                "{stays}: {label} without noise, {noisy_label} with it. Whichever it is, "
                "only the object itself and its records can confirm a label; the model is "
                "a proposal."
            ).format(
                stays=stays,
                label=words_for(lesson.label),
                noisy_label=words_for(lesson.noisy_label),
            ),
        ),
    ]


def _record_picture(record: Record, photo: bytes | None) -> str:
    picture = ""
    if photo:
        data = base64.b64encode(photo).decode()
        alt = escape(record.caption or record.record_id, quote=True)
        picture = (
            f"<img src='data:image/jpeg;base64,{data}' alt='{alt}' "
            "style='width:220px;border-radius:8px'>"
        )
    return (
        "<div style='display:flex;gap:20px;align-items:center;flex-wrap:wrap'>"
        f"{picture}<blockquote style='flex:1;min-width:200px;margin:0;font-size:1.1rem'>"
        f"“{escape(record.caption or _('no caption'))}”</blockquote></div>"
    )


def _small_diagram(found: CircuitInputs) -> str:
    svg = drawing(found.readout.circuit, found.readout.angles, fold=True)
    # On the lesson it is only looked at, so it may shrink to the width there is.
    return f"<div class='qcmfm-lesson-circuit'>{svg}</div>"


def show_lesson(address: Address, found: CircuitInputs, collection: Collection) -> None:
    """The five steps on the page, and the same as a file."""
    record_id = choose_record(address, found)
    record = found.records[found.row(record_id)]
    lesson = result_cache().get(("lesson", found.key, record_id), lambda: prepare(found, record_id))
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


def printable(made: Sequence[Step]) -> str:
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
        f"<!doctype html><html lang='{tag(spoken())}'><meta charset='utf-8'>"
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
