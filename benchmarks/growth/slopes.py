"""Slopes: how a cost grows with a size, fitted and named."""

import math
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum

NOISE = 1.2
"""Costs that differ by no more than this are the same."""

Curve = Callable[[float], float]


class Slope(Enum):
    """The names of slopes. What falls is cheaper the more there is of it."""

    FALLING = "falling"
    CONSTANT = "constant"
    LOGARITHMIC = "logarithmic"
    LINEAR = "linear"
    STEEPER = "steeper than linear"


_CURVES: dict[Slope, Curve] = {
    Slope.LOGARITHMIC: math.log,
    Slope.LINEAR: lambda size: size,
    Slope.STEEPER: lambda size: size * size,
}


@dataclass(frozen=True, slots=True)
class Fit:
    """A curve through costs: `base + step * curve(size)`; `error` is relative to the costs."""

    base: float
    step: float
    error: float


def slope_of(sizes: Sequence[float], costs: Sequence[float], noise: float = NOISE) -> Slope:
    """The slope of costs that were measured at rising sizes; `noise` is the factor of chance."""
    if max(costs) <= min(costs) * noise:
        return Slope.CONSTANT
    if costs[-1] * noise < costs[0]:
        return Slope.FALLING
    if costs[-1] <= costs[0] * noise:
        return Slope.CONSTANT  # what rose came down again
    errors = {slope: fitted(curve, sizes, costs).error for slope, curve in _CURVES.items()}
    nearest = min(errors, key=lambda slope: errors[slope])
    is_better = errors[nearest] < errors[Slope.LINEAR] / 2 and errors[Slope.LINEAR] > noise - 1
    return nearest if nearest is not Slope.STEEPER or is_better else Slope.LINEAR


def fitted(curve: Curve, sizes: Sequence[float], costs: Sequence[float]) -> Fit:
    """The curve that misses the costs least, each by a part of itself, and none below nothing."""
    seen = [curve(size) for size in sizes]
    weights = [cost**-2 for cost in costs]
    whole = sum(weights)
    middle = sum(w * x for w, x in zip(weights, seen, strict=True)) / whole
    level = sum(w * cost for w, cost in zip(weights, costs, strict=True)) / whole
    pairs = list(zip(weights, seen, costs, strict=True))
    spread = sum(w * (x - middle) ** 2 for w, x, _ in pairs)
    step = sum(w * (x - middle) * (cost - level) for w, x, cost in pairs) / spread
    base = level - step * middle
    misses = [(base + step * x - cost) / cost for _, x, cost in pairs]
    return Fit(base, step, math.sqrt(statistics.fmean(miss * miss for miss in misses)))
