"""`python -m convert.cli` is `editions`."""

from convert.cli import main

main(prog_name="editions")
