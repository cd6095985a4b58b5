"""How the built-in collections are designed, drawn, described and photographed."""
