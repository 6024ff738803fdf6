"""What the company sells, where, and how long each node takes on average."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from demo.instants import HOUR

NODES = ("review", "print", "pick", "outbound", "transport")
CATEGORIES = ("fresh", "apparel", "electronics", "appliances", "furniture")
REGIONS = ("广东", "浙江", "上海", "北京", "四川", "湖北", "陕西", "辽宁")
CHANNELS = ("tmall", "jd", "wechat")
WAREHOUSES = ("WH-SH", "WH-GZ", "WH-CD")
CARRIERS = ("SF", "ZTO", "JD")

BASE_S = (2.0 * HOUR, 1.5 * HOUR, 4.0 * HOUR, 5.0 * HOUR, 60.0 * HOUR)  # working time, transport wall time
CATEGORY_FACTOR = (0.5, 0.8, 1.0, 2.0, 2.0)
REGION_FACTOR = (0.94, 0.92, 0.96, 1.0, 1.06, 1.0, 1.08, 1.1)
CHANNEL_FACTOR = (1.0, 0.96, 1.04)
OPEN_SHARE = (0.15, 0.10, 0.20, 0.15, 0.40)  # of the open orders, per node
WEIGHT_G = (1200, 600, 1800, 22000, 12000)

MEANS: npt.NDArray[np.float64] = (
    np.array(BASE_S)[:, None, None, None]
    * np.array(CATEGORY_FACTOR)[None, :, None, None]
    * np.array(REGION_FACTOR)[None, None, :, None]
    * np.array(CHANNEL_FACTOR)[None, None, None, :]
)  # seconds, shape (node, category, region, channel)


def mean_seconds(node: str, category: str, region: str, channel: str) -> float:
    """What one cell's ordinary order takes in a node: working seconds, wall seconds for transport."""
    cell = NODES.index(node), CATEGORIES.index(category), REGIONS.index(region), CHANNELS.index(channel)
    return float(MEANS[cell])
