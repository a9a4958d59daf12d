"""The nouns that pass between phases: frozen, each with its JSON."""
