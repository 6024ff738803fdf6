"""Where a letter, or a task, leaves room for the link of its survey, and how it is filled when it leaves."""

from __future__ import annotations

from typing import Final

from orderwatch.core.addresses import Addresses
from orderwatch.core.payloads import SurveyAsked
from orderwatch.core.survey.link import SurveyLink, sign

PLACE: Final = "{link}"


def with_link(text: str, customer_id: str, asked: SurveyAsked, at: Addresses) -> str | None:
    """The text with its link; none where the installation has no address or no key to make one."""
    if not (at.base and at.key):
        return None
    link = SurveyLink(asked.invitation_id, customer_id, asked.until, asked.link_id)
    return text.replace(PLACE, f"{at.base}/orderwatch/survey/{sign(at.key, link)}")
