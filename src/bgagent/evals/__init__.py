"""Sentences with known answers, run as jobs and counted: what the program gets right, how fast, at what price."""
