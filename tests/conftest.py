"""What all tests share: a cache folder of their own, and one warm sandbox."""

import os
from collections.abc import Iterator

import pytest

from grader.sandbox.process import Sandbox


@pytest.fixture(scope="session", autouse=True)
def _cache_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep results apart from the user's own."""
    before = os.environ.get("FIRST_DIGITS_CACHE")
    os.environ["FIRST_DIGITS_CACHE"] = str(tmp_path_factory.mktemp("cache"))
    yield
    if before is None:
        del os.environ["FIRST_DIGITS_CACHE"]
    else:
        os.environ["FIRST_DIGITS_CACHE"] = before


@pytest.fixture(scope="session")
def warm_sandbox() -> Iterator[Sandbox]:
    """Return a sandbox whose parent imports TensorFlow once for all tests that use it."""
    sandbox = Sandbox()
    yield sandbox
    sandbox.close()
