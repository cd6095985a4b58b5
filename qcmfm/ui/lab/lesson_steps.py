"""The five steps of the lesson: texts, pictures and questions."""

import base64
from dataclasses import dataclass
from html import escape

from qcmfm.lab.circuit_inputs import CircuitInputs
from qcmfm.lab.lesson import DEVICE, TIMES, Lesson
from qcmfm.lab.saved_noise import title
from qcmfm.records import Record
from qcmfm.ui.lab.diagram import drawing
from qcmfm.ui.lab.pictures import BOTH, IMAGE, bars, curve, readings, shares_bars
from qcmfm.ui.lab.state_pictures import amplitude_columns, bloch_spheres, phase_key
from qcmfm.ui.shared.formatting import words_for
from qcmfm.ui.shell.language import _


@dataclass(frozen=True)
class LessonStep:
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


def steps(
    found: CircuitInputs, record: Record, photo: bytes | None, lesson: Lesson
) -> list[LessonStep]:
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
        LessonStep(
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
        LessonStep(
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
        LessonStep(
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
        LessonStep(
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
        LessonStep(
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
    # The lesson only shows it, so it may shrink to the width there is.
    return f"<div class='qcmfm-lesson-circuit'>{svg}</div>"
