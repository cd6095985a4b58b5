"""How the log looks and where it goes; set up once, by `app.py` and by the command line.

Lines for people, or one JSON object a line where `QCMFM_LOG` is `json`; both on standard error, as
a terminal, systemd and containers want it. An error is logged with where it happened and its kind;
its own words may hold a caption or a name, and are left out but on a terminal or where
`QCMFM_LOG_DETAILS` is 1.
"""

import json
import logging
import sys
import threading
import traceback
import uuid
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from types import TracebackType

from qcmfm.core import settings
from qcmfm.core.text import visible
from qcmfm.observability import metrics

Kind = type[BaseException]
Raised = tuple[Kind, BaseException, TracebackType | None]

_who: list[Callable[[], Mapping[str, str]]] = []


def set_up(level: int) -> None:
    """Send everything that is logged to standard error, in one form.

    Args:
        level: The least that is told of the program's own work; of libraries only warnings are.
            `QCMFM_LOG_LEVEL` goes before it.
    """
    handler = logging.StreamHandler()
    handler.setFormatter(formatter())
    handler.addFilter(_add_person)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    named = settings.value("QCMFM_LOG_LEVEL").upper()
    known = logging.getLevelNamesMapping()
    logging.getLogger("qcmfm").setLevel(known.get(named, level))
    if named and named not in known:
        logging.getLogger(__name__).warning("QCMFM_LOG_LEVEL is none of %s", ", ".join(known))
    sys.excepthook = _uncaught
    threading.excepthook = _uncaught_in_thread


def formatter() -> logging.Formatter:
    """The form that `QCMFM_LOG` names."""
    details = sys.stderr.isatty() or settings.value("QCMFM_LOG_DETAILS") == "1"
    return AsJson(details) if settings.value("QCMFM_LOG") == "json" else AsText(details)


def ask_for_person(who: Callable[[], Mapping[str, str]]) -> None:
    """Ask this from now on, in every thread, who is being served: `person`, `session`, or nothing.

    It may not log anything itself.
    """
    _who[:] = [who]


def unexpected(log: logging.Logger, what: str, error: BaseException | None = None) -> str:
    """Log an error that is a bug, with its traceback.

    Args:
        log: The logger of whoever was hit by it.
        what: A sentence.
        error: By default the one that is being handled.

    Returns:
        Its number, which the user is told, so that it can be found in the log.
    """
    number = uuid.uuid4().hex[:8]
    log.error("%s (error %s)", what, number, exc_info=error or True, extra={"error_id": number})
    metrics.record_error("unexpected")
    return number


class AsText(logging.Formatter):
    """Lines for people.

    Args:
        details: Whether errors are logged with their own words.
    """

    def __init__(self, details: bool):
        super().__init__()
        self._details = details

    def format(self, record: logging.LogRecord) -> str:
        """One line, and those of the traceback."""
        who = " ".join(_about(record).values())
        text = f"{_time(record)} {record.levelname} {record.name}: {_message(record)}"
        lines = [text + (f" [{who}]" if who else ""), *trace(record.exc_info, self._details)]
        return visible("\n".join(lines))


class AsJson(AsText):
    """One object a line, for whatever collects logs."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        row = {
            "time": _time(record), "level": record.levelname.lower(), "logger": record.name,
            "message": _message(record),
        } | _about(record)  # fmt: skip
        if number := getattr(record, "error_id", ""):
            row["error_id"] = number
        if lines := list(trace(record.exc_info, self._details)):
            row["traceback"] = "\n".join(lines)
        return json.dumps({name: visible(text) for name, text in row.items()}, ensure_ascii=False)


def trace(raised: object, details: bool) -> Iterator[str]:
    """Where an error happened and what it came from, line by line.

    Args:
        raised: What a record of the log has of it.
        details: Whether its own words are told.
    """
    if not isinstance(raised, tuple) or raised[1] is None:
        return
    error: BaseException | None = raised[1]
    chain: list[BaseException] = []
    while error is not None and error not in chain:
        chain.append(error)
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    for error in reversed(chain):
        for line in traceback.format_tb(error.__traceback__):
            yield from line.rstrip("\n").split("\n")
        kind = type(error)
        module = "" if kind.__module__ == "builtins" else f"{kind.__module__}."
        yield f"{module}{kind.__qualname__}{_words(error, details)}"


def _words(error: BaseException, details: bool) -> str:
    if details:
        return f": {_on_one_line(str(error))}"
    # What the system says of a file is no text of a user's; the file's name may be.
    return f": {error.strerror}" if isinstance(error, OSError) and error.strerror else ""


def _message(record: logging.LogRecord) -> str:
    return _on_one_line(record.getMessage())


def _on_one_line(text: str) -> str:
    """So that no text from outside can pass for a line of the log."""
    return text.replace("\r", " ").replace("\n", " | ")


def _time(record: logging.LogRecord) -> str:
    at = datetime.fromtimestamp(record.created, UTC)
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _add_person(record: logging.LogRecord) -> bool:
    if _who and not hasattr(record, "who"):
        record.who = _who[0]()
    return True


def _about(record: logging.LogRecord) -> dict[str, str]:
    return {name: text for name, text in getattr(record, "who", {}).items() if text}


def _uncaught(kind: Kind, error: BaseException, where: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, where)
        return
    logging.getLogger(__name__).critical("The program failed", exc_info=(kind, error, where))


def _uncaught_in_thread(told: threading.ExceptHookArgs) -> None:
    if told.exc_value is not None and not issubclass(told.exc_type, SystemExit):
        raised = (told.exc_type, told.exc_value, told.exc_traceback)
        logging.getLogger(__name__).error("A thread failed", exc_info=raised)
