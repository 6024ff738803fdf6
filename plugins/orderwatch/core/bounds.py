"""How sure one can be of a share that was counted: with 90 % confidence it is no more, or no less, than this.

Source: Clopper and Pearson, The use of confidence or fiducial limits, Biometrika 26 (1934).
"""

from __future__ import annotations

from typing import Final

CONFIDENCE: Final = 0.90


def at_most(hits: int, of: int) -> float:
    """The true share is no more than this; 1 where nothing was counted."""
    from scipy.stats import beta  # half a second to import, needed once a week

    return 1.0 if hits >= of else float(beta.ppf(CONFIDENCE, hits + 1, of - hits))


def at_least(hits: int, of: int) -> float:
    """The true share is no less than this; 0 where nothing was counted."""
    return 1.0 - at_most(of - hits, of) if of else 0.0
