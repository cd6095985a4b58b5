"""What an address asks for that is not there: a page shows something else, and must say so."""

import streamlit as st

from qcmfm import service
from qcmfm.core.errors import QcmfmError
from qcmfm.review.selections import read_selection
from qcmfm.ui.shared.address import parameters
from qcmfm.ui.shared.formatting import plain, words_for
from qcmfm.ui.shared.records import records
from qcmfm.ui.shell.language import _

_MOST = 80


def show_missing() -> None:
    """One sentence about the first thing that the address names and that is not there."""
    sentence = _missing()
    if sentence:
        st.warning(sentence, icon=":material/link_off:")


def _missing() -> str:
    """The sentence, as Markdown; empty where everything is there."""
    collection, record, model, pick = (
        (parameters().get(name) or [""])[-1] for name in ("collection", "record", "model", "pick")
    )
    if not (collection or record or model or pick):
        return ""
    names = list(service.collection_folders())
    if collection and collection not in names:
        return _(
            "The address asks for the collection {name}, which is not here. You see another one "
            "instead: choose the one that you mean."
        ).format(name=_shown(collection))
    where = collection or next(iter(names), "")
    if record and where and not _has(where, record):
        return _(
            "The address asks for the record {name}, which {collection} does not have. You see "
            "others instead: choose the one that you mean."
        ).format(name=_shown(record), collection=_shown(words_for(where)))
    if model and model not in service.run_folders():
        return _(
            "The address asks for the model {name}, which is not here. You see another one "
            "instead: choose the one that you mean."
        ).format(name=_shown(model))
    if pick and read_selection(pick) is None:
        return _(
            "The address asks for records that were picked on the map, but which ones is not "
            "known any more. You see all of them."
        )
    return ""


def _has(collection: str, record: str) -> bool:
    try:
        return any(known.record_id == record for known in records(collection).records)
    except QcmfmError:
        return True  # the page says what is wrong with the collection


def _shown(text: str) -> str:
    return plain(text if len(text) <= _MOST else text[:_MOST] + " …")
