"""Drafts for the website: put there for a person to publish, never published from here."""

from __future__ import annotations

from dataclasses import dataclass

from orderwatch.core.effect import Effect, Outcome
from orderwatch.core.payloads import PayloadError, WebsiteDraft, read_payload
from orderwatch.hooks.json_api import JsonApi, Reply, in_path


@dataclass(frozen=True)
class WebsiteClient:
    """An idempotent sink: the key is the draft's address, and a draft that exists is never written over.

    Payload (`core.payloads.WebsiteDraft`): ``{"texts": {"zh-CN": {"title", "text"}, "en": {"title", "text"}}}``.
    ``ref`` is the number of the draft.
    """

    api: JsonApi

    def send(self, effect: Effect) -> Outcome:
        try:
            draft = read_payload(WebsiteDraft, effect.payload)
        except PayloadError as error:
            return Outcome("refused", str(error))
        body = {
            "title": {language: notice.title for language, notice in draft.texts.items()},
            "body": {language: notice.text for language, notice in draft.texts.items()},
        }
        reply = self.api.call("PUT", f"/drafts/{in_path(effect.effect_key)}", body=body)
        return reply.delivered("id") if isinstance(reply, Reply) else reply
