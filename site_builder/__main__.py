"""Lets `python -m site_builder` run the command line."""

from site_builder.cli import main

if __name__ == "__main__":
    main()
