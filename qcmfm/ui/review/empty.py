"""A queue that shows no record: why, and where to go from there."""

from dataclasses import replace

import streamlit as st

from qcmfm import service
from qcmfm.review.filters import Filters
from qcmfm.ui.review.queue_address import REVIEWED, QueueAddress
from qcmfm.ui.shell.language import _


def show_empty_queue(session: service.OpenReviewSession, address: QueueAddress) -> None:
    """That all is reviewed, or that the filters fit no record of any status."""
    anywhere = replace(address.filters, statuses=())
    if anywhere.chosen(session.items()):
        st.success(_("Everything that the filter shows is reviewed."), icon=":material/done_all:")
    else:
        st.info(_("No record fits the filters."), icon=":material/filter_list_off:")


def show_other_records_buttons(session: service.OpenReviewSession, address: QueueAddress) -> None:
    """Buttons that show other records."""
    open_records = session.review.refresh().counts(session.records)["open"]
    if open_records and st.button(
        _("Show all {open_records:,} open records").format(open_records=open_records),
        type="primary",
    ):
        address.filters = Filters(statuses=("open",))
        st.rerun()
    if st.button(_("Look at the answered ones")):
        address.filters = Filters(statuses=REVIEWED)
        st.rerun()
