"""`python -m fedlearn` is the `fedlearn` command."""

from fedlearn.cli import main

if __name__ == "__main__":
    main()
