"""The process of a job of the tests: what the program's own is, with the kinds of the tests."""

import sys

from qcmfm import cli
from qcmfm.service import tasks
from tests.jobs.kinds import KINDS

tasks.TASKS = KINDS
sys.argv[1:1] = ["job"]
cli.main()
