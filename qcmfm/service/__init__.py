"""The verbs that pages and the command line call."""

from qcmfm.kept_predictions import fingerprint
from qcmfm.service.collections import (
    CollectionSummary,
    collection_folders,
    draw_built_in,
    drawable,
    list_collections,
    open_collection,
    page_picture,
    record_submission,
    save_submission,
    thumbnail,
    true_regions,
)
from qcmfm.service.labelling import (
    Labelled,
    Labeller,
    Submission,
    label_submission,
    labelled_csv,
    open_labeller,
)
from qcmfm.service.measuring import evaluate_run, ground_run, keep_metrics
from qcmfm.service.quantum_lab import (
    Comparison,
    circuit_runs,
    comparisons,
    measure_stability,
    open_material,
)
from qcmfm.service.reviewing import Desk, attended, kept_predictions, label_collection
from qcmfm.service.runs import (
    RunSummary,
    built_in_sentence,
    find_run,
    list_run_summaries,
    run_folders,
    run_version,
    runs_for,
    study_sentence,
)

__all__ = [
    "CollectionSummary",
    "Comparison",
    "Desk",
    "Labelled",
    "Labeller",
    "RunSummary",
    "Submission",
    "attended",
    "built_in_sentence",
    "circuit_runs",
    "collection_folders",
    "comparisons",
    "draw_built_in",
    "drawable",
    "evaluate_run",
    "find_run",
    "fingerprint",
    "ground_run",
    "keep_metrics",
    "kept_predictions",
    "label_collection",
    "label_submission",
    "labelled_csv",
    "list_collections",
    "list_run_summaries",
    "measure_stability",
    "open_collection",
    "open_labeller",
    "open_material",
    "page_picture",
    "record_submission",
    "run_folders",
    "run_version",
    "runs_for",
    "save_submission",
    "study_sentence",
    "thumbnail",
    "true_regions",
]
