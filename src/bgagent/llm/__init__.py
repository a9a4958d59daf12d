"""Text in, text out: asks a language model within a budget. Knows nothing of finance."""
