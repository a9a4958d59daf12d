"""The project folder that most end-to-end tests work in."""

from pathlib import Path

import pytest

from tests.e2e.project import Project, make_project


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return make_project(tmp_path)
