"""The embedded reader: a sentence of trading English in, a spec and an account of every word out, offline."""
