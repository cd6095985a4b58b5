"""The FE-QMFNN on two views of an image, against classical fusion of the same views.

MNIST: the left and the right half of a digit. CIFAR-10: luminance and chrominance (ITU-R BT.601).
Every network is small and trained at several sizes, so that accuracy plotted against the number of
parameters shows how many times fewer, if any, the quantum network needs.
"""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor, nn
from torch.nn import functional

from qcmfm import __version__
from qcmfm.core import storage
from qcmfm.core.clock import utc_now
from qcmfm.core.errors import StudyError
from qcmfm.core.progress import Progress, Work
from qcmfm.evaluation import evaluate, softmax
from qcmfm.studies.request import StudyRequest
from qcmfm.studies.trials.figures import draw_curves
from qcmfm.studies.trials.results import METRICS, Results, Trial, accuracy_curves
from qcmfm.studies.trials.view_networks import FEViews, ViewNetwork, classical
from qcmfm.studies.trials.worker_processes import side_by_side

TITLE = "Views of an image"
SEEDS = 3
EPOCHS, BATCH, RATE = 8, 128, 3e-3
FE_FEATURES = (4, 8, 16, 32, 64)
WIDTHS = (2, 4, 8, 16, 32, 64, 128)
FAMILIES = ("concat", "gated", "low_rank")
SETS = ("mnist", "cifar10")

Views = list[Float[Tensor, "image _"]]


def read_views(folder: Path, name: str) -> dict[str, tuple[Views, Int[Tensor, " image"]]]:
    """Read both views and the labels of the images of `train` and `test`, standardised.

    Args:
        folder: Folder of the data sets, as `<name>.npz` with uint8 images.
        name: One of `SETS`.

    Raises:
        StudyError: There is no such file.
    """
    file = folder / f"{name}.npz"
    if not file.is_file():
        raise StudyError(f"There is no file {file}.", "Give the folder of the sets with --data.")
    with np.load(file) as found:
        parts = {
            part: (torch.from_numpy(found[f"x_{part}"]), torch.from_numpy(found[f"y_{part}"]))
            for part in ("train", "test")
        }
    split = {
        part: ((_halves if name == "mnist" else _colours)(images.float() / 255), labels.long())
        for part, (images, labels) in parts.items()
    }
    moments = [(view.mean(0), view.std(0) + 0.1) for view in split["train"][0]]
    return {
        part: ([(v - m) / s for v, (m, s) in zip(views, moments, strict=True)], labels)
        for part, (views, labels) in split.items()
    }


def _halves(images: Tensor) -> Views:
    return [half.flatten(1) for half in images.reshape(-1, 28, 28).chunk(2, 2)]


def _colours(images: Tensor) -> Views:
    """Luminance, and both chrominances at half the resolution, as in JPEG."""
    pixels = images if images.shape[-1] == 3 else images.permute(0, 2, 3, 1)
    red, green, blue = pixels.unbind(-1)
    light = 0.299 * red + 0.587 * green + 0.114 * blue
    colour = torch.stack([0.564 * (blue - light), 0.713 * (red - light)], 1)
    return [light.flatten(1), functional.avg_pool2d(colour, 2).flatten(1)]


def networks(
    sizes: list[int], n_labels: int
) -> Iterator[tuple[str, int, Callable[[], ViewNetwork]]]:
    """Family, width and constructor of every network, the small ones first.

    Args:
        sizes: Number of values of each view.
        n_labels: Number of labels.
    """
    for features in FE_FEATURES:
        yield "fe_qmfnn", features, lambda n=features: FEViews(sizes, n, n_labels)
    for width in WIDTHS:
        for family in FAMILIES:
            yield family, width, lambda f=family, w=width: classical(f)(sizes, w, n_labels)


def run(request: StudyRequest) -> Work[None]:
    """Train every network on every data set; finished trainings are not repeated."""
    if request.data is None:
        raise StudyError("The image sets were not given.", "Name their folder with --data.")
    for name in SETS:
        found = read_views(request.data, name)
        done, cells = request.results.done(), list(_cells(found, request))
        todo = [c for c in cells if (name, c[0], str(c[3]), "test", f"width {c[1]}") not in done]
        finished = len(cells) - len(todo)
        for trial in side_by_side(_train, (name, found), todo, request.is_over):
            request.results.add([trial])
            finished += 1
            note = f"{trial.system} {trial.condition}, seed {trial.seed}: {trial.accuracy:.3f}"
            yield Progress(f"Views of {name}", finished, len(cells), note)
        if request.is_over():
            return
        write_curves(request.results)


