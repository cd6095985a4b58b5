"""The check at the door of a verb, and the line in the audit log behind it."""

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

_MARK = "_permission"


def requires(
    permission: Permission, on: Sequence[str] = (), tells: bool = False
) -> Callable[[Callable[Given, Result]], Callable[Given, Result]]:
    """Let a verb be used by those alone who may; everything but looking is written down.

    The check is made when the verb is called, also where the work is done step by step later.

    Args:
        permission: What it needs.
        on: Names of the arguments that the audit log keeps.
        tells: Whether the verb itself writes down what was done.
    """

    def guard(operation: Callable[Given, Result]) -> Callable[Given, Result]:
        name, signature = operation.__qualname__, inspect.signature(operation)

        @functools.wraps(operation)
        def guarded(*args: Given.args, **kwargs: Given.kwargs) -> Result:
            who = actor()
            quiet = tells or permission is Permission.LOOK
            about = {} if quiet else _subject(signature, on, args, kwargs)
            _check_permission(who, permission, name, about)
            began = time.perf_counter()
            if quiet:
                result = operation(*args, **kwargs)
            else:
                result = _audited(who, name, about, lambda: operation(*args, **kwargs))
            if not isinstance(result, Generator):
                metrics.record_operation(name, time.perf_counter() - began)
            return result

        setattr(guarded, _MARK, permission)
        return guarded

    return guard


def permission_of(operation: Any) -> Permission | None:
    """What a verb needs; None where it has no door."""
    return getattr(operation, _MARK, None)


def require(permission: Permission, operation: str, on: Mapping[str, Any] | None = None) -> Actor:
    """Go on only where whoever acts may; for what depends on more than the verb.

    Args:
        permission: What is needed.
        operation: For the audit log, where it is refused.
        on: Likewise.

    Returns:
        Who acts.

    Raises:
        PermissionDenied: They may not.
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
        given = signature.bind(*args, **kwargs).arguments
    except TypeError:  # the verb itself says what is wrong with its arguments
        return {}
    return {name: _audit.as_text(given[name]) for name in on if given.get(name)}


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
    """Long work, written down when it ends."""
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
