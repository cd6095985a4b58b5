"""Text from outside is escaped for Markdown, figures and terminals, and loses nothing."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from qcmfm.core.text import escape_formula, unescape_formula, visible
from qcmfm.ui.shared.formatting import in_figure, plain
from tests.hostile.words import FORMULAS, LETTERS, MARKUP

READER = MarkdownIt("commonmark").enable(["table", "strikethrough"])
# What Streamlit looks for in text that Markdown has left alone.
LATER = re.compile(
    r":\+1:|:-1:|:[\w-]+:|:material/\w+:|https?://|www\.|[-.\w+]+@[-\w]+\.[-\w]"
    r"|(?:^|\s)(?:<->|->|<-|--|>=|<=|~=)(?:\s|$)",
    re.IGNORECASE,
)


def read(markdown: str) -> tuple[set[str], str]:
    """The kinds of things that Markdown makes of a text, and the text that it shows."""
    kinds: set[str] = set()
    shown: list[str] = []
    for token in READER.parse(markdown):
        kinds.add(token.type)
        for part in token.children or ():
            kinds.add(part.type)
            shown.append("\n" if part.type in ("softbreak", "hardbreak") else part.content)
        if token.type == "paragraph_close":
            shown.append("\n\n")
    return kinds, "".join(shown)


def assert_plain(text: str) -> None:
    kinds, shown = read(f"before {plain(text)}")
    breaks = {"paragraph_open", "paragraph_close", "softbreak", "hardbreak"}
    assert kinds <= breaks | {"inline", "text", "text_special"}
    assert not LATER.search(shown)
    assert (
        shown.replace("\u2060", "").split()
        == f"before {visible(text)}".replace("\u2060", "").split()
    )


@pytest.mark.parametrize(
    "name", [*MARKUP, *FORMULAS, *(n for n in LETTERS if len(LETTERS[n]) < 999)]
)
def test_a_hostile_text_is_read_as_itself(name: str):
    assert_plain({**MARKUP, **FORMULAS, **LETTERS}[name])


@given(st.text(st.sampled_from("ab \n\t\\`*_{}[]()<>#+-.!|~$:&=/@^1x;'\"w"), max_size=60))
def test_any_text_is_read_as_itself(text: str):
    assert_plain(text)


@given(st.text(max_size=80))
def test_nothing_that_turns_or_controls_is_shown(text: str):
    for shown in (plain(text), in_figure(text), visible(text)):
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", shown)
    assert "<" not in in_figure(text)


@pytest.mark.parametrize("cell", FORMULAS.values())
def test_a_formula_is_escaped_and_can_be_had_back(cell: str):
    escaped = escape_formula(cell)
    assert escaped == f"'{cell}" and unescape_formula(escaped) == cell


@pytest.mark.parametrize("cell", ["-1353", "+5", "-0.5%", "1-2", "", "a=b", "– dash", "'tis"])
def test_what_is_no_formula_stays(cell: str):
    assert escape_formula(cell) == cell == unescape_formula(cell)


@given(st.text(st.sampled_from("=+-@\t\r\n' \u00a0a1.%\uff1d"), max_size=12))
def test_every_cell_can_be_had_back(cell: str):
    assert unescape_formula(escape_formula(cell)) == cell
