"""Label the records of a collection on Ray Data, with the same predictions as on one machine."""

import contextlib
import logging
import os
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from qcmfm.core import settings, storage
from qcmfm.core.errors import ClusterError, QcmfmError, RecordsError
from qcmfm.core.extras import needs_extra
from qcmfm.core.progress import Progress, Work
from qcmfm.encoders.features import Encoders
from qcmfm.inference.prediction import Prediction, write_predictions
from qcmfm.inference.record_parts import Parts
from qcmfm.runs.folder import WEIGHTS, read_config, run_version
from qcmfm.runs.run import Run

Opening = Callable[[], tuple[Run, Encoders]]
"""Loads the run and its encoders; called once in every worker."""
BLOCKS = 10_000
"""Largest number of Ray blocks that the parts are distributed in."""
TRIES = 3
"""Attempts to start Ray on this machine; on a busy one, it gives up after half a minute."""
_OBJECTS = 100 * 1024**2
"""Size of Ray's object store on this machine in bytes; it only holds part numbers."""


@dataclass
class RayReport:
    """Result of labelling on Ray.

    Args:
        rows: Number of rows of the table.
        labelled: Number of rows with a label.
        with_errors: Number of rows with an error.
        model_sha256: Hash of the run's weights.
        workers: Number of worker processes.
    """

    rows: int = 0
    labelled: int = 0
    with_errors: int = 0
    model_sha256: str = ""
    workers: int = 0

    def counting(self, predictions: Iterator[Prediction]) -> Iterator[Prediction]:
        """Pass predictions through and count them."""
        for prediction in predictions:
            self.rows += 1
            self.labelled += bool(prediction.ranked)
            self.with_errors += bool(prediction.error)
            yield prediction


def label_on_ray(
    run: Path,
    records: Path,
    out: Path,
    opening: Opening,
    caption_column: str = "caption",
    top: int = 3,
    split: str = "",
    address: str = "",
    gpu: bool = True,
) -> Work[RayReport]:
    """Label a records file; repeating an interrupted call resumes it.

    Every machine of the cluster must have this program, and the records, the workspace and the
    folder of `out` must have the same paths on all of them.

    Args:
        run: Folder of the run.
        records: The CSV file, or a folder with a `records.csv`.
        out: The CSV file to write. Until it is complete, intermediate results are in a folder
            beside it.
        opening: Loads the run in a worker.
        caption_column: Column with the caption.
        top: Number of most likely labels to write, with their probabilities.
        split: Split to label; by default all rows.
        address: Address of a running cluster; by default Ray is started on this machine.
        gpu: Whether the encoders may use the GPUs of the cluster.

    Raises:
        RunError: The run does not exist or cannot be read.
        RecordsError: The records cannot be read, or there are none.
        ClusterError: The cluster cannot be reached, or failed.
        MissingExtraError: Ray is not installed.
    """
    with needs_extra("scale", "Labelling on Ray"):  # before the records are cut
        import ray.data  # noqa: F401
    version, sha256 = run_version(run), read_config(run)["sha256"][WEIGHTS]
    parts = Parts(out.resolve().with_name(f"{out.name}.parts"))
    count, rows = yield from parts.cut(records, caption_column, split)
    if not rows:
        raise RecordsError(
            f"No record is in the split {split!r}." if split else f"{records} holds no record.",
            "Choose another split." if split else "Give a file with at least one row.",
        )
    features = settings.features_folder()
    with on_cluster(address):
        workers = yield from _label_parts(opening, parts, features, count, rows, gpu)
    report = RayReport(model_sha256=sha256, workers=workers)
    write_predictions(report.counting(parts.labelled(count, version)), out, top)
    storage.discard_folder(parts.folder)
    return report


