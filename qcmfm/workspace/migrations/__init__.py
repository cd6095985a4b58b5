"""What each version of a workspace changed, one step a file: `v<number>_<what>.py`.

A step has `CHANGES`, whether it rewrites what people made, so that a backup is made first, and
`migrate(home)`, which yields progress. It may be killed at any moment and is then done again, and
it leaves alone what is already as it leaves it.
"""
