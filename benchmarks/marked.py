"""Marked places: figures between two marks of a page that people write."""

from pathlib import Path

END = "<!-- end of figures -->"


def put(page: Path, begin: str, content: str) -> None:
    """Put content in the place of what stands between a mark and the next end."""
    before, _, rest = page.read_text().partition(begin)
    _, _, after = rest.partition(END)
    page.write_text(f"{before}{begin}\n\n{content}{END}{after}")


def between(page: Path, begin: str) -> str:
    """What stands between a mark and the next end."""
    return page.read_text().partition(begin)[2].partition(END)[0].strip()
