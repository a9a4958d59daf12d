"""Compiles the engine's loops where Cython and a C compiler are; without them the same files run as plain Python."""

import os
import sys
import sysconfig
from pathlib import Path

from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext
from setuptools.errors import BaseError

ENGINE = Path("src/bgagent/engine")
COMPILED = tuple(sorted(path.with_suffix(".py") for path in ENGINE.glob("*.pxd")))
PURE_PYTHON = os.environ.get("BGAGENT_PURE_PYTHON") == "1"
DIRECTIVES = {
    "annotation_typing": False,  # the types are those of the .pxd files
    "boundscheck": False,
    "cdivision": True,
    "initializedcheck": False,
    "wraparound": False,
}
# a product and a sum made one by the processor would round differently than plain Python does
OPTIONS = [] if sys.platform == "win32" else ["-O3", "-ffp-contract=off"]


def in_place(source: Path) -> Path:
    """Where the compiled module lies beside its source."""
    return source.with_suffix(str(sysconfig.get_config_var("EXT_SUFFIX")))


def forget_stale_modules() -> None:
    """A module older than its source would run in the source's stead if compiling failed now."""
    newest = max((path.stat().st_mtime for path in (*COMPILED, *ENGINE.glob("*.pxd"))), default=float("inf"))
    for source in COMPILED:
        if in_place(source).exists() and (PURE_PYTHON or in_place(source).stat().st_mtime < newest):
            in_place(source).unlink()


def compiled_modules() -> list[Extension]:
    """The modules as extensions; none when they cannot even be translated to C."""
    if PURE_PYTHON or not COMPILED:
        return []
    try:
        from Cython.Build import cythonize
        from Cython.Compiler.Errors import CompileError
    except ImportError:
        return []
    modules = [
        Extension(f"bgagent.engine.{source.stem}", [str(source)], extra_compile_args=OPTIONS) for source in COMPILED
    ]
    try:
        extensions: list[Extension] = cythonize(
            modules,
            build_dir="build/cython",
            include_path=["src"],
            language_level=3,
            compiler_directives=DIRECTIVES,
        )
    except CompileError as error:
        print(f"the engine stays plain Python, Cython refused it: {error}", file=sys.stderr)
        return []
    return extensions


class AllOrNone(build_ext):
    """Compiled modules use each other's insides: where one cannot be built, all stay plain Python."""

    def run(self) -> None:
        try:
            super().run()
        except (BaseError, OSError) as error:
            print(f"the engine stays plain Python, it could not be compiled: {error}", file=sys.stderr)
            for built in self.built():
                built.unlink()
            self.extensions = []
        for built in self.built():
            built.touch()  # what did not have to be built anew is up to date all the same

    def built(self) -> list[Path]:
        """The modules as they lie about now."""
        paths = [Path(self.get_ext_fullpath(extension.name)) for extension in self.extensions]
        return [path for path in {*paths, *map(in_place, COMPILED)} if path.exists()]


forget_stale_modules()
setup(ext_modules=compiled_modules(), cmdclass={"build_ext": AllOrNone})
