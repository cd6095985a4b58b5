"""The catalog: a search index of records, vectors and predictions.

It holds no original data: it is built from records, features and predictions, and may be deleted
and rebuilt at any time. It is a LanceDB database, in a folder or in an object store.
"""

from qcmfm.catalog.card import Card
from qcmfm.catalog.catalog import Catalog, Change
from qcmfm.catalog.projection import VECTORS, Projection, project
from qcmfm.catalog.search import EVERYWHERE, PLACES, Hit, SearchFilters, SearchIndex

__all__ = [
    "EVERYWHERE",
    "PLACES",
    "VECTORS",
    "Card",
    "Catalog",
    "Change",
    "Hit",
    "Projection",
    "SearchFilters",
    "SearchIndex",
    "project",
]
