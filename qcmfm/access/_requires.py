"""The permission check before an operation, and its entry in the audit log afterwards."""

import functools
import inspect
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from typing import Any, ParamSpec, TypeVar, cast

from qcmfm.access import _audit
from qcmfm.access._actor import actor
from qcmfm.access._roles import Actor, Permission, refusal
from qcmfm.core.errors import PermissionDenied
from qcmfm.observability import metrics

Given = ParamSpec("Given")
Result = TypeVar("Result")
Kind = TypeVar("Kind")

_MARK = "_permission"


def requires(
    permission: Permission,
    on: Sequence[str] = (),
    writes_own_entries: bool = False,
    logged_as: str = "",
) -> Callable[[Callable[Given, Result]], Callable[Given, Result]]:
    """Decorate an operation with a permission check and an audit log entry.

    Operations that need only `Permission.LOOK` are not logged. The check is made when the operation
    is called, even if it returns a generator that does the work later.

    Args:
        permission: Permission that the operation needs.
        on: Names of the arguments to write to the audit log.
        writes_own_entries: Whether the operation writes its audit log entries itself.
        logged_as: Its name in the audit log and the metrics, which people search by and which
            therefore outlives a renaming; by default the function's name.
    """

    def guard(operation: Callable[Given, Result]) -> Callable[Given, Result]:
        name = logged_as or operation.__qualname__
        signature = inspect.signature(operation)

        @functools.wraps(operation)
        def guarded(*args: Given.args, **kwargs: Given.kwargs) -> Result:
            who = actor()
            unlogged = writes_own_entries or permission is Permission.LOOK
            about = {} if unlogged else _subject(signature, on, args, kwargs)
            _check_permission(who, permission, name, about)
            began = time.perf_counter()
            if unlogged:
                result = operation(*args, **kwargs)
            else:
                result = _audited(who, name, about, lambda: operation(*args, **kwargs))
            if not isinstance(result, Generator):
                metrics.record_operation(name, time.perf_counter() - began)
            return result

        setattr(guarded, _MARK, permission)
        return guarded

    return guard


def inherited_require(
    permission: Permission, logged_as: str = ""
) -> Callable[[type[Kind]], type[Kind]]:
    """Decorate a class so that every public method that it inherits needs a permission.

    Methods that have a permission check of their own keep it.

    Args:
        permission: Permission that the methods need.
        logged_as: Name of the class in the audit log and the metrics; by default its own.
    """

    def guard(kind: type[Kind]) -> type[Kind]:
        for name, method in inspect.getmembers(kind, inspect.isfunction):
            if not name.startswith("_") and permission_of(method) is None:
                known_as = f"{logged_as or kind.__name__}.{name}"
                setattr(kind, name, requires(permission, logged_as=known_as)(method))
        return kind

    return guard


def permission_of(operation: Any) -> Permission | None:
    """The permission that an operation needs; None if it has no permission check."""
    return getattr(operation, _MARK, None)


def require(permission: Permission, operation: str, on: Mapping[str, Any] | None = None) -> Actor:
    """Check a permission inside an operation, for checks that depend on its arguments.

    Args:
        permission: Permission that is needed.
        operation: Name of the operation, for the audit log entry of a refusal.
        on: What would have been acted on, for that entry.

    Returns:
        The current actor.

    Raises:
        PermissionDenied: The actor lacks the permission.
    """
    who = actor()
    _check_permission(who, permission, operation, on or {})
    return who


def _check_permission(
    who: Actor, permission: Permission, operation: str, about: Mapping[str, Any]
) -> None:
    reason = refusal(who, permission)
    if reason:
        _audit.write_audit(who, operation, about, "refused")
        metrics.record_error("refused")
        raise PermissionDenied(reason, "Ask whoever runs this server.")


def _subject(
    signature: inspect.Signature,
    on: Sequence[str],
    args: tuple[Any, ...],
    kwargs: Mapping[str, Any],
) -> dict[str, str]:
    try:
        bound = signature.bind(*args, **kwargs).arguments
    except TypeError:  # The call itself will report what is wrong with the arguments.
        return {}
    return {name: _audit.as_text(bound[name]) for name in on if bound.get(name)}


def _audited(
    who: Actor, operation: str, about: Mapping[str, Any], do: Callable[[], Result]
) -> Result:
    try:
        result = do()
    except BaseException:
        _audit.write_audit(who, operation, about, "failed")
        raise
    if isinstance(result, Generator):
        return cast(Result, _audited_work(who, operation, about, result))
    _audit.write_audit(who, operation, about, "done")
    return result


def _audited_work(
    who: Actor, operation: str, about: Mapping[str, Any], work: Generator[Any, Any, Any]
) -> Generator[Any, Any, Any]:
    """Pass long work on, and write its audit log entry when it ends."""
    outcome, began = "stopped", time.perf_counter()
    try:
        result = yield from work
        outcome = "done"
        return result
    except Exception:
        outcome = "failed"
        raise
    finally:
        metrics.record_operation(operation, time.perf_counter() - began)
        _audit.write_audit(who, operation, about, outcome)
