"""Long work that can be left: what a job does, one file per kind.

The folder is the registry: a job of the kind `import_collection` runs `work(**arguments)` of the
file of that name, which yields progress and returns what to tell about it, as JSON can hold it. It
runs in a process of its own, may be killed at any moment and started again with the same arguments;
so it keeps on disk what it has, and goes on from there.
"""
