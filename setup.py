"""Compiles the engine's kernel where Cython and a C compiler are; without them the same file runs as plain Python."""

import os
import sys
import sysconfig
from pathlib import Path

from setuptools import Extension, setup

KERNEL = Path("src/bgagent/engine/kernel.py")
SOURCES = [path for path in (KERNEL, KERNEL.with_suffix(".pxd")) if path.exists()]
IN_PLACE = KERNEL.with_suffix(str(sysconfig.get_config_var("EXT_SUFFIX")))
PURE_PYTHON = os.environ.get("BGAGENT_PURE_PYTHON") == "1"


def forget_stale_kernel() -> None:
    """A compiled kernel older than its source would run in the source's stead if compiling failed now."""
    newest = max((path.stat().st_mtime for path in SOURCES), default=float("inf"))
    if IN_PLACE.exists() and (PURE_PYTHON or IN_PLACE.stat().st_mtime < newest):
        IN_PLACE.unlink()


def compiled_kernel() -> list[Extension]:
    """The kernel as an optional extension; nothing when it cannot even be translated to C."""
    if PURE_PYTHON or not SOURCES:
        return []
    try:
        from Cython.Build import cythonize
        from Cython.Compiler.Errors import CompileError
    except ImportError:
        return []
    try:
        extensions = cythonize(
            [Extension("bgagent.engine.kernel", [str(KERNEL)])], build_dir="build/cython", language_level=3
        )
    except CompileError as error:
        print(f"{KERNEL} stays plain Python, Cython refused it: {error}", file=sys.stderr)
        return []
    for extension in extensions:
        extension.optional = True  # cythonize does not carry it over
    return extensions


forget_stale_kernel()
setup(ext_modules=compiled_kernel())
