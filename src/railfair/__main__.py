"""`python -m railfair`: the command line."""

from railfair.entrypoints.cli import main

if __name__ == "__main__":
    main()
