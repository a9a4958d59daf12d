"""What compiled modules take from Cython, where it is not installed and they run as plain Python."""

from contextlib import nullcontext

nogil = nullcontext()
