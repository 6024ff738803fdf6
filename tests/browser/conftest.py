"""The whole system for the browser: real Airflow with the small company, started once and stopped at the end."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from bench.rehearsal.stage import Stage
from orderwatch.local.demo import Demo
from orderwatch.paths import HOME
from tests.browser.person import Person, a_browser

PICTURES = HOME / ".state" / "pictures"
expect.set_options(timeout=30_000)  # milliseconds: a box that does other things as well is slow, and not broken


@pytest.fixture(scope="session")
def stage() -> Iterator[Stage]:
    """After the first scan and all that follows from it; no other scan begins by itself."""
    demo = Demo(HOME / ".state" / "browser", 7, 2000)
    try:
        demo.up(afresh=True)
        stage = Stage(demo)
        stage.rest()
        stage.pause_scan()
        yield stage
    finally:
        demo.down()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright, a_browser(playwright) as found:
        yield found


@pytest.fixture(scope="session")
def pictures() -> Path:
    """Where pictures are kept; those of an earlier run go."""
    shutil.rmtree(PICTURES, ignore_errors=True)
    PICTURES.mkdir(parents=True)
    return PICTURES


@pytest.fixture
def log_in(stage: Stage, browser: Browser, pictures: Path) -> Iterator[Callable[..., Person]]:
    """Somebody at a browser of their own."""
    people: list[Person] = []

    def as_(login: str, **how: Any) -> Person:
        base = stage.demo.api.base_url
        people.append(Person.at(browser, base, login, stage.demo.logins[login], pictures, **how))
        return people[-1]

    yield as_
    for person in people:
        person.leave()
