"""Hostile tables: CSV in every bad shape, and workbooks."""

import codecs
import csv
import io
import random
import zipfile
from collections.abc import Iterator

from tests.hostile.case import REFUSED, TAKEN, Case
from tests.hostile.words import ADDRESSES, FORMULAS, LETTERS, MARKUP, PATHS

HEADER = "record_id,image,caption,label\n"


def cases() -> Iterator[Case]:
    yield from _cells()
    yield from _shapes()
    yield from _encodings()
    yield from _books()


def table(*rows: tuple[str, ...], header: tuple[str, ...] = ()) -> bytes:
    """A CSV of rows; by default of id, photo, caption and label."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(header or HEADER.strip().split(","))
    writer.writerows(rows)
    return out.getvalue().encode("utf-8", "surrogatepass")


def _cells() -> Iterator[Case]:
    def one(name: str, *cells: str) -> Case:
        return Case(f"CSV, {name}", "table.csv", lambda: table(cells, ("ok", "", "a cup", "cup")))

    for name, text in {**MARKUP, **LETTERS, **FORMULAS}.items():
        yield one(f"caption: {name}", "a", "", text, "cup")
    for name in ("html", "latex", "nul", "right to left override", "zero width", "equals", "up"):
        text = {**MARKUP, **LETTERS, **FORMULAS, **PATHS}[name]
        yield one(f"label: {name}", "a", "", "a bowl", text)
    for name, text in {**PATHS, "html": MARKUP["html"], "equals": FORMULAS["equals"]}.items():
        yield one(f"id: {name}", text, "", "a bowl", "cup")
        yield one(f"photo: {name}", "a", text, "a bowl", "cup")
    for name in ("loopback", "link local", "mapped loopback", "a line end"):
        yield one(f"photo at {name}", "a", ADDRESSES[name], "a bowl", "cup")
    yield Case("CSV, cell of 10 MB", "table.csv", lambda: table(("a", "", "x" * 10**7, "cup")))
    yield Case("CSV, cell of 17 MB", "table.csv",
               lambda: table(("a", "", "x" * (17 << 20), "cup"),
                             ("b", "", "a cup", "")))  # fmt: skip
    yield Case("CSV, label of a million letters", "table.csv",
               lambda: table(("a", "", "a bowl", "x" * 10**6)))  # fmt: skip


def _shapes() -> Iterator[Case]:
    rest = "b,,a cup,cup\n"
    shapes: dict[str, str] = {
        "header alone": HEADER, "header twice": HEADER * 2,
        "one quote that never closes": HEADER + 'a,,"never closed,cup\n' + rest * 50,
        "a quote inside a cell": HEADER + 'a,,a "very" old cup,cup\n' + rest,
        "quotes alone": '"' * 5_000, "commas alone": "," * 100_000,
        "line ends alone": "\n" * 100_000, "carriage returns": (HEADER + rest).replace("\n", "\r"),
        "too many cells": HEADER + "a" + ",x" * 50_000 + "\n" + rest,
        "too few cells": HEADER + "a\n" + rest,
        "the same id twice": HEADER + rest * 2,
        "ids that differ in case": HEADER + "A,,x,\na,,y,\n",
        "ids that differ in an accent's spelling": HEADER + "caf\u00e9,,x,\ncafe\u0301,,y,\n",
        "no id": HEADER + ",,a cup,cup\n",
        "5,000 columns": ",".join(f"c{n}" for n in range(5_000)) + "\n" + ",".join("x" * 5_000),
        "columns of one name": "a,a,a,a\n1,2,3,4\n", "columns without a name": ",,,\n1,2,3,4\n",
        "a formula for a column": "=1+1,caption\n1,a cup\n",
        "markup for a column": "<b>id</b>,**caption**\n1,a cup\n",
        "a column of 100,000 letters": "x" * 100_000 + ",caption\n1,a cup\n",
        "3,000 rows": HEADER + "".join(f"{n},,cup {n},cup\n" for n in range(3_000)),
        "different delimiters": "record_id;caption\na,b\nc\td\n",
        "JSON": '{"record_id": "a", "caption": "b"}', "HTML": "<table><tr><td>a</td></tr></table>",
        "XML": "<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><a>&b;</a>",
        "a script": "#!/bin/sh\nrm -rf /\n", "SYLK": "ID;PWXL;N;E\nC;Y1;X1;K\"a\"\nE\n",
        "a word": "cup", "spaces": "   \n  \n",
    }  # fmt: skip
    yield Case("CSV, 30,000 rows", "table.csv", lambda: (
        HEADER + "".join(f"{n},,cup {n},cup\n" for n in range(30_000))).encode(), TAKEN,
        heavy=True)  # fmt: skip
    yield Case("CSV, 30,000 broken rows", "table.csv", lambda: (
        HEADER + "".join(f'{n},,a "b" c{n},"cup\n' for n in range(30_000))).encode(),
        heavy=True)  # fmt: skip
    for name, text in shapes.items():
        yield Case(f"CSV, {name}", "table.csv", lambda text=text: text.encode())
    yield Case("CSV, nothing", "table.csv", lambda: b"", REFUSED)


def _encodings() -> Iterator[Case]:
    good = HEADER + "a,,Δῆλος café,cup\n"
    for name in ("utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1253", "utf-7"):
        yield Case(f"CSV in {name}", "table.csv", lambda name=name: good.encode(name, "replace"))
    mixed = HEADER.encode() + "a,,café,cup\n".encode() + "b,,café,cup\n".encode("cp1252")
    broken: dict[str, bytes] = {
        "encodings mixed by line": mixed + "c,,Δῆλος,cup\n".encode("utf-16-le"),
        "overlong UTF-8": HEADER.encode() + b"a,,\xc0\xaf\xe0\x80\xaf,cup\n",
        "surrogates in UTF-8": HEADER.encode() + b"a,,\xed\xa0\x80,cup\n",
        "a mark and then another encoding": codecs.BOM_UTF8 + "a,café\n1,é\n".encode("cp1252"),
        "UTF-16 mark and odd length": codecs.BOM_UTF16_LE + b"a,b\nc",
        "UTF-32 mark and noise": codecs.BOM_UTF32_LE + random.Random(4).randbytes(999),
        "NUL bytes in every cell": HEADER.encode() + b"a\0,\0,b\0c,\0\n",
        "NUL bytes in the header": b"record\0_id,caption\na,b\n",
        "noise": random.Random(5).randbytes(50_000), "zeros": bytes(100_000),
        "a pickle": b"\x80\x04\x95cposix\nsystem\n", "an ELF": b"\x7fELF" + bytes(999),
    }  # fmt: skip
    for name, content in broken.items():
        yield Case(f"CSV, {name}", "table.csv", lambda content=content: content)


def _books() -> Iterator[Case]:
    laughs = (
        '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">'
        + "".join(f'<!ENTITY {chr(n)} "{f"&{chr(n - 1)};" * 10}">' for n in range(98, 107))
        + "]>"
    )
    yield Case("workbook with formulas", "book.xlsx", lambda: _book("=1+1"), TAKEN)
    yield Case("workbook with a billion laughs", "book.xlsx", lambda: _book("a", before=laughs))
    yield Case("workbook that reads a file", "book.xlsx", lambda: _book(
        "a", before='<!DOCTYPE x [<!ENTITY b SYSTEM "file:///etc/passwd">]>'))  # fmt: skip
    yield Case(
        "workbook that swells to 2 GB", "book.xlsx", lambda: _swollen(2 << 30), REFUSED, True
    )
    yield Case("workbook that swells to 64 MB", "book.xlsx", lambda: _swollen(64 << 20), REFUSED)
    yield Case("workbook cut in half", "book.xlsx", lambda: _book("a")[:600], REFUSED)
    yield Case("workbook without sheets", "book.xlsx", lambda: _zip({"xl/workbook.xml": b"<a/>"}),
               REFUSED)  # fmt: skip
    yield Case("workbook with a cell at XFD1048576", "book.xlsx",
               lambda: _book("a", place="XFD1048576"), REFUSED)  # fmt: skip
    yield Case("workbook with a cell at J1048576", "book.xlsx",
               lambda: _book("a", place="J1048576"), REFUSED, heavy=True)  # fmt: skip
    yield Case("workbook with a cell at B1048576", "book.xlsx",
               lambda: _book("a", place="B1048576"), TAKEN, heavy=True)  # fmt: skip
    for ending in ("xlsx", "xls", "ods", "xlsb", "xlsm"):
        yield Case(f"noise called .{ending}", f"book.{ending}",
                   lambda: random.Random(6).randbytes(9_999), REFUSED)  # fmt: skip
    yield Case("old workbook of noise", "book.xls",
               lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + random.Random(7).randbytes(5_000),
               REFUSED)  # fmt: skip
    yield Case("CSV called .xlsx", "book.xlsx", lambda: HEADER.encode() + b"a,,b,c\n", REFUSED)


def _zip(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"


def _book(formula: str, before: str = "", place: str = "C3", extra: bytes = b"") -> bytes:
    def cell(where: str, text: str) -> str:
        return f'<c r="{where}" t="inlineStr"><is><t>{text}</t></is></c>'

    head = "".join(
        cell(f"{c}1", n) for c, n in zip("ABC", ("record_id", "caption", "x"), strict=True)
    )
    row = place.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    sheet = (
        f'<worksheet xmlns="{_MAIN}"><sheetData><row r="1">{head}</row><row r="2">'
        f"{cell('A2', 'a')}{cell('B2', '&a;' if 'ENTITY a' in before else 'a cup')}</row>"
        f'<row r="{row}"><c r="{place}"><f>{formula.lstrip("=")}</f><v>2</v></c></row></sheetData>'
        "</worksheet>"
    )
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    return _zip({
        "[Content_Types].xml": (
            f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" ContentType='
            '"application/vnd.openxmlformats-package.relationships+xml"/>'
            f'<Override PartName="/xl/workbook.xml" ContentType="{kind}.sheet.main+xml"/>'
            f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{kind}.worksheet+xml"/>'
            "</Types>"
        ).encode(),
        "_rels/.rels": (
            f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="r1" '
            f'Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
        ).encode(),
        "xl/workbook.xml": (
            f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>'
            '<sheet name="s" sheetId="1" r:id="r1"/></sheets></workbook>'
        ).encode(),
        "xl/_rels/workbook.xml.rels": (
            f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="r1" '
            f'Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>'
        ).encode(),
        "xl/worksheets/sheet1.xml": b"<?xml version='1.0'?>" + before.encode() + sheet.encode(),
        **({"xl/media/x": extra} if extra else {}),
    })  # fmt: skip


def _swollen(size: int) -> bytes:
    return _book("a", extra=bytes(size))
