"""What a verb loads: submitting and looking stay quick because they load nothing of engine, data or report."""

import subprocess
import sys
import textwrap

import pytest

from tests.e2e.project import CROSSOVER, Project

HEAVY = ("numpy", "pandas", "pydantic", "pydantic_ai", "yfinance", "jinja2", "talib", "msgspec", "rich")
NOT_TO_SUBMIT = ("click", "subprocess", "logging", "shutil", "dotenv", "psutil", "ctypes")


@pytest.mark.parametrize(
    "arguments",
    [
        ["bg", CROSSOVER, "--name", "light"],
        ["bg-status"],
        ["bg-list"],
        ["bg-status", "earlier"],
        ["bg-logs", "earlier"],
        ["bg-wait", "earlier"],
        ["--help"],
        ["bg", "--help"],
    ],
)
def test_no_heavy_module_is_loaded(project: Project, arguments: list[str]):
    (project.root / ".env").write_text("# what people have\nDEFAULT_TIMEOUT=90\n")
    project.run(CROSSOVER, name="earlier")
    code = textwrap.dedent(f"""
        import sys
        from bgagent.cli.main import main
        try:
            main({arguments!r})
        except SystemExit as end:
            assert not end.code, end.code
        heavy = [name for name in {(*HEAVY, *(NOT_TO_SUBMIT if "light" in arguments else ()))!r} if name in sys.modules]
        assert not heavy, heavy
    """)
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=project.root,
        env=project.environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    if "light" in arguments:
        assert project.nlbt("bg-wait", "light").returncode == 0
