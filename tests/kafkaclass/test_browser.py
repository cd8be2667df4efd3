"""Where the tests' browser comes from."""

from __future__ import annotations

import pytest

from kafkaclass.management import browser
from kafkaclass.management.browser import NoBrowser, find_browser


@pytest.fixture
def bare(monkeypatch, tmp_path):
    """No browser on the machine, and none to be installed."""
    monkeypatch.delenv("KAFKACLASS_BROWSER", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(browser, "MAC_APPLICATIONS", ())
    monkeypatch.setattr(browser, "_from_playwright", lambda: None)
    monkeypatch.setattr(browser, "_from_apt", lambda: None)
    return tmp_path


def program(path, status: int):
    path.write_text(f"#!/bin/sh\nexit {status}\n")
    path.chmod(0o755)
    return path


def test_chromium_on_the_path_is_taken(bare):
    chromium = program(bare / "chromium", 0)
    assert find_browser(say=print) == chromium


def test_the_headless_shell_comes_before_whole_browsers(bare):
    program(bare / "chromium", 0)
    shell = program(bare / "chromium-headless-shell", 0)
    assert find_browser(say=print) == shell


def test_a_browser_that_does_not_run_is_passed_over(bare):
    program(bare / "chromium", 1)
    chrome = program(bare / "google-chrome", 0)
    assert find_browser(say=print) == chrome


def test_the_named_browser_comes_first(bare, monkeypatch):
    program(bare / "chromium", 0)
    named = program(bare / "mine", 0)
    monkeypatch.setenv("KAFKACLASS_BROWSER", str(named))
    assert find_browser(say=print) == named


def test_no_browser_at_all_says_what_to_install(bare):
    said: list[str] = []
    with pytest.raises(NoBrowser, match="apt-get install chromium"):
        find_browser(say=said.append)
    assert [words for words in said if "Playwright" in words]
