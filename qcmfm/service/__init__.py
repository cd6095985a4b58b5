"""The verbs that pages and the command line call."""

from qcmfm.kept_predictions import fingerprint
from qcmfm.service.calibrating import calibrate_run
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
from qcmfm.service.explaining import Compared, attention_annotation, compare, explain_submission
from qcmfm.service.labelling import (
    Labelled,
    Labeller,
    Submission,
    label_submission,
    labelled_csv,
    open_labeller,
)
from qcmfm.service.measuring import evaluate_run, ground_run, keep_metrics
from qcmfm.service.reviewing import Desk, attended, kept_predictions, label_collection
from qcmfm.service.runs import (
    RunSummary,
    built_in_sentence,
    find_run,
    list_run_summaries,
    run_folders,
    run_version,
    runs_for,
    scope_sentence,
    study_sentence,
)

__all__ = [
    "CollectionSummary",
    "Compared",
    "Desk",
    "Labelled",
    "Labeller",
    "RunSummary",
    "Submission",
    "attended",
    "attention_annotation",
    "built_in_sentence",
    "calibrate_run",
    "collection_folders",
    "compare",
    "draw_built_in",
    "drawable",
    "evaluate_run",
    "explain_submission",
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
    "open_collection",
    "open_labeller",
    "page_picture",
    "record_submission",
    "run_folders",
    "run_version",
    "runs_for",
    "save_submission",
    "scope_sentence",
    "study_sentence",
    "thumbnail",
    "true_regions",
]
