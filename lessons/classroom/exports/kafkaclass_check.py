#!/usr/bin/env python3
"""Shows what is done of a lesson's exercises, beside the program that you write. Python's standard library is enough.

    python3 kafkaclass_check.py LESSON            once
    python3 kafkaclass_check.py --watch LESSON    again whenever something changes, until Ctrl-C

It asks the class with a token of yours, which you make on the page "Tokens" of your class. It is read from the variable
KAFKACLASS_TOKEN, or asked for.
"""

import argparse
import getpass
import json
import os
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

SITE = ""  # such as http://192.168.1.17:8000; filled in where you downloaded this
CLASS = ""
EVERY_S = 2.0
TIMEOUT_S = 15.0
MARKS = {"done": "✓", "not_yet": "✗", "could_not_check": "?", "not_begun": "·"}


class Problem(Exception):
    """str() is a sentence; `ends`: asking again would not help."""

    def __init__(self, words, *, ends=True):
        super().__init__(words)
        self.ends = ends


def main():
    asked = arguments()
    token = os.environ.get("KAFKACLASS_TOKEN") or getpass.getpass("Your token: ")
    try:
        run(asked, token)
    except KeyboardInterrupt:
        return 130
    except Problem as problem:
        print(problem, file=sys.stderr)
        return 2
    return 0


def arguments():
    parser = argparse.ArgumentParser(description="Shows what is done of a lesson's exercises.")
    parser.add_argument("lesson", metavar="LESSON", help="as in the address of its page, such as creating-topics")
    parser.add_argument("--watch", action="store_true", help="again whenever something changes, until Ctrl-C")
    parser.add_argument("--site", default=SITE, required=not SITE, help="the address of the class's pages")
    parser.add_argument("--class", default=CLASS, required=not CLASS, dest="class_slug", help="as in those addresses")
    return parser.parse_args()


def run(asked, token):
    """Raises: Problem."""
    shown, trouble = {}, ""
    while True:
        try:
            now = exercises(asked, token)
        except Problem as problem:
            if problem.ends or not asked.watch:
                raise
            if str(problem) != trouble:
                print(f"{problem} It is tried again.", file=sys.stderr, flush=True)
            trouble = str(problem)
        else:
            trouble = ""
            show(now, shown)
            shown = now
            if not asked.watch or all(each["state"] == "done" for each in now.values()):
                return
        time.sleep(EVERY_S)


def exercises(asked, token):
    """By their ids. Raises: Problem."""
    query = urllib.parse.urlencode({"lesson": asked.lesson, "watch": "true"})
    url = f"{asked.site.rstrip('/')}/api/v1/classes/{urllib.parse.quote(asked.class_slug)}/exercises?{query}"
    if not url.startswith(("http://", "https://")):
        raise Problem(f"{asked.site} is no address of a page: it begins with http:// or https://.")
    request = urllib.request.Request(url, headers={"Authorization": f"Bearer {token}"})
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_S) as answer:
            found = json.load(answer)
    except urllib.error.HTTPError as refusal:
        raise refused(refusal, asked) from None
    except (OSError, ValueError) as error:
        raise Problem(
            f"The class does not answer at {asked.site}: {getattr(error, 'reason', error)}.", ends=False
        ) from None
    if not found:
        raise Problem(f"The lesson {asked.lesson} has no exercises.")
    return {each["id"]: each for each in found}


def refused(refusal, asked):
    """What the class said, as a Problem."""
    if refusal.code == 404:
        return Problem(f"The class has no lesson {asked.lesson}, or your token is for another class.")
    try:
        words = json.load(refusal)["answered"]
    except (ValueError, KeyError, TypeError):
        words = f"The class answered with the status {refusal.code}."
    return Problem(words, ends=refusal.code not in (429, 500, 502, 503, 504))


def show(now, shown):
    """What is not as it was shown last."""
    for key, each in now.items():
        before = shown.get(key)
        if before is not None and (before["state"], before["verdict"]) == (each["state"], each["verdict"]):
            continue
        print(f"{MARKS.get(each['state'], ' ')} {each['title']}: {each['state'].replace('_', ' ')}")
        verdict = each["verdict"]
        for name, label in (("seen", "found"), ("expected", "expected"), ("why", "why")):
            if verdict.get(name) and not (name == "expected" and each["state"] == "done"):
                print(f"    {label}: {verdict[name]}")
    if shown != now:
        done = sum(each["state"] == "done" for each in now.values())
        print(f"{done} of {len(now)} done", flush=True)


if __name__ == "__main__":
    sys.exit(main())
