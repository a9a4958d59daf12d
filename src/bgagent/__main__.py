"""`python -m bgagent` is the same program as `nlbt`."""

from bgagent.cli.main import main

if __name__ == "__main__":
    main()
