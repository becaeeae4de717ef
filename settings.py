"""The settings: read once from the environment, whole and strictly."""

import dataclasses
import difflib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tenor import ConfigurationError
from tenor.limits import Quota

_PREFIX = "TENOR_"
_OF_THE_ENGINE = frozenset({"TENOR_LEDGER"})
_HOST = r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*"
_SEGMENT = r"(?:[A-Za-z0-9._~!$&'()*+,;=:@-]|%[0-9A-Fa-f]{2})+"
_PUBLIC_URL = re.compile(
    rf"https?://(?:{_HOST}|\[[0-9A-Fa-f:.]+\])(?::[0-9]{{1,5}})?(?:/{_SEGMENT})*"
)
_ALLOWED_HOST = re.compile(rf"\.?{_HOST}")
_LONGEST_URL = 500
_RATE = re.compile("([1-9][0-9]{0,8})/(second|minute|hour)")
_WINDOWS = {"second": 1, "minute": 60, "hour": 3600}
_SERVED = {"TENOR_RATE_LIMIT": "600/minute", "TENOR_LOGIN_RATE_LIMIT": "30/minute"}
"""What holds where the environment says nothing: quotas that a person never meets."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What whoever runs the service decides.

    `public_url` is the base of all links. Requests for other hosts than `allowed_hosts` are
    refused; a name that begins with a dot allows all below it, and no name at all allows any host.
    A client may ask as often as `rate_limit` says, and `login_rate_limit` where a password is
    taken; None limits nothing. What was asked is counted at `rate_limit_store`. `proxies` is how
    many proxies stand in front that say in X-Forwarded-For where they were asked from.

    What is made without the environment has no limits unless it is given some; what is served has.
    """

    database_url: str = f"sqlite:///{Path(__file__).parent}/var/tenor.db"
    public_url: str = "http://127.0.0.1:8080"
    allowed_hosts: tuple[str, ...] = ()
    rate_limit: Quota | None = None
    login_rate_limit: Quota | None = None
    rate_limit_store: str = dataclasses.field(default="memory://", repr=False)
    proxies: int = 0

    @classmethod
    def read(cls, environment: Mapping[str, str]) -> "Settings":
        """The settings that the environment gives. Raises ConfigurationError."""
        given = {
            name: value
            for name, value in {**_SERVED, **environment}.items()
            if name.startswith(_PREFIX) and name not in _OF_THE_ENGINE
        }
        for name in given:
            if name not in _READERS:
                raise _unknown(name)
        return cls(
            **{
                name.removeprefix(_PREFIX).lower(): _READERS[name](name, value.strip())
                for name, value in given.items()
            }
        )


def _unknown(name: str) -> ConfigurationError:
    nearest = difflib.get_close_matches(name.upper(), _READERS, n=1, cutoff=0)
    return ConfigurationError(
        f"{name} is no setting",
        place="the environment",
        remedy=f"Did you mean {nearest[0]}? The settings are {', '.join(_READERS)}.",
    )


def _database_url(name: str, value: str) -> str:
    if not value:
        raise _unfit(name, "it is empty", "Give a URL such as sqlite:////srv/tenor/tenor.db")
    return value


def _public_url(name: str, value: str) -> str:
    if len(value) > _LONGEST_URL or not _PUBLIC_URL.fullmatch(value) or not _has_port(value):
        raise _unfit(
            name,
            "it is not an absolute http or https URL without a slash, query or fragment at its end",
            "Write it like https://blog.example or https://example.org/blog",
        )
    return value


def _has_port(url: str) -> bool:
    """Whether the port of the URL is one, or is left out."""
    try:
        return urlsplit(url).port != 0
    except ValueError:
        return False


def _allowed_hosts(name: str, value: str) -> tuple[str, ...]:
    hosts = tuple(host.strip().lower() for host in value.split(","))
    if not all(_ALLOWED_HOST.fullmatch(host) for host in hosts):
        raise _unfit(
            name,
            "it is not a list of host names with commas between them",
            "Write it like blog.example,.blog.example and without ports, or unset it to serve "
            "every host.",
        )
    return hosts


def _quota(called: str) -> Callable[[str, str], Quota | None]:
    def quota(name: str, value: str) -> Quota | None:
        if value == "off":
            return None
        rate = _RATE.fullmatch(value)
        if rate is None:
            raise _unfit(
                name,
                "it is not a number of requests in a second, minute or hour",
                "Write it like 600/minute, or off to limit nothing.",
            )
        return Quota(called, int(rate[1]), _WINDOWS[rate[2]])

    return quota


def _rate_limit_store(name: str, value: str) -> str:
    if value != "memory://" and not value.startswith(("redis://", "rediss://", "redis+unix://")):
        raise _unfit(
            name,
            "it is neither memory:// nor the URL of a Redis",
            "Write it like redis://127.0.0.1:6379/0.",
        )
    return value


def _proxies(name: str, value: str) -> int:
    if not re.fullmatch("[0-9]", value):
        raise _unfit(
            name,
            "it is not a number of proxies from 0 to 9",
            "Count those of your own that append to X-Forwarded-For.",
        )
    return int(value)


def _unfit(name: str, fault: str, remedy: str) -> ConfigurationError:
    return ConfigurationError(fault, place=name, remedy=remedy)


_READERS: dict[str, Callable[[str, str], Any]] = {
    "TENOR_DATABASE_URL": _database_url,
    "TENOR_PUBLIC_URL": _public_url,
    "TENOR_ALLOWED_HOSTS": _allowed_hosts,
    "TENOR_RATE_LIMIT": _quota("default"),
    "TENOR_LOGIN_RATE_LIMIT": _quota("login"),
    "TENOR_RATE_LIMIT_STORE": _rate_limit_store,
    "TENOR_PROXIES": _proxies,
}
