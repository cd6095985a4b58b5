"""The tasks of background jobs, one file per kind of job.

The folder is a registry: a job of the kind `import_collection` runs `work(**arguments)` of the
file of that name, which yields progress and returns its result as JSON values. It runs in a
separate process, may be killed at any moment and started again with the same arguments, so it must
save its intermediate results and continue from them.
"""

import sys

from qcmfm.core.registry import Registry
from qcmfm.jobs import Tasks, missing_kind

TASKS = Tasks(Registry(__name__, missing_kind), (sys.executable, "-m", "qcmfm", "job"))
