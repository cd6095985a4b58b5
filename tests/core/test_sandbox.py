"""What a file could do to the process that reads it, the process cannot do to anything else."""

import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from qcmfm.core.sandbox import Sandbox, SandboxDied, SandboxLimits, SandboxPool
from qcmfm.encoders import photo
from qcmfm.importers.reading import sheets

LIMITS = SandboxLimits(memory=1 << 30, cpu_seconds=2, seconds=20.0)
ECHO = "def answer(question, content):\n    yield question, content[::-1]\n    yield {}, b'!'\n"


@pytest.fixture
def program(tmp_path: Path) -> Path:
    return tmp_path / "program.py"


def asked(program: Path, source: str, limits: SandboxLimits = LIMITS, content: bytes = b"") -> dict:
    program.write_text(source)
    with Sandbox(program, limits) as process:
        return {k: v for said, _ in process.ask({}, content, 100) for k, v in said.items()}


def test_a_question_and_bytes_go_in_and_pieces_come_out(program: Path):
    program.write_text(ECHO)
    with Sandbox(program, LIMITS) as process:
        pieces = list(process.ask({"n": 1, "é": [2]}, b"abc", most=4))
        assert pieces == [({"n": 1, "é": [2]}, b"cba"), ({}, b"!")]
    assert not process.is_alive()
    pool = SandboxPool(program, LIMITS, most=2)
    for _ in range(3):
        answer = pool.ask({"n": 1}, b"abc", most=4)
        assert (answer.content, answer.parts) == ({"n": 1}, [b"cba", b"!"]) and len(pool.idle) == 1
    pool.close()
    assert pool.idle == []


def test_it_ends_after_as_many_questions_as_were_agreed(program: Path):
    program.write_text(ECHO)
    with Sandbox(program, LIMITS, questions=1) as process:
        list(process.ask({}, most=1))
        assert process.process.wait(10) == 0


@pytest.mark.parametrize(
    ("source", "error"),
    [
        ("raise MemoryError", {"error": "memory"}),
        ("raise ValueError('odd\\nvery')", {"error": "broken", "reason": "odd"}),
        ("yield {'n': 1}, b''\n    raise OSError", {"n": 1, "error": "broken", "reason": ""}),
        ("print('noise')\n    yield {'n': 1}, b''", {"n": 1}),
    ],
)
def test_what_a_program_raises_is_said_and_what_it_prints_is_not(
    program: Path, source: str, error: dict
):
    assert (
        asked(program, f"def answer(question, content):\n    {source}\n    yield {{}}, b''")
        == error
    )


@pytest.mark.parametrize("limits", [LIMITS, photo.LIMITS, sheets.LIMITS])
def test_it_cannot_write_files_and_has_little_memory(
    program: Path, tmp_path: Path, limits: SandboxLimits
):
    target = tmp_path / "written"
    write = f"open({str(target)!r}, 'w').write('x' * 9999)"
    said = asked(
        program, f"def answer(question, content):\n    {write}\n    yield {{}}, b''", limits
    )
    assert said["error"] == "broken"
    assert not target.is_file() or target.stat().st_size == 0
    much = f"bytearray({limits.memory})"
    said = asked(
        program, f"def answer(question, content):\n    {much}\n    yield {{}}, b''", limits
    )
    assert said == {"error": "memory"}


def test_it_inherits_no_secret_and_imports_nothing_of_ours(
    program: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("QCMFM_METRICS_TOKEN", "a secret of the server")
    said = asked(
        program,
        "import os, sys\n\n\ndef answer(question, content):\n"
        "    yield {'env': list(os.environ), 'modules': list(sys.modules)}, b''",
    )
    assert "QCMFM_METRICS_TOKEN" not in said["env"] and "PATH" in said["env"]
    heavy = {"numpy", "torch", "qcmfm", "PIL", "streamlit"}
    assert not heavy & {name.split(".")[0] for name in said["modules"]}


@pytest.mark.parametrize("questions", [0, 1])
def test_computing_too_long_ends_it(program: Path, questions: int):
    program.write_text("def answer(question, content):\n    while True:\n        pass\n    yield")
    limits = replace(LIMITS, cpu_seconds=1)
    with Sandbox(program, limits, questions) as process, pytest.raises(SandboxDied) as died:
        list(process.ask({}))
    assert died.value.late == (sys.platform != "win32") and not process.is_alive()


def test_waiting_too_long_ends_it(program: Path):
    program.write_text("import time\ndef answer(question, content):\n    time.sleep(60)\n    yield")
    pool = SandboxPool(program, replace(LIMITS, seconds=0.5), most=1)
    began = time.monotonic()
    with pytest.raises(SandboxDied, match="too long"):
        pool.ask({})
    assert time.monotonic() - began < 5 and pool.idle == []


@pytest.mark.parametrize(
    "source",
    [
        "import os\nos._exit(3)",
        "def answer(question, content):\n    yield {}, b'x' * 101",
        "def answer(question, content):\n    yield {}, b'x' * 60\n    yield {}, b'x' * 60",
        "def answer(question, content):\n    yield {'x': 'x' * (1 << 24)}, b''",
        "def answer(question, content):\n    yield [1], b''",
        "import os\ndef answer(question, content):\n    os.write(3, b'\\xff'*99)\n    os._exit(0)",
    ],
)
def test_what_cannot_be_is_not_believed(program: Path, source: str):
    with pytest.raises(SandboxDied) as died:
        asked(program, source)
    assert not died.value.late


def test_it_starts_at_once(program: Path):
    program.write_text(ECHO)
    took: list[float] = []
    for _ in range(5):
        began = time.perf_counter()
        with Sandbox(program, LIMITS) as process:
            list(process.ask({}, most=1))
        took.append(time.perf_counter() - began)
    assert min(took) < 0.3
