"""Claims about the settings: read whole and strictly, or not at all."""

import pytest

from settings import Settings
from tenor import ConfigurationError


def test_without_any_setting_the_service_is_local_and_keeps_its_store_in_the_checkout():
    settings = Settings.read({})

    assert settings.public_url == "http://127.0.0.1:8080"
    assert settings.database_url.startswith("sqlite:////")
    assert settings.database_url.endswith("/var/tenor.db")
    assert settings.allowed_hosts == ()


def test_each_setting_is_taken_from_its_name():
    settings = Settings.read(
        {
            "TENOR_DATABASE_URL": "sqlite:////srv/tenor.db",
            "TENOR_PUBLIC_URL": "https://blog.example/en",
            "TENOR_ALLOWED_HOSTS": "blog.example, .Blog.example",
            "HOME": "/root",
        }
    )

    assert settings == Settings(
        database_url="sqlite:////srv/tenor.db",
        public_url="https://blog.example/en",
        allowed_hosts=("blog.example", ".blog.example"),
    )


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
