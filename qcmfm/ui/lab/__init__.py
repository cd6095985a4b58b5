"""Lab: circuit, noise, lesson and claims."""
