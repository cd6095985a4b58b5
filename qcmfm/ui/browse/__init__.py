"""Browse: the records of a collection, search and the map."""
