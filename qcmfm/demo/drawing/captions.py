"""Captions as curators write them, with what each word names."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from qcmfm.demo.drawing.plan import Motif, Plan

REIGNS = (
    "Ming dynasty, Xuande reign (1426–1435)",
    "Ming dynasty, Jiajing reign (1522–1566)",
    "Ming dynasty, Wanli reign (1573–1620)",
    "Qing dynasty, Kangxi reign (1662–1722)",
    "Qing dynasty, Yongzheng reign (1723–1735)",
    "Qing dynasty, Qianlong reign (1736–1795)",
    "Qing dynasty, Jiaqing reign (1796–1820)",
    "Qing dynasty, Guangxu reign (1875–1908)",
    "Ming dynasty",
    "Qing dynasty",
    "18th century",
    "Probably 17th century",
)

NOUNS = {
    "dragon": ("a dragon", "dragons"),
    "phoenix": ("a phoenix", "phoenixes"),
    "lotus": ("a lotus", "lotuses"),
    "peony": ("a peony", "peonies"),
    "cloud": ("a cloud", "clouds"),
    "wave": ("a wave", "waves"),
    "bat": ("a bat", "bats"),
    "crane": ("a crane", "cranes"),
    "taotie": ("a taotie", "taotie"),
    "key-fret": ("a key-fret", "key-fret"),
    "medallion": ("a medallion", "medallions"),
}

PLACED = {
    "centre": ("in the centre", "at the centre"),
    "left": ("on the left", "to the left"),
    "right": ("on the right", "to the right"),
    "upper": ("above", "in the upper part"),
    "lower": ("below", "in the lower part"),
}

SOUND = ("", "", "", "In good condition.", "Complete.")
WORN = ("Worn.", "Some losses.", "Old repairs.", "Scratched and stained.", "Small damages.")

UNSEEN = (
    "Companion to a piece with {}, not illustrated.",
    "The reverse shows {}.",
    "From a set; another of it has {}.",
    "Once stored with a textile showing {}.",
)
"""Sentences that name a motif which the photo does not show."""


@dataclass(frozen=True)
class Words:
    """A stretch of caption, and what in the picture it names: a key of `Layer.masks`, or nothing.

    Args:
        text: As it is printed.
        names: Empty where it names nothing visible.
    """

    text: str
    names: str = ""


@dataclass(frozen=True)
class Mention:
    """Where a caption names something visible.

    Args:
        start: First character.
        end: One past the last.
        names: A key of `Layer.masks`.
    """

    start: int
    end: int
    names: str


def join(parts: Sequence[Words]) -> tuple[str, list[Mention]]:
    """The caption's text, and its mentions, one for each word."""
    text, mentions = "", []
    for part in parts:
        if part.names:
            start = len(text)
            for word in part.text.split(" "):
                mentions.append(Mention(start, start + len(word), part.names))
                start += len(word) + 1
        text += part.text
    return text, mentions


def describe(rng: np.random.Generator, plan: Plan, form: str, technique: str) -> list[Words]:
    """A whole caption: form, motifs, technique, date, condition, in a curator's order.

    Args:
        rng: Chooses the wording.
        plan: The object.
        form: What the caption calls it: "Flower vase".
        technique: A sentence on how it was made or what for.
    """
    title = [Words(form, "object"), *_with_parts(plan.parts), *_with_motifs(rng, plan.motifs)]
    sentences = [[Words(technique)], [Words(_pick(rng, REIGNS) + ".")]]
    if rng.random() < 0.5:
        sentences.reverse()
    condition = _pick(rng, WORN if plan.wear > 0.5 else SOUND)
    if condition:
        sentences.append([Words(condition)])
    if rng.random() < 0.18:
        there = {motif.name for motif in plan.motifs}
        other = _pick(rng, [nouns[1] for name, nouns in NOUNS.items() if name not in there])
        sentences.append([Words(_pick(rng, UNSEEN).format(other))])
    parts = [*title, Words(".")]
    for sentence in sentences:
        parts += [Words(" "), *sentence]
    return parts


def sparse(rng: np.random.Generator, plan: Plan, form: str) -> list[Words]:
    """A caption that hardly says anything, or nothing at all."""
    if rng.random() < 0.4:
        return []
    parts = [Words(form, "object"), Words(".")]
    if rng.random() < 0.5:
        parts.append(Words(" " + _pick(rng, REIGNS) + "."))
    return parts


def _with_parts(parts: Sequence[str]) -> list[Words]:
    """`, with handles and a lid`."""
    words: list[Words] = []
    for index, part in enumerate(parts):
        words.append(Words(" with " if index == 0 else " and "))
        if not part.endswith("s"):
            words.append(Words("an " if part[0] in "aeiou" else "a "))
        words.append(Words(part, part))
    return [*words, Words(",")] if parts else []


def _with_motifs(rng: np.random.Generator, motifs: Sequence[Motif]) -> list[Words]:
    """` decorated with a red dragon in the centre and a border of blue clouds`."""
    if not motifs:
        return []
    words = [Words(_pick(rng, (" decorated with ", " showing ", " with the design of ")))]
    for index, motif in enumerate(motifs):
        if index:
            words.append(Words(" and " if index == len(motifs) - 1 else ", "))
        words += _one_motif(rng, motif)
    return words


def _one_motif(rng: np.random.Generator, motif: Motif) -> list[Words]:
    one, many = NOUNS[motif.name]
    if motif.place == "border":
        colour = f"{motif.colour} " if motif.colour else ""
        return [Words("a border of "), Words(f"{colour}{many}", motif.name)]
    noun = one.removeprefix("a ")
    phrase = f"{motif.colour} {noun}" if motif.colour else noun
    return [
        Words("an " if phrase[0] in "aeiou" else "a "),
        Words(phrase, motif.name),
        Words(f" {_pick(rng, PLACED[motif.place])}"),
    ]


def _pick(rng: np.random.Generator, choices: Sequence[str]) -> str:
    return choices[int(rng.integers(len(choices)))]
