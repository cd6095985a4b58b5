"""Configuration and format of the log; `app.py` and the command line set it up once.

The log goes to standard error, as text or, if `QCMFM_LOG` is `json`, as one JSON object per line.
An error is logged with its type and traceback. Its message may contain a caption or a name and is
therefore only logged on a terminal or if `QCMFM_LOG_DETAILS` is 1.
"""

import hashlib
import json
import logging
import re
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

_SESSION_ID = re.compile(r"(?i)(?<![0-9a-f])[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}(?![0-9a-f])")
"""Streamlit's session ids are UUIDs, and some of its warnings contain one."""

_who: list[Callable[[], Mapping[str, str]]] = []


def set_up(level: int) -> None:
    """Send all log records to standard error in one format.

    Args:
        level: Lowest level that is logged for this package, unless `QCMFM_LOG_LEVEL` is set;
            libraries are logged from the level of a warning on.
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
    """The log formatter that `QCMFM_LOG` selects."""
    details = sys.stderr.isatty() or settings.value("QCMFM_LOG_DETAILS") == "1"
    return AsJson(details) if settings.value("QCMFM_LOG") == "json" else AsText(details)


def ask_for_person(who: Callable[[], Mapping[str, str]]) -> None:
    """Set the function that identifies the user being served; it is called for every log record.

    Args:
        who: Returns `person` and `session`, or nothing. It runs in every thread and must not log.
    """
    _who[:] = [who]


def session_mark(session_id: str) -> str:
    """A mark that the log lines of a browser session share, in place of its id.

    Whoever knows the id of a session can take it over, so it is never logged.
    """
    return hashlib.sha256(f"log {session_id}".encode()).hexdigest()[:8]


def unexpected(log: logging.Logger, what: str, error: BaseException | None = None) -> str:
    """Log an unexpected error, which is a bug, with its traceback.

    Args:
        log: Logger of the module in which the error surfaced.
        what: One sentence about what failed.
        error: The error; by default the one that is being handled.

    Returns:
        The error id, which is shown to the user so that the error can be found in the log.
    """
    number = uuid.uuid4().hex[:8]
    log.error("%s (error %s)", what, number, exc_info=error or True, extra={"error_id": number})
    metrics.record_error("unexpected")
    return number


class AsText(logging.Formatter):
    """Formats log records as plain text.

    Args:
        details: Whether the messages of errors are logged.
    """

    def __init__(self, details: bool):
        super().__init__()
        self._details = details

    def format(self, record: logging.LogRecord) -> str:
        """The log line, followed by the lines of the traceback."""
        who = " ".join(_about(record).values())
        text = f"{_time(record)} {record.levelname} {record.name}: {_message(record)}"
        lines = [text + (f" [{who}]" if who else ""), *trace(record.exc_info, self._details)]
        return visible(_without_session_ids("\n".join(lines)))


class AsJson(AsText):
    """Formats log records as one JSON object per line, for log collectors."""

    def format(self, record: logging.LogRecord) -> str:
        """The JSON object as one line."""
        row = {
            "time": _time(record), "level": record.levelname.lower(), "logger": record.name,
            "message": _message(record),
        } | _about(record)  # fmt: skip
        if number := getattr(record, "error_id", ""):
            row["error_id"] = number
        if lines := list(trace(record.exc_info, self._details)):
            row["traceback"] = "\n".join(lines)
        texts = {name: visible(_without_session_ids(text)) for name, text in row.items()}
        return json.dumps(texts, ensure_ascii=False)


def trace(raised: object, details: bool) -> Iterator[str]:
    """The lines of the traceback of an error and of its causes, the first cause first.

    Args:
        raised: The `exc_info` of a log record.
        details: Whether the messages of the errors are included.
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
    # The system's error text contains no user data; the file's name, which is left out, may.
    return f": {error.strerror}" if isinstance(error, OSError) and error.strerror else ""


def _message(record: logging.LogRecord) -> str:
    return _on_one_line(record.getMessage())


def _without_session_ids(text: str) -> str:
    return _SESSION_ID.sub(lambda found: f"({session_mark(found[0])})", text)


def _on_one_line(text: str) -> str:
    """Replace line breaks, so that untrusted text cannot forge a line of the log."""
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


def _uncaught_in_thread(args: threading.ExceptHookArgs) -> None:
    if args.exc_value is not None and not issubclass(args.exc_type, SystemExit):
        raised = (args.exc_type, args.exc_value, args.exc_traceback)
        logging.getLogger(__name__).error("A thread failed", exc_info=raised)
