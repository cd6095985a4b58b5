"""`python -m qcmfm`: the command line, as `qcmfm` is."""

from qcmfm.cli import main

if __name__ == "__main__":
    main()
