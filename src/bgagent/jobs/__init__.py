"""Runs any command in the background and tells the truth about it; knows nothing of finance."""
