"""A report's page on paper, printed by a Chromium where one is installed."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from bgagent.errors import MachineUnfit

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
LONGEST_S = 120.0


def write_pdf(page: Path, pdf: Path) -> None:
    """The page as PDF, written in one step. Raises MachineUnfit without a browser, or when it cannot print."""
    browser = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if browser is None:
        raise MachineUnfit(
            "a PDF is printed by Chromium, and none is installed",
            hint=f"install chromium, or open {page.name} in any browser and print it",
        )
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        printed = Path(profile) / "page.pdf"
        try:
            done = subprocess.run(
                [browser, *_options(profile), f"--print-to-pdf={printed}", page.absolute().as_uri()],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                errors="replace",
                timeout=LONGEST_S,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise MachineUnfit(f"{Path(browser).name} did not print within {LONGEST_S:.0f} s") from error
        if not printed.exists():
            last = (done.stderr.strip().splitlines() or ["no word"])[-1]
            raise MachineUnfit(f"{Path(browser).name} could not print (exit {done.returncode}): {last[:200]}")
        _put(printed, pdf)


def _options(profile: str) -> list[str]:
    options = [
        "--headless",
        "--disable-gpu",
        "--no-first-run",
        "--no-pdf-header-footer",
        "--disable-dev-shm-usage",
        "--disable-background-networking",
        f"--user-data-dir={profile}",
    ]
    if os.geteuid() == 0:
        options.append("--no-sandbox")  # Chromium refuses to be run by root with it; the page asks for nothing anyway
    return options


def _put(printed: Path, pdf: Path) -> None:
    beside = pdf.with_name(f".{pdf.name}.{os.getpid()}.part")
    try:
        shutil.copyfile(printed, beside)
        beside.replace(pdf)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise MachineUnfit.from_os_error(error, pdf) from error
