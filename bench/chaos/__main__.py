"""``python -m bench.chaos --kills 1000 --seed 1``: the last line is the result as JSON.

Exit 0 only if nothing was sent twice, nothing was lost, nothing is claimed that is not so, and all is drained; with
``--control`` only if the wrong dispatcher was caught sending twice.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

from bench.chaos.controls import WAYS
from bench.chaos.director import Run


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--kills", type=int, default=1000)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--control", choices=list(WAYS), default="", help="a dispatcher that is wrong on purpose")
    options.add_argument("--keep", action="store_true", help="leave the folder, to look at")
    chosen = options.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="owchaos"))  # a short path, for the socket
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # nothing is left behind
    run = Run(folder, chosen.kills, chosen.seed, chosen.control)
    try:
        verdict, more = run.play()
    finally:
        if not chosen.keep:
            shutil.rmtree(folder, ignore_errors=True)
    result = {
        "kills": run.counts["kills"],
        "freezes": run.counts["freezes"],
        "crashes": run.counts["crashes"],
        **{name: value for name, value in asdict(verdict).items() if name != "suspects"},
        **more,
        "seed": chosen.seed,
        "control": chosen.control or None,
        "load": round(os.getloadavg()[0], 1),
    }
    print(json.dumps(result))
    return int(verdict.duplicates == 0) if chosen.control else int(not verdict.good)


if __name__ == "__main__":
    sys.exit(main())