Cell = tuple[str, int, Callable[[], ViewNetwork], int]
"""Family, width, constructor and seed of one training."""


def _cells(found: Any, request: StudyRequest) -> Iterator[Cell]:
    views, labels = found["train"]
    sizes = [view.shape[1] for view in views]
    for seed in range(request.seeds):
        for family, width, make in networks(sizes, int(labels.max()) + 1):
            if not request.only or family in request.only:
                yield family, width, make, seed


def _train(given: tuple[str, Any], cell: Cell) -> Trial:
    """Train for a fixed number of epochs, the same for every network, and test."""
    (name, found), (family, width, make, seed) = given, cell
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network = make()
        start = time.perf_counter()
        _fit(network, *found["train"])
        trained = time.perf_counter() - start
    views, labels = found["test"]
    network.eval()
    start = time.perf_counter()
    with torch.inference_mode():
        logits = torch.cat(
            [network([v[at : at + 256] for v in views]) for at in range(0, len(labels), 256)]
        )
    answered = time.perf_counter() - start
    measured = evaluate(
        softmax(logits.numpy()), labels.tolist(), [str(i) for i in range(len(labels))],
        [str(label) for label in range(logits.shape[1])], resamples=1,
    )  # fmt: skip
    return Trial(
        collection=name,
        system=family,
        seed=seed,
        fold="test",
        records=len(labels),
        **{metric: measured[metric]["value"] for metric in METRICS},
        parameters=sum(p.numel() for p in network.parameters()),
        train_seconds=trained,
        answer_milliseconds=1000 * answered / len(labels),
        condition=f"width {width}",
        made=utc_now(),
        version=__version__,
        settings=f"epochs {EPOCHS}",
    )


def _fit(network: nn.Module, views: Views, labels: Tensor) -> None:
    """AdamW with a one-cycle schedule."""
    steps = EPOCHS * (len(labels) // BATCH)
    optimizer = torch.optim.AdamW(network.parameters(), lr=RATE, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, RATE, total_steps=steps)
    network.train()
    for _ in range(EPOCHS):
        order = torch.randperm(len(labels))[: len(labels) // BATCH * BATCH]
        for rows in order.split(BATCH):
            loss = functional.cross_entropy(network([v[rows] for v in views]), labels[rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()


def curves(results: Results, name: str) -> dict[str, list[dict[str, float]]]:
    """Accuracy against parameters of each family on a data set: mean and range over the seeds."""
    trials = results.table()
    return accuracy_curves(trials[trials["collection"] == name], "system", "parameters")


def saving(found: dict[str, list[dict[str, float]]]) -> dict[str, float]:
    """Compare the best FE-QMFNN with the classical networks.

    Returns:
        Its `accuracy` and `parameters`; `best_classical`, the best classical accuracy;
        `times_fewer`, the parameters of the smallest classical network that is at least as accurate
        relative to its own (0 if there is none); and, if there is a classical network of ten times
        the parameters of an FE-QMFNN, `behind_ten_times`, the smallest gap in accuracy between an
        FE-QMFNN and the best of these.
    """
    quantum = max(found["fe_qmfnn"], key=lambda point: point["value"])
    others = [p for family, points in found.items() if family != "fe_qmfnn" for p in points]
    behind = [
        max(larger) - mine["value"]
        for mine in found["fe_qmfnn"]
        if (larger := [p["value"] for p in others if p["parameters"] >= 10 * mine["parameters"]])
    ]
    as_good = [p["parameters"] for p in others if p["value"] >= quantum["value"]]
    return {
        "accuracy": quantum["value"],
        "parameters": quantum["parameters"],
        "best_classical": max(p["value"] for p in others),
        "times_fewer": min(as_good, default=0.0) / quantum["parameters"],
    } | ({"behind_ten_times": min(behind)} if behind else {})


def write_curves(results: Results) -> None:
    """Draw the curves of the results so far, and write their values."""
    found = {name: curves(results, name) for name in SETS}
    found = {name: families for name, families in found.items() if len(families) > 1}
    for name, families in found.items():
        file = results.folder / f"views_{name}.png"
        draw_curves(families, "parameters", "trainable parameters", file, log_x=True)
    content = {
        name: {"curves": families, "saving": saving(families) if "fe_qmfnn" in families else {}}
        for name, families in found.items()
    }
    storage.write_json(results.folder / "curves.json", content)
