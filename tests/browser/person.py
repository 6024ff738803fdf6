"""Somebody at a browser, logged in to Airflow, who uses the pages and takes pictures of what they see."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, FrameLocator, Page, Playwright, expect

Scheme = Literal["light", "dark"]
GRAVE = {"serious", "critical"}  # axe's own words for what keeps people out
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]}


@contextmanager
def a_browser(playwright: Playwright) -> Iterator[Browser]:
    """The system's Chromium; raises ``RuntimeError`` with what to install where there is none."""
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if found is None:
        raise RuntimeError("no Chromium on this machine: apt-get install chromium fonts-noto-cjk")
    browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox", "--disable-gpu"])
    try:
        yield browser
    finally:
        browser.close()


@dataclass
class Person:
    """``login`` is theirs; pictures are kept in ``folder`` under the name of what is seen."""

    page: Page
    base: str
    login: str
    folder: Path

    @classmethod
    def at(
        cls, browser: Browser, base: str, login: str, password: str, folder: Path, *,
        language: str = "en-US", scheme: Scheme = "light", width: int = 1376,
    ) -> Person:  # fmt: skip
        """Log in where Airflow asks for it."""
        context = browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme=scheme, locale=language, base_url=base
        )
        context.set_default_timeout(30_000)
        page = context.new_page()
        page.goto("/auth/login")
        page.fill("input[name=username]", login)
        page.fill("input[name=password]", password)
        page.click("button[type=submit]")
        page.wait_for_url(lambda url: "/auth/login" not in url)
        return cls(page, base, login, folder)

    def open(self, place: str) -> None:
        """One of our pages by itself, as a message leads to it."""
        answer = self.page.goto(f"/orderwatch/{place}")
        assert answer is not None and answer.status == 200, (place, answer and answer.status)

    def in_airflow(self) -> FrameLocator:
        """What our entry of Airflow's navigation shows."""
        return self.page.frame_locator("iframe")

    def press(self, name: str, *, within: str = "main") -> None:
        """The button of this name; one that opens a dialog ends in three dots."""
        self.page.locator(within).get_by_role("button", name=name, exact=True).first.click()

    def do(self, act: str, **fields: str) -> None:
        """Open the dialog of an act, fill it in, and send it; the page is read anew when it is done."""
        self.press(f"{act}…")
        dialog = self.page.locator("dialog[open]")
        for name, value in fields.items():
            field = dialog.locator(f"[name={name}]").first
            if field.get_attribute("type") == "radio":
                dialog.locator(f'[name="{name}"][value="{value}"]').check()
            else:
                field.fill(value)
        with self.page.expect_navigation():
            dialog.locator("button.main").click()
        expect(self.page.locator("dialog[open]")).to_have_count(0)

    def picture(self, name: str) -> None:
        self.page.screenshot(path=self.folder / f"{name}.png", full_page=True)

    def faults(self) -> list[str]:
        """What axe-core holds against the page, as far as it is serious."""
        found: Any = Axe().run(self.page, options=RULES)
        return [
            f"{one['id']}: {one['help']} ({one['nodes'][0]['html'][:160]})"
            for one in found.response["violations"]
            if one["impact"] in GRAVE
        ]

    def leave(self) -> None:
        self.page.context.close()
