"""`python -m litewright` is the command line."""

import sys

from litewright.cli import main

if __name__ == "__main__":
    sys.exit(main())
