"""Tables, archives and documents of a source, and the items that importers make of them."""
