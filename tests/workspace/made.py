"""A workspace with something of everything in it, made with the verbs that people use."""

from pathlib import Path

from qcmfm import service
from qcmfm.access import Actor, Role, acting_as
from qcmfm.core.progress import finish
from qcmfm.encoders.features import FeatureCache
from qcmfm.inference.prediction_cache import fingerprint
from qcmfm.quantum.noise_files import load_preset, preset_names
from qcmfm.records import read_collection
from qcmfm.service import Labeller
from qcmfm.training.train import train
from tests.cheap import cheap_cache, make_collection
from tests.review.made import correct
from tests.training.test_training import SMALL


def make_workspace(home: Path, size: int = 30) -> FeatureCache:
    """Collection, features, run, adoption, predictions, decisions, noise, roles, audit log."""
    collection = read_collection(make_collection(home / "collections" / "vases", size))
    cache = cheap_cache(home / "features")
    folder = home / "runs" / "vases-1"
    run = finish(train(collection, cache, SMALL, folder))
    with acting_as(Actor("ada@museum.example", Role.ADMIN, signed_in=True)):
        finish(service.label_collection(Labeller(run, cache, folder), "vases", collection))
        service.adopt_run("vases", "vases-1", "ada@museum.example")
        review = service.OpenReview("vases")
        for number in range(5):
            review.decide([correct(f"r{number}")], "ada@museum.example", ("silver",))
        preset = load_preset(preset_names()[0])
        service.save_noise_setting("ours", preset)
    (home / "access.json").write_text('{"people": {"ada@museum.example": "admin"}}')
    made_from = fingerprint(collection, run.version)
    assert service.cached_predictions("vases", "vases-1", made_from)
    return cache


def content(home: Path) -> dict[str, bytes]:
    """Every file of a workspace that is no lock, by its name."""
    return {
        path.relative_to(home).as_posix(): path.read_bytes()
        for path in sorted(home.rglob("*"))
        if path.is_file() and not path.name.endswith(".lock")
    }
