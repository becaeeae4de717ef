"""What is asked: a request that is sent again and again, and what its answer is compared by."""

from collections.abc import Mapping
from dataclasses import dataclass, field

NUMBER = "@number@"
"""Stands in a body for a number that is another in each request."""


@dataclass(frozen=True, slots=True)
class Request:
    """A request, and the status of its answer.

    What is named in `varying`, members at any depth and headers, is another on each side.
    """

    name: str
    path: str
    status: int = 200
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str = ""
    varying: frozenset[str] = frozenset()

    @property
    def is_refused(self) -> bool:
        """Whether wrk counts the answer as an error."""
        return self.status >= 400

    def body_of(self, number: int) -> bytes:
        """The body of the request with this number."""
        return self.body.replace(NUMBER, str(number)).encode()
