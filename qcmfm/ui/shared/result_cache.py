"""A cache for results of long work that a page may be left in the middle of.

Streamlit's own caches run the work under a lock and cannot show its progress.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

Result = TypeVar("Result")


class ResultCache:
    """The results used last; shared by everybody, so they are never changed.

    Args:
        size: How many results are held at most.
    """

    def __init__(self, size: int):
        self._results: OrderedDict[Hashable, Any] = OrderedDict()
        self._size = size
        self._lock = threading.Lock()

    def __contains__(self, key: Hashable) -> bool:
        with self._lock:
            return key in self._results

    def get(self, key: Hashable, compute: Callable[[], Result]) -> Result:
        """A result, computed at the first call."""
        with self._lock:
            if key in self._results:
                self._results.move_to_end(key)
                return self._results[key]
        result = compute()  # not under the lock: it may take long, and may be interrupted
        with self._lock:
            self._results[key] = result
            while len(self._results) > self._size:
                self._results.popitem(last=False)
        return result
