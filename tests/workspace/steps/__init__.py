"""Steps that change much, for the tests: three versions, of which two rewrite files."""
