"""`python -m qcmfm`: the command line."""

from qcmfm.cli import main

if __name__ == "__main__":
    main()
