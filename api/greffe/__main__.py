"""`python -m greffe` is the command line."""

from greffe.cli import main

main()
