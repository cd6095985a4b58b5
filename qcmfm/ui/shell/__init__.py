"""What surrounds every page: navigation, language, sign-in and the server."""
