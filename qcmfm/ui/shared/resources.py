"""Models, their answers and the catalog: loaded once per server and shared by everybody."""

from pathlib import Path

import streamlit as st

from qcmfm import service
from qcmfm.catalog import SearchIndex
from qcmfm.encoders.photo import content_hash
from qcmfm.explanation import Explanation
from qcmfm.inference.out_of_fold import OutOfFold
from qcmfm.inference.out_of_fold_cache import out_of_fold_file
from qcmfm.inference.prediction_cache import fingerprint
from qcmfm.lab.circuit_inputs import CircuitInputs
from qcmfm.ui.shared.progress import run_with_progress
from qcmfm.ui.shared.records import changed_ns, records
from qcmfm.ui.shared.result_cache import ResultCache
from qcmfm.ui.shell.language import N_, LazyText
from qcmfm.ui.shell.warm_up import freeze_garbage


def label_submission(run: str, submission: service.Submission) -> service.Labelled:
    """A submission's label; computed once for the same photo and caption.

    Raises:
        QcmfmError: The run cannot be opened or the submission not be labelled.
    """
    photo = content_hash(submission.photo)
    return _labelled(run, service.run_version(run), photo, submission.caption, submission)


def explain_submission(run: str, submission: service.Submission) -> Explanation:
    """The evidence for a submission's label; gathered once for the same photo and caption.

    Raises:
        QcmfmError: The run cannot be opened or the submission not be labelled.
    """
    photo = content_hash(submission.photo)
    return _explained(run, service.run_version(run), photo, submission.caption, submission)


@st.cache_resource(
    max_entries=4,
    show_spinner=LazyText(N_("Loading the model. This happens once after the server starts …")),
)
def _labeller(run: str, version: str) -> service.Labeller:
    loaded = service.open_labeller(run)
    freeze_garbage()
    return loaded


@st.cache_data(
    max_entries=500, show_spinner=LazyText(N_("Looking at the photo and reading the caption …"))
)
def _labelled(
    run: str, version: str, photo: str, caption: str, _submission: service.Submission
) -> service.Labelled:
    return service.label_submission(_labeller(run, version), _submission)


@st.cache_resource(max_entries=200, show_spinner=LazyText(N_("Gathering the evidence …")))
def _explained(
    run: str, version: str, photo: str, caption: str, _submission: service.Submission
) -> Explanation:
    return service.explain_submission(_labeller(run, version), _submission)


def open_session(name: str, run: str) -> service.OpenReviewSession | None:
    """A collection to review with what a run predicted; None where it made no predictions yet.

    Args:
        name: Of the collection.
        run: Name of the run; empty for none.

    Raises:
        QcmfmError: The collection, the run or the review log cannot be read.
    """
    prepare_light_page()
    collection = records(name)
    changed = changed_ns(collection)
    version = service.run_version(run) if run else ""
    input_fingerprint = _made_from(name, collection.folder, changed, version)
    answers = out_of_fold_predictions(name)
    compared_ns = out_of_fold_file(name).stat().st_mtime_ns if answers else 0
    others = tuple(service.runs_with_predictions(name))
    key = (name, collection.folder, changed, run, input_fingerprint, compared_ns, others, answers)
    found = _session(*key)
    if found is None:
        _session.clear(*key)  # look again next time
    return found


def out_of_fold_predictions(name: str) -> OutOfFold | None:
    """What models that never saw them say of a collection's records; None where not computed."""
    file = out_of_fold_file(name)
    if not file.is_file():
        return None
    collection = records(name)
    changed = (file.stat().st_mtime_ns, changed_ns(collection))
    return _compared(name, collection.folder, changed)


@st.cache_resource(show_spinner=LazyText(N_("Loading what reads your words. This happens once …")))
def searcher() -> service.Searcher:
    """What finds records; its encoders are loaded once."""
    found = service.Searcher().load()
    freeze_garbage()
    return found


@st.cache_resource(max_entries=8, show_spinner=False)
def search_index(name: str, made_at: str) -> SearchIndex:
    """A collection in the catalog, as it was made at a time.

    Raises:
        CatalogError: It is not there.
    """
    return service.open_search_index(name)


@st.cache_data(max_entries=16, show_spinner=False)
def facets(name: str, made_at: str) -> dict[str, dict[str, int]]:
    """How many records have each value of each facet."""
    return search_index(name, made_at).facets()


def circuit_inputs(name: str, run: str) -> CircuitInputs:
    """What the records of a collection put into a run's circuit; computed once.

    Raises:
        QcmfmError: The collection or the run cannot be read.
    """

    def compute() -> CircuitInputs:
        place = st.empty()
        with place:
            found = run_with_progress(
                service.open_circuit_inputs(load_labeller(run), records(name))
            )
        place.empty()
        return found

    return _circuit_inputs().get((name, run, made_from(name, run)), compute)


def made_from(name: str, run: str) -> str:
    """What changes when a collection or a run changes.

    Raises:
        QcmfmError: Either cannot be read.
    """
    collection = records(name)
    version = service.run_version(run)
    return _made_from(name, collection.folder, changed_ns(collection), version)


def load_labeller(run: str) -> service.Labeller:
    """A run with its encoders, loaded once.

    Raises:
        QcmfmError: It cannot be loaded.
    """
    return _labeller(run, service.run_version(run))


@st.cache_resource(show_spinner=False)
def prepare_light_page() -> bool:
    """Make clicks fast on pages that need no model; done once per server."""
    freeze_garbage()
    return True


@st.cache_resource(show_spinner=False)
def _circuit_inputs() -> ResultCache:
    return ResultCache(4)


@st.cache_data(max_entries=8, ttl=30, show_spinner=False)  # it looks at every photo's file
def _made_from(name: str, folder: Path, changed_ns: int, version: str) -> str:
    return fingerprint(records(name), version)


@st.cache_resource(max_entries=8, show_spinner=False)
def _session(
    name: str,
    folder: Path,
    changed_ns: int,
    run: str,
    made_from: str,
    compared_ns: int,
    key: tuple[str, ...],
    _out_of_fold: OutOfFold | None,
) -> service.OpenReviewSession | None:
    predictions = service.cached_predictions(name, run, made_from) if run else {}
    if predictions is None:
        return None
    others = service.other_predictions(name, records(name), run)
    return service.OpenReviewSession(name, records(name), predictions, _out_of_fold, others)


@st.cache_resource(max_entries=8, show_spinner=False)
def _compared(name: str, folder: Path, changed_ns: tuple[int, int]) -> OutOfFold | None:
    return service.cached_out_of_fold(name, records(name))
