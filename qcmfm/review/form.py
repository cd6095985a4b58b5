"""Recognises how a review log was saved: its encoding and delimiter.

The program writes UTF-8 with commas. Spreadsheets save UTF-16 with tabs, semicolons, or a code page
of Windows. The header is known, so encoding and delimiter can be told from the first bytes; only
the code page is a guess, which those who show the log have to say.
"""

import codecs
import re
from dataclasses import dataclass
from pathlib import Path

from qcmfm.core.messages import N_, Message, msg
from qcmfm.review.decision import COLUMNS, parse_problem
from qcmfm.review.rows import complete_rows, is_utf8, line_starts

DELIMITERS = {",": N_("commas"), ";": N_("semicolons"), "\t": N_("tabs")}
CONVERT = N_(
    "Whoever runs the server can convert it on the page Workspace, or with "
    "`qcmfm doctor --repair`. The original is kept beside it."
)
"""How to convert a log that another program saved."""

_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_PAIR = re.compile(r"(?=(\w[^\x00-\x7f]))")
_AFTER_LETTERS = "’‘“”„‚«»–—…"
_NAMES = {
    "utf-8": "UTF-8",
    "utf-16": "UTF-16",
    "utf-32": "UTF-32",
    "cp125": "Windows-125",
    "mac": "Mac Roman",
}


@dataclass(frozen=True)
class Form:
    """How a review log was saved.

    Args:
        encoding: Python's name of the encoding.
        delimiter: Character between two cells.
        legacy: Number of bytes at the start of the file that are in a code page and not in UTF-8.
    """

    encoding: str = "utf-8"
    delimiter: str = ","
    legacy: int = 0

    @property
    def native(self) -> bool:
        """Whether it is the form that the program writes, so that rows can be appended."""
        return self == Form()

    @property
    def described(self) -> Message:
        """The form in words, such as 'UTF-16 with tabs'."""
        name = next(
            (shown + self.encoding[5:6] * (key == "cp125") for key, shown in _NAMES.items()
             if self.encoding.startswith(key)),
            self.encoding,
        )  # fmt: skip
        return msg(
            "{encoding} with {delimiter}",
            encoding=name,
            delimiter=msg(DELIMITERS[self.delimiter]),
        )

    def to_utf8(self, content: bytes) -> bytes:
        """The content of a file in this form as UTF-8.

        What cannot be decoded becomes bytes that are not valid UTF-8, so that its row is refused.
        """
        if self.legacy:
            text = content[: self.legacy].decode(self.encoding, "surrogateescape")
            return text.encode("utf-8", "surrogateescape") + content[self.legacy :]
        if self.encoding == "utf-8":
            return content
        unit = 4 if "32" in self.encoding else 2
        try:
            text = content[: len(content) // unit * unit].decode(self.encoding, "surrogatepass")
        except UnicodeDecodeError as error:  # What follows cannot be read for certain.
            text = content[: error.start].decode(self.encoding, "surrogatepass")
        return text.encode("utf-8", "surrogatepass")


def recognise(content: bytes, file: Path) -> Form:
    """The form of a review log.

    Args:
        content: The entire content of the file.
        file: The file, whose code page is guessed if it is not in UTF-8.
    """
    encoding = _wide(content)
    if encoding:
        form = Form(encoding)
        return Form(encoding, _delimiter(form.to_utf8(content[:4096])))
    delimiter = _delimiter(content)
    legacy = _legacy_size(content)
    if not legacy:
        return Form(delimiter=delimiter)
    form = Form(_code_page(content[:legacy], file), delimiter, legacy)
    rows = complete_rows(form.to_utf8(content), delimiter)
    if any(_is_decision(cells) and not all(map(str.isascii, cells)) for cells, _ in rows):
        return form
    return Form(delimiter=delimiter)  # Not a code page, but damage.


def _code_page(content: bytes, file: Path) -> str:
    """The first likely code page in which no sign stands where only a letter can be."""
    # Imported here, since it is slow to load and hardly ever needed.
    from qcmfm.importers.reading.tables import guess_encoding

    for name in ("cp1252", guess_encoding(file), "cp1250", "mac_roman"):
        pairs = set(_PAIR.findall(content.decode(name, "surrogateescape")))
        if not any(
            first.isalpha() and not second.isalpha() and second not in _AFTER_LETTERS
            for first, second in pairs
        ):
            return name
    return "cp1252"


def _is_decision(cells: list[str] | str) -> bool:
    return not isinstance(cells, str) and not parse_problem(cells)


def _wide(content: bytes) -> str:
    """The encoding if it has two or four bytes per character, also without a byte order mark."""
    for mark, name in _MARKS:
        if content.startswith(mark):
            return name
    zeros = [byte == 0 for byte in content[:4]]
    if zeros == [False, True, False, True]:
        return "utf-16-le"
    return "utf-16-be" if zeros == [True, False, True, False] else ""


def _delimiter(content: bytes) -> str:
    """The delimiter with which the first line is the header; a comma if there is none."""
    line = content.lstrip(codecs.BOM_UTF8)[:4096].splitlines()[:1]
    header = line[0].decode("utf-8", "replace").lstrip("\ufeff").replace('"', "") if line else ""
    for delimiter in DELIMITERS:
        if tuple(header.split(delimiter)) == COLUMNS:
            return delimiter
    return ","


def _legacy_size(content: bytes) -> int:
    """Number of bytes at the start of the file that may be in a code page; 0 for UTF-8.

    They end with the last line that is not valid UTF-8. If there is text in UTF-8 before
    it, the line is damaged and the file was never saved in a code page.
    """
    if is_utf8(content):
        return 0
    size, seen_utf8, before = 0, False, False
    starts = line_starts(content)
    for start, end in zip(starts, [*starts[1:], len(content)], strict=True):
        line = content[start:end]
        if line.isascii():
            continue
        if is_utf8(line):
            seen_utf8 = True
        elif line.endswith((b"\n", b"\r")) or not _is_cut_utf8(line):
            size, before = end, seen_utf8
    return 0 if before else size


def _is_cut_utf8(line: bytes) -> bool:
    """Whether a line is valid UTF-8 but for a last character that was not written completely."""
    try:
        codecs.getincrementaldecoder("utf-8")().decode(line)
    except UnicodeDecodeError:
        return False
    return True
