"""Any source -> a collection in the workspace.

The folder is a registry: each file that does not start with an underscore is one importer, and
the file's name is the importer's name. It has a `TITLE` for people and three functions:

* `recognises(source)`: how surely the source is of its kind; the surest importer is taken.
* `columns(source)`: which columns it would use for what; None where there is nothing to choose.
* `read(source, chosen, documents)`: an `Item` for each record, a `Problem` for what cannot be one.

Where the photo's address stands in another document, an item has a `lookup`, and the importer has
`complete(item, document)`. What is fetched, checked, compared and written is the same for all.
"""

from qcmfm.importers._fetching import Limits
from qcmfm.importers._importing import import_collection
from qcmfm.importers._item import Columns, Item
from qcmfm.importers._preview import Preview, preview
from qcmfm.importers._registry import names, title
from qcmfm.importers._report import Report

__all__ = [
    "Columns", "Item", "Limits", "Preview", "Report", "import_collection", "names", "preview",
    "title",
]  # fmt: skip
