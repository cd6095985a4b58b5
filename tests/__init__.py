"""Tests and benchmarks. Like the program's entry points, they let idle threads sleep."""

import os

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
