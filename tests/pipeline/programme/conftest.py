"""The office on whose incidents figures are counted, and a ledger to write a month down by hand."""

import pytest

from tests.pipeline.programme.ledger import Ledger
from tests.pipeline.review.conftest import Office, office

__all__ = ["office"]


@pytest.fixture
def ledger(office: Office) -> Ledger:  # the fixture of that name
    return Ledger(office.desk)
