"""Importers, which turn any supported source into a collection of the workspace.

The folder is a registry: each file that does not start with an underscore is one importer, named
like the file. It has a `TITLE` to display and three functions:

* `recognises(source)`: a score for how well the importer fits the source; the highest one is used.
* `columns(source)`: which columns it would use for what; None if there is nothing to choose.
* `read(source, chosen, documents)`: an `Item` per record, a `Problem` for what cannot be one.

If the photo's address is in another document, an item has a `lookup` and the importer a function
`complete(item, document)`. Fetching, checking, comparing and writing are shared by all importers.
"""

from qcmfm.importers._importing import import_collection
from qcmfm.importers._preview import Preview, preview
from qcmfm.importers._registry import names, title
from qcmfm.importers._report import Report
from qcmfm.importers.fetching.fetcher import Limits
from qcmfm.importers.reading.item import Columns, Item

__all__ = [
    "Columns", "Item", "Limits", "Preview", "Report", "import_collection", "names", "preview",
    "title",
]  # fmt: skip
