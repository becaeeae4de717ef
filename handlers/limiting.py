"""Limiting: who is counted, and by which quota. The engine asks, and says what comes of it."""

import ipaddress
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from handlers.counters import Counters
from publishing.callers import Caller
from tenor.exchange import Exchange
from tenor.limits import Quota, Verdict

NEVER_LIMITED = frozenset({"getLiveness", "getReadiness"})
"""Who watches the service may always ask."""
TAKING_A_PASSWORD = frozenset({"registerAccount", "createToken", "changeAccount"})
"""Where passwords may be guessed, and each costs a hash."""


class Limits:
    """Counts requests: of each token, else of each address.

    What takes a password has the quota `logins`, all else `default`, and what has no quota is not
    limited. `proxies` is how many proxies of ours stand in front, each of which appends to
    X-Forwarded-For the address that it was asked from.
    """

    def __init__(
        self,
        counters: Counters,
        *,
        default: Quota | None,
        logins: Quota | None,
        proxies: int = 0,
    ) -> None:
        self._counters = counters
        self._default = default
        self._logins = logins or default
        self._proxies = proxies

    def __call__(self, exchange: Exchange, token_info: Mapping[str, Any]) -> Verdict | None:
        """Count a request, and say whether it may go on."""
        quota = self._quota(exchange.operation)
        if quota is None:
            return None
        who = self._who(exchange.environ, token_info.get("sub"))
        count = self._counters.count(f"{quota.name}/{who}", quota)
        standing = count.standing(quota)
        return Verdict((standing,), None if count.is_let_in else standing.reset)

    def _quota(self, operation: str) -> Quota | None:
        if operation in NEVER_LIMITED:
            return None
        return self._logins if operation in TAKING_A_PASSWORD else self._default

    def _who(self, environ: Mapping[str, Any], caller: Caller | None) -> str:
        if caller is not None:
            return f"token {caller.token_id}"
        return network_of(self._address(environ)) or network_of(environ.get("REMOTE_ADDR", ""))

    def _address(self, environ: Mapping[str, Any]) -> str:
        """The address that the outermost of our proxies was asked from, empty without proxies."""
        forwarded: list[str] = environ.get("HTTP_X_FORWARDED_FOR", "").split(",")
        is_there = 0 < self._proxies <= len(forwarded)
        return forwarded[-self._proxies].strip() if is_there else ""


@lru_cache(maxsize=4096)
def network_of(address: str) -> str:
    """The network that one client has: an IPv4 address, or the first 64 bits of an IPv6 address.

    Empty for what is no address.
    """
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return ""
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped is not None:
            return str(ip.ipv4_mapped)
        return f"{ipaddress.IPv6Address(int(ip) >> 64 << 64)}/64"
    return str(ip)
