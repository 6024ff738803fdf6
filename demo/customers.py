"""The company's customers read their mail, and the call centre its tasks: most answer the survey in it, over HTTP."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import requests

LINK = re.compile(r"https?://\S+/survey/[A-Za-z0-9_.-]+")
ANSWERS = 60  # of a hundred who are asked
SORRY = ("抱歉", "道歉", "sorry")  # a letter that says so is about an order that was late
AFTER_LATENESS = (1, 3, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10)
OTHERWISE = (5, 6, 7, 8, 8, 9, 9, 9, 10, 10, 10, 10)
WORDS = {
    0: ("等了太久，也没人告诉我", "nobody told me why it took so long"),
    7: ("还可以，希望下次快一点", "all right, a little faster next time"),
    9: ("处理得很快", "you dealt with it quickly"),
}
FACES = {200: "answered", 409: "answered before", 401: "too late or not valid"}


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody enters behind a link."""

    link: str
    score: int
    words: str | None


def answers_to(texts: Iterable[str]) -> Iterator[Said]:
    """Who answers, and what, is made of the link: asked again, everybody says the same."""
    for text in texts:
        if found := LINK.search(text):
            dice = hashlib.sha256(found[0].encode()).digest()
            if dice[0] % 100 < ANSWERS:
                yield _say(found[0], dice, late=any(word in text for word in SORRY), english="?lang=en" in text)


def _say(link: str, dice: bytes, *, late: bool, english: bool) -> Said:
    scores = AFTER_LATENESS if late else OTHERWISE
    score = scores[dice[1] % len(scores)]
    words = WORDS[max(least for least in WORDS if least <= score)][english]
    return Said(link, score, words if dice[2] % 3 == 0 else None)


def answer_all(company: Mapping[str, Any]) -> Counter[str]:
    """Read the mailbox and the call centre's tasks of a running company and answer; how many in which way."""
    mails = _get(f"{company['control']['url']}/_mails")
    tasks = _get(f"{company['crm']['url']}/_tasks")
    done: Counter[str] = Counter()
    for said in answers_to(one["text"] for one in [*mails, *tasks]):
        parts = urlsplit(said.link)
        body = {"score": said.score, "words": said.words}
        reply = requests.post(
            said.link, json=body, headers={"Origin": f"{parts.scheme}://{parts.netloc}"}, timeout=30
        )  # fmt: skip
        done[FACES.get(reply.status_code, f"refused with {reply.status_code}")] += 1
    return done


def _get(url: str) -> list[dict[str, Any]]:
    reply = requests.get(url, timeout=30)
    reply.raise_for_status()
    return list(reply.json())
