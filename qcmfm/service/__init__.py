"""The verbs that pages and the command line call."""

from qcmfm.service.collections import (
    CollectionSummary,
    collection_folders,
    draw_built_in,
    drawable,
    list_collections,
    open_collection,
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
from qcmfm.service.runs import (
    RunSummary,
    find_run,
    list_run_summaries,
    run_folders,
    run_version,
    runs_for,
    study_sentence,
)

__all__ = [
    "CollectionSummary",
    "Labelled",
    "Labeller",
    "RunSummary",
    "Submission",
    "collection_folders",
    "draw_built_in",
    "drawable",
    "evaluate_run",
    "find_run",
    "ground_run",
    "keep_metrics",
    "label_submission",
    "labelled_csv",
    "list_collections",
    "list_run_summaries",
    "open_collection",
    "open_labeller",
    "record_submission",
    "run_folders",
    "run_version",
    "runs_for",
    "save_submission",
    "study_sentence",
    "thumbnail",
    "true_regions",
]
