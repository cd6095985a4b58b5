"""One library in a process of its own: `python worker.py NAME` speaks JSON lines.

It must run in an environment that has neither qcmfm nor torch, so it imports only what the named
module needs. A module offers `VERSION` and `TASKS`: by name, functions that take a case's data (see
`quantum_engine`) and its arrays, and return results as arrays and, by name, what is to be timed.
"""

import importlib
import json
import os
import sys
import time
from pathlib import Path
from typing import Any


def main() -> None:
    name, cpu = sys.argv[1], int(sys.argv[2])
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {cpu})
    # Libraries print to standard output; the protocol keeps it for itself.
    replies = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    sys.path.insert(0, str(Path(__file__).parent))
    module = importlib.import_module(name)
    import numpy as np

    ready = {}

    def reply(**found: object) -> None:
        replies.write(json.dumps(found) + "\n")
        replies.flush()

    reply(version=module.VERSION)
    for line in sys.stdin:
        asked = json.loads(line)
        if asked["do"] == "prepare":
            arrays = dict(np.load(asked["arrays"]))
            start = time.perf_counter()
            results, ready = module.TASKS[asked["case"]["task"]](asked["case"], arrays)
            found: dict[str, Any] = {key: np.asarray(value) for key, value in results.items()}
            np.savez(asked["results"], **found)
            reply(seconds=time.perf_counter() - start, timed=list(ready))
        else:
            work, seconds = ready[asked["what"]], []
            work()  # brings its data back into the cache
            for _ in range(asked["times"]):
                start = time.perf_counter()
                work()
                seconds.append(time.perf_counter() - start)
                if sum(seconds) > asked["enough"]:
                    break
            reply(seconds=seconds)


if __name__ == "__main__":
    main()
