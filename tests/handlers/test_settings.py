"""Claims about the settings: read whole and strictly, or not at all."""

import pytest

from settings import Settings
from tenor import ConfigurationError
from tenor.limits import Quota


def test_without_any_setting_the_service_is_local_and_keeps_its_store_in_the_checkout():
    settings = Settings.read({})

    assert settings.public_url == "http://127.0.0.1:8080"
    assert settings.database_url.startswith("sqlite:////")
    assert settings.database_url.endswith("/var/tenor.db")
    assert settings.allowed_hosts == ()
    assert settings.proxies == 0


def test_what_is_served_has_limits_that_a_person_never_meets():
    settings = Settings.read({})

    assert settings.rate_limit == Quota("default", 600, 60)
    assert settings.login_rate_limit == Quota("login", 30, 60)
    assert settings.rate_limit_store == "memory://"


def test_what_is_made_by_hand_has_the_limits_that_it_is_given():
    assert (Settings().rate_limit, Settings().login_rate_limit) == (None, None)


def test_each_setting_is_taken_from_its_name():
    settings = Settings.read(
        {
            "TENOR_DATABASE_URL": "sqlite:////srv/tenor.db",
            "TENOR_PUBLIC_URL": "https://blog.example/en",
            "TENOR_ALLOWED_HOSTS": "blog.example, .Blog.example",
            "TENOR_RATE_LIMIT": "5/second",
            "TENOR_LOGIN_RATE_LIMIT": "off",
            "TENOR_RATE_LIMIT_STORE": "redis://:hunter2@127.0.0.1:6379/0",
            "TENOR_PROXIES": "1",
            "HOME": "/root",
        }
    )

    assert settings == Settings(
        database_url="sqlite:////srv/tenor.db",
        public_url="https://blog.example/en",
        allowed_hosts=("blog.example", ".blog.example"),
        rate_limit=Quota("default", 5, 1),
        login_rate_limit=None,
        rate_limit_store="redis://:hunter2@127.0.0.1:6379/0",
        proxies=1,
    )
    assert "hunter2" not in repr(settings)


@pytest.mark.parametrize(
    ("name", "nearest"),
    [
        ("TENOR_PUBLIC_URI", "TENOR_PUBLIC_URL"),
        ("TENOR_DATABSE_URL", "TENOR_DATABASE_URL"),
        ("TENOR_ALLOWED_HOST", "TENOR_ALLOWED_HOSTS"),
        ("TENOR_database_url", "TENOR_DATABASE_URL"),
        ("TENOR_X", "TENOR_"),
    ],
)
def test_a_name_that_is_no_setting_is_refused_with_the_nearest_one(name: str, nearest: str):
    with pytest.raises(ConfigurationError) as refusal:
        Settings.read({name: "x"})

    assert name in refusal.value.fault
    assert refusal.value.remedy.startswith(f"Did you mean {nearest}")


@pytest.mark.parametrize(
    "url",
    [
        "https://blog.example",
        "http://127.0.0.1:8080",
        "http://[::1]:8080",
        "https://example.org/a/b",
        "https://example.org/~ada/%C3%A9",
        "https://xn--bcher-kva.example",
    ],
)
def test_a_public_url_is_taken_as_it_is(url: str):
    assert Settings.read({"TENOR_PUBLIC_URL": url}).public_url == url


@pytest.mark.parametrize(
    "url",
    [
        *("", "blog.example", "//blog.example", "/blog", "ftp://blog.example", "https://"),
        *("https://blog.example/", "https://blog.example/a/", "https://blog.example//a"),
        *("https://blog.example?x", "https://blog.example#x", "https://ada@blog.example"),
        *("https://blog.example:0", "https://blog.example:99999", "https://blog.example:x"),
        *("https://bücher.example", "https://blog.example/a b", "https://-blog.example"),
        *("https://blog.example/{x}", 'https://blog.example/"', "https://blog.example/%zz"),
        "https://blog.example/" + "a" * 500,
    ],
)
def test_a_public_url_that_links_could_not_begin_with_is_refused_by_name(url: str):
    with pytest.raises(ConfigurationError) as refusal:
        Settings.read({"TENOR_PUBLIC_URL": url})

    assert refusal.value.place == "TENOR_PUBLIC_URL"
    assert "https://blog.example" in refusal.value.remedy


@pytest.mark.parametrize("hosts", ["", ",", "a,,b", "*", "blog.example:80", "https://a", "a b"])
def test_allowed_hosts_that_are_none_are_refused_by_name(hosts: str):
    """An empty list is no way to serve every host by mistake."""
    with pytest.raises(ConfigurationError) as refusal:
        Settings.read({"TENOR_ALLOWED_HOSTS": hosts})

    assert refusal.value.place == "TENOR_ALLOWED_HOSTS"


def test_an_empty_database_url_is_refused_by_name():
    with pytest.raises(ConfigurationError, match="TENOR_DATABASE_URL: it is empty"):
        Settings.read({"TENOR_DATABASE_URL": " "})


@pytest.mark.parametrize("name", ["TENOR_RATE_LIMIT", "TENOR_LOGIN_RATE_LIMIT"])
@pytest.mark.parametrize(
    "rate",
    [
        "",
        "on",
        "600",
        "0/minute",
        "-1/minute",
        "1.5/minute",
        "600/day",
        "600 / minute",
        "600/Minute",
    ],
)
def test_a_limit_that_is_none_is_refused_by_name(name: str, rate: str):
    with pytest.raises(ConfigurationError) as refusal:
        Settings.read({name: rate})

    assert refusal.value.place == name
    assert refusal.value.remedy == "Write it like 600/minute, or off to limit nothing."


@pytest.mark.parametrize("store", ["", "memory", "memory://x", "redis", "https://:hunter2@redis"])
def test_a_store_of_limits_that_is_none_is_refused_without_repeating_it(store: str):
    with pytest.raises(ConfigurationError, match="TENOR_RATE_LIMIT_STORE: it is neither") as told:
        Settings.read({"TENOR_RATE_LIMIT_STORE": store})

    assert "hunter2" not in str(told.value)


@pytest.mark.parametrize("proxies", ["", "-1", "10", "one", "192.0.2.1"])
def test_proxies_are_counted(proxies: str):
    with pytest.raises(ConfigurationError, match="TENOR_PROXIES: it is not a number of proxies"):
        Settings.read({"TENOR_PROXIES": proxies})
