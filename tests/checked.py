"""The package's annotations are checked as it runs; axis names, where a signature has some.

jaxtyping's own import hook gives every function a scope of axis names and checks its arguments
twice, which takes longer than many a function. Here one that names no shape is beartype's alone,
and one that does is checked once, in a scope of its own.
"""

import dataclasses
import functools
import inspect
from collections.abc import Callable
from typing import Any, get_args, get_type_hints

import jaxtyping
from beartype import BeartypeConf, beartype
from jaxtyping import AbstractArray, install_import_hook

_thorough = jaxtyping.jaxtyped
# As Python itself would say it, which the package counts on where data from outside are odd.
_check = beartype(conf=BeartypeConf(violation_type=TypeError))


def install(package: str) -> None:
    """Check a package; before anything of it is imported."""
    jaxtyping.jaxtyped = _decorator  # which is what the hook puts before every `def`
    install_import_hook(package, "beartype.beartype")


def _decorator(*, typechecker: Callable[..., Any]) -> Callable[..., Any]:
    return functools.partial(_checked, typechecker=typechecker)


def _checked(thing: Any, *, typechecker: Callable[..., Any]) -> Any:
    if inspect.isclass(thing):
        if dataclasses.is_dataclass(thing) and "__init__" in vars(thing):
            thing.__init__ = _checked(thing.__init__, typechecker=typechecker)
        return thing
    if not inspect.isfunction(thing) or inspect.isgeneratorfunction(thing):
        return _thorough(thing, typechecker=typechecker)  # what is yielded has no one shape
    try:
        hints = get_type_hints(thing, include_extras=True).values()
    except NameError:  # of what is defined further on, or imported for type checkers alone
        return _thorough(thing, typechecker=typechecker)
    once = _check(thing)
    return _thorough(once, typechecker=None) if any(map(_names_a_shape, hints)) else once


def _names_a_shape(hint: Any) -> bool:
    if inspect.isclass(hint) and issubclass(hint, AbstractArray):
        return True
    return any(map(_names_a_shape, get_args(hint)))