class _Worker:
    """Ray actor that loads the run once and labels one part after the other."""

    def __init__(self, opening: Opening, parts: Parts, features: Path):
        self._parts, self._features = parts, features
        self._run, self._encoders = opening()

    def __call__(self, batch: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        rows = [
            self._parts.label(int(number), self._run, self._encoders, self._features)
            for number in batch["id"]
        ]
        return {"rows": np.array(rows), "process": np.full(len(rows), os.getpid())}


def _label_parts(
    opening: Opening, parts: Parts, features: Path, count: int, rows: int, gpu: bool
) -> Work[int]:
    """Label the parts on the cluster; returns the number of worker processes."""
    import ray
    import ray.data
    from ray.exceptions import RayError

    context = ray.data.DataContext.get_current()
    context.enable_progress_bars = False
    logging.getLogger("ray.data").setLevel(logging.ERROR)
    cpus, gpus = (int(ray.cluster_resources().get(kind, 0)) for kind in ("CPU", "GPU"))
    gpus = gpus if gpu else 0
    size = max(1, min(gpus or cpus, count))
    # Built locally, since read tasks would wait for CPUs that the workers occupy.
    pieces = np.array_split(np.arange(count), min(count, BLOCKS))
    numbers = ray.data.from_arrow([pa.table({"id": piece}) for piece in pieces])
    labelled = numbers.map_batches(
        _Worker,
        fn_constructor_args=(opening, parts, features),
        batch_size=1,
        compute=ray.data.ActorPoolStrategy(size=size),
        num_gpus=1 if gpus else 0,
        # From the start of the process: it loads torch before it gets here.
        runtime_env={"env_vars": settings.sleeping_threads()},
    )  # Ray restarts a worker that dies and reassigns its part
    done, processes = 0, set[int]()
    yield Progress("Labelling records", 0, rows)
    try:
        for found in labelled.iter_batches(
            batch_size=None, prefetch_batches=0, batch_format="numpy"
        ):
            done += int(np.sum(found["rows"]))
            processes |= set(np.asarray(found["process"]).tolist())
            yield Progress("Labelling records", done, rows)
    except RayError as error:
        raise _ray_error(error) from error
    return len(processes)


def _ray_error(error: Any) -> QcmfmError:
    """The `QcmfmError` that a worker raised, else a `ClusterError` with Ray's message."""
    cause = getattr(error, "cause", None)
    while cause is not None and not isinstance(cause, QcmfmError):
        cause = getattr(cause, "cause", None)
    reason = str(error).strip().splitlines()[-1][:300]
    return cause or ClusterError(
        f"The cluster gave up: {reason}.", "The same command goes on from here."
    )


@contextlib.contextmanager
def on_cluster(address: str = "") -> Iterator[None]:
    """Connect to Ray for the duration of a `with` block.

    Args:
        address: Address of a running cluster; by default the existing connection is used or Ray is
            started on this machine.

    Raises:
        ClusterError: Ray is not installed, or there is no cluster at the address.
    """
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # no telemetry
    if not address:
        os.environ.setdefault("RAY_BACKEND_LOG_LEVEL", "fatal")
    with needs_extra("scale", "Labelling on Ray"):
        import ray
        import ray.data
    if ray.is_initialized():
        yield  # whoever started it shuts it down
        return
    own: dict[str, Any] = {"include_dashboard": False, "object_store_memory": _OBJECTS}
    quiet = {"log_to_driver": False, "logging_level": logging.ERROR}
    for tries_left in reversed(range(1 if address else TRIES)):
        try:
            _knock(address)
            ray.init(address or "local", **quiet, **({} if address else own))
            break
        except Exception as error:  # Ray raises all kinds of errors, also on a busy machine
            ray.shutdown()
            if tries_left:
                continue
            reason = (str(error).strip().splitlines() or ["no answer"])[0][:200]
            where = f"There is no Ray cluster at {address}" if address else "Ray did not begin here"
            raise ClusterError(
                f"{where}: {reason}.", "Check the address, or whether this machine is too busy."
            ) from error
    try:
        yield
    finally:
        ray.shutdown()


def _knock(address: str) -> None:
    """Check quickly that `host:port` accepts connections; Ray itself would wait for minutes.

    Raises:
        OSError: The connection failed.
    """
    host, _, port = address.removeprefix("ray://").rpartition(":")
    if host and port.isdecimal():
        socket.create_connection((host.strip("[]"), int(port)), timeout=10).close()
