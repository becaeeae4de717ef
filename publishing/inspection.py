"""What a store is looked over for, and what is found wrong with it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """Something about a store that has to be otherwise: where, what is so, and what to do."""

    place: str
    fault: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.place}: {self.fault}. {self.remedy}"
