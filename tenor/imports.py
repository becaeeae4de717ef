"""Imports of the application's own code that failed: what went wrong, and at which line of it."""

import importlib.util
import sysconfig
import traceback
from pathlib import Path, PurePath
from types import ModuleType

from tenor.connexion_parts import connexion

_PYTHON = tuple(Path(sysconfig.get_path(name)) for name in ("stdlib", "platstdlib"))
_IMPORTERS = (Path(__file__).parent, Path(connexion.__file__).parent)


def culprit(error: BaseException) -> str:
    """The file and line of the application's own code where an import ended; empty without any.

    What it called in libraries is left out: nothing is to be mended there.
    """
    if isinstance(error, SyntaxError) and error.filename and Path(error.filename).is_file():
        return f"{shown(error.filename)}:{error.lineno}"
    frames = traceback.extract_tb(error.__traceback__)
    theirs = [frame for frame in frames if _is_theirs(Path(frame.filename))]
    own = [frame for frame in theirs if not _is_installed(Path(frame.filename))]
    found = own or theirs  # handlers may be installed too
    return f"{shown(found[-1].filename)}:{found[-1].lineno}" if found else ""


def said(error: BaseException) -> str:
    """An error in one line, as Python ends a traceback with."""
    text = error.msg if isinstance(error, SyntaxError) else str(error)
    return ": ".join(filter(None, (type(error).__name__, " ".join(text.split()))))


def shown(file: str) -> str:
    """A file as seen from the working directory, or in full where it is not below it."""
    path = Path(file)
    return str(path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path)


def source(module: ModuleType) -> str:
    """The file of a module, or the folder of a package that has none."""
    spread = [*getattr(module, "__path__", ())]
    return shown(module.__file__ or (spread[0] if spread else module.__name__))


def exists(name: str) -> bool:
    """Whether there is a module of this name in a package that was imported."""
    try:
        return importlib.util.find_spec(name) is not None
    except ModuleNotFoundError:
        return False


def is_dotted(name: str) -> bool:
    """Whether a text names a module, and not its file or folder."""
    return all(name.split(".")) and not name.endswith(".py") and not {*"/\\"} & {*name}


def dotted(path: str) -> str:
    """The dotted name of what a path leads to, from the folder where its names begin."""
    pure = PurePath(path.replace("\\", "/").removesuffix(".py"))
    parts = [pure.name] if pure.is_absolute() else [part for part in pure.parts if part != ".."]
    return ".".join(parts)


def _is_theirs(file: Path) -> bool:
    """Whether it belongs neither to Python nor to what imports for us."""
    if not file.is_file() or any(file.is_relative_to(folder) for folder in _IMPORTERS):
        return False
    return _is_installed(file) or not any(file.is_relative_to(folder) for folder in _PYTHON)


def _is_installed(file: Path) -> bool:
    return any(name in file.parts for name in ("site-packages", "dist-packages"))
