"""Collections: browse the records, and see what a model suggests for one."""

import streamlit as st

from qcmfm.ui.browse.records import choose_records, show_origin, show_record, show_thumbnails
from qcmfm.ui.shared.address import Address
from qcmfm.ui.shared.collections import choose_collection
from qcmfm.ui.shared.errors import error_boundary
from qcmfm.ui.shared.records import records
from qcmfm.ui.shell.language import _

st.title(_("Collections"))
st.markdown(_("Look through the records; open one to see what a model proposes, and why."))

with error_boundary():
    address = Address("collections")
    name = choose_collection(address)
    collection = records(name)
    by_id = {record.record_id: record for record in collection.records}
    opened = by_id.get(address.get("record"))
    if opened:
        show_record(address, name, collection, opened)
    else:
        show_origin(name)
        show_thumbnails(address, collection, choose_records(address, collection))
