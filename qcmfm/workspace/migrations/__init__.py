"""Migration steps of the workspace, one per version: `v<number>_<what>.py`.

A step has `CHANGES`, whether it rewrites what people made, so that a backup is made first, and
`migrate(home)`, which yields progress. It may be killed at any moment and is then run again, so it
must be idempotent.
"""
