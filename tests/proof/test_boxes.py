"""What clients place by PUT is proved like what a server places by POST.

So is what a relative ``Location`` leads to, and what a finding needs from before it shows again.
"""

from typing import Any

import pytest

from tenor.proof.proving import Order, Proof, prove
from tests.proof.boxes import Boxes, contract, world_of

BOXES = contract()


def proved(kind: type[Boxes], *only: str) -> Proof:
    order = Order(
        document=BOXES,
        make_world=lambda _: world_of(kind()),
        parts=("recipes", "probes"),
        only=frozenset(only),
    )
    return prove(order, lambda *_: None)


def test_nothing_is_found_in_sound_boxes_and_nothing_is_owed():
    proof = proved(Boxes)

    assert [each.sentence for each in proof.findings.values()] == []
    assert set(proof.contract.cells) - {witness.cell for witness in proof.witnesses} == set()


class Unkept(Boxes):
    def keep(self, code: str, content: dict[str, Any]) -> None:
        kept = {"name": "nothing", "weight": 0}
        self.boxes[code] = content if code in self.boxes else kept


class Merged(Boxes):
    def keep(self, code: str, content: dict[str, Any]) -> None:
        self.boxes[code] = {**self.boxes.get(code, {}), **content}


class Capped(Boxes):
    def keep(self, code: str, content: dict[str, Any]) -> None:
        self.boxes[code] = {**content, "weight": min(content["weight"], 50)}


class Forgetful(Boxes):
    def keep(self, code: str, content: dict[str, Any]) -> None:
        self.boxes[code] = {name: value for name, value in content.items() if name != "due"}


class Undeleted(Boxes):
    def remove(self, code: str) -> None:
        pass


class Unlabelled(Boxes):
    def unlabel(self, code: str, number: int) -> None:
        pass


class Dangling(Boxes):
    def location(self, code: str, number: int) -> str:
        return f"labels/{number + 1000}"


class Outside(Boxes):
    def location(self, code: str, number: int) -> str:
        return f"/boxes/{code}/labels/{number}"


class First(Boxes):
    """It shows only when there is a label before."""

    def location(self, code: str, number: int) -> str:
        return f"labels/{min(n for c, n in self.labels if c == code)}"


class Unlimited(Boxes):
    def page(self, size: int, after: str) -> list[str]:
        return super().page(50, after)


class Skipping(Boxes):
    def page(self, size: int, after: str) -> list[str]:
        return [c for c in sorted(self.boxes) if c > after][after != "AA-0000" :][:size]


DEFECTS = {
    "oracle/read-back@putBox": (Unkept, Capped, Forgetful),
    "oracle/put-replaces@putBox": (Merged,),
    "oracle/deleted@deleteBox": (Undeleted,),
    "oracle/deleted@deleteLabel": (Unlabelled,),
    "oracle/location-resolves@addLabel": (Dangling, Outside),
    "oracle/read-back@addLabel": (First,),
    "oracle/limit@listBoxes": (Unlimited,),
    "oracle/walk@listBoxes": (Skipping,),
}


@pytest.mark.parametrize(
    ("check", "kind"),
    [(check, kind) for check, kinds in DEFECTS.items() for kind in kinds],
    ids=lambda value: value if isinstance(value, str) else value.__name__,
)
def test_a_defect_is_found_and_shown_again_by_its_replay(check: str, kind: type[Boxes]):
    found = {each.replay: each.id for each in proved(kind).findings.values()}

    assert check in found
    assert found[check] in proved(kind, check).findings
