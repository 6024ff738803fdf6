"""The office on whose incidents figures are counted."""

from tests.pipeline.review.conftest import office

__all__ = ["office"]
