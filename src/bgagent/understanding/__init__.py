"""From a request to a frozen spec and an account of how the sentence became it."""
