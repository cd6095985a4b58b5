"""No page shows a text that is not marked for translation."""

import ast
import re
from collections.abc import Iterator

from tests.languages.marked import calls, files

PAGES = sorted(file for file in files() if file.startswith(("pages/", "qcmfm/ui/")))
SHOWN_FIRST = {
    "title", "header", "subheader", "markdown", "caption", "text", "info", "success", "warning",
    "error", "toast", "button", "download_button", "form_submit_button", "link_button",
    "text_input", "text_area", "number_input", "selectbox", "multiselect", "segmented_control",
    "pills", "radio", "checkbox", "toggle", "slider", "select_slider", "file_uploader", "metric",
    "expander", "popover", "spinner", "tabs", "dialog",
}  # fmt: skip
"""What draws its first argument."""
NOT_DRAWN = {"log", "logs", "metrics"}
"""Modules that have words of the same name for what no visitor reads."""
SHOWN = {"label", "help", "placeholder", "alt", "caption", "title", "page_title"}
"""Keywords of what is drawn."""
DIRECTIVE = re.compile(r":material/\w+:|:[a-z-]+\[|<[^>]*>|https?://\S*|\bUTC\b")
NAMES = {
    "QCMFM Studio", "Language / 语言", "PNG", "Web Annotation", "OpenQASM 3", "Python (PennyLane)",
    ", JSON", "p", "place:Q", "value:Q",
}  # fmt: skip
"""Names, and what stands in every language alike."""
ROW_KEYS = {"Open", "Answered", "All", "CNOT", "CRX", "CRY", "CRZ"}
"""Keys that are no titles: names of gates, and ways that have a title of their own."""


def literals(node: ast.expr) -> Iterator[str]:
    """The texts that an argument may show as they stand."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.JoinedStr):
        yield "".join(str(part.value) for part in node.values if isinstance(part, ast.Constant))
        for part in node.values:
            if isinstance(part, ast.FormattedValue):
                yield from literals(part.value)
    elif isinstance(node, ast.IfExp):
        yield from [*literals(node.body), *literals(node.orelse)]
    elif isinstance(node, ast.BinOp | ast.BoolOp):
        parts = [node.left, node.right] if isinstance(node, ast.BinOp) else node.values
        for part in parts:
            yield from literals(part)
    elif isinstance(node, ast.List | ast.Tuple):
        for part in node.elts:
            yield from literals(part)


def bare(node: ast.expr) -> list[str]:
    """Those of them that have words."""
    shown = [text for text in literals(node) if text not in NAMES]
    return [text for text in shown if re.search("[A-Za-z]{2}", DIRECTIVE.sub("", text))]


def drawn(call_name: str, call: ast.Call) -> Iterator[ast.expr]:
    """The arguments of a call that a visitor reads."""
    module = ast.unparse(call.func).partition(".")[0]
    if call_name in SHOWN_FIRST and module not in NOT_DRAWN:
        yield from call.args[:1]
    yield from (word.value for word in call.keywords if word.arg in SHOWN)


def test_what_is_drawn_is_marked():
    found = [
        f"{file}:{call.lineno}: {text}"
        for file in PAGES
        for name, call in calls(files()[file])
        for argument in drawn(name, call)
        for text in bare(argument)
    ]
    assert not found, "\n".join(found)


def test_rows_have_titles_that_are_marked():
    """A table's columns are called as the keys of its rows."""
    found = [
        f"{file}:{key.lineno}: {key.value}"
        for file in PAGES
        for node in ast.walk(files()[file])
        if isinstance(node, ast.Dict)
        for key in node.keys
        if isinstance(key, ast.Constant) and isinstance(key.value, str)
        if key.value[:1].isupper() and key.value not in ROW_KEYS
    ]
    assert not found, "\n".join(found)


def test_the_mark_is_never_another_thing():
    """`_` for a value that is thrown away would hide the function where both are used."""
    found: list[str] = []
    for file in PAGES:
        for function in ast.walk(files()[file]):
            if isinstance(function, ast.FunctionDef):
                taken = {n.id for n in ast.walk(function) if isinstance(n, ast.Name) and stored(n)}
                called = {name for name, _ in calls(function)}
                if {"_", "N_"} & taken & called:
                    found.append(f"{file}:{function.lineno}: {function.name}")
    assert not found, "\n".join(found)


def stored(name: ast.Name) -> bool:
    return isinstance(name.ctx, ast.Store)
