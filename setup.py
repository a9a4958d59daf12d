"""Compiles the engine's kernel where Cython and a C compiler are; without them the same file runs as plain Python."""

import os
import sys
from pathlib import Path

from setuptools import Extension, setup

KERNEL = Path("src/bgagent/engine/kernel.py")


def compiled_kernel() -> list[Extension]:
    """The kernel as an optional extension; nothing when it cannot even be translated to C."""
    if not KERNEL.exists() or os.environ.get("BGAGENT_PURE_PYTHON") == "1":
        return []
    try:
        from Cython.Build import cythonize
        from Cython.Compiler.Errors import CompileError
    except ImportError:
        return []
    extension = Extension("bgagent.engine.kernel", [str(KERNEL)], optional=True)
    try:
        return cythonize([extension], build_dir="build/cython", language_level=3)
    except CompileError as error:
        print(f"{KERNEL} stays plain Python, Cython refused it: {error}", file=sys.stderr)
        return []


setup(ext_modules=compiled_kernel())
