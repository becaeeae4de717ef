"""History: a run beside the one before."""

from collections.abc import Iterator
from dataclasses import dataclass

from benchmarks.goals import said
from benchmarks.results import Ratio, Results


@dataclass(frozen=True, slots=True)
class Fall:
    """A ratio that is worse than before in every round: neither run's spread explains it."""

    before: Ratio
    now: Ratio

    def __str__(self) -> str:
        return (
            f"{self.now.work}, {self.now.request}: by {self.now.peer} "
            f"it was {said(self.before.spread)} and is {said(self.now.spread)}."
        )


def falls(before: Results, now: Results) -> Iterator[Fall]:
    """The ratios of both runs whose best round now is below the worst one before."""
    known = {(one.work, one.request, one.peer): one for one in before.ratios()}
    for ratio in now.ratios():
        earlier = known.get((ratio.work, ratio.request, ratio.peer))
        if earlier is not None and ratio.spread.most < earlier.spread.least:
            yield Fall(earlier, ratio)
