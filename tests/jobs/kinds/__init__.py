"""Kinds of jobs that are there for the tests of jobs."""

import sys

from qcmfm.core.registry import Registry
from qcmfm.jobs import Tasks, missing_kind

KINDS = Tasks(Registry(__name__, missing_kind), (sys.executable, "-m", __name__))
