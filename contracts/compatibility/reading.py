"""Descriptions read from text and from files: OpenAPI 3.0 and 3.1, in YAML or JSON.

Rule: what comes from elsewhere is not trusted: aliases that would make much of little are refused, and
whatever is no JSON value is an error with its place.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Final

import msgspec
import yaml

from contracts.compatibility.nodes import Description, DocumentError
from contracts.resources import parse_yaml
from contracts.violations import escape

MOST_VALUES: Final = 2_000_000
"""How many values a document may hold once its aliases are written out."""
LARGEST: Final = 8 * 1024 * 1024
"""How many bytes of JSON a document may have."""
LARGEST_YAML: Final = 2 * 1024 * 1024
"""How many of YAML, which takes far longer to read."""
_VERSION = re.compile(r"3\.[01](\.|$)")


def read_description(path: Path) -> Description:
    """Return the description that a file holds; files beside it are read where it refers to them."""
    name = path.as_posix()
    return description_of(name, parse(_text(path), name), _beside)


def _beside(name: str) -> Any:  # noqa: ANN401 - any JSON value
    return parse(_text(Path(name)), name)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise DocumentError(str(path), "", f"cannot be read: {reason}", "name an OpenAPI file") from None


def parse_description(text: str, name: str) -> Description:
    """Return the description that a text is; it may refer to no other."""
    return description_of(name, parse(text, name))


def description_of(name: str, raw: Any, read: Any = None) -> Description:  # noqa: ANN401 - a document, a reader
    """Return a parsed document as a description, if it is one."""
    version = raw.get("openapi") if isinstance(raw, dict) else None
    if not isinstance(version, str | float) or not _VERSION.match(str(version)):
        said = f"openapi is {version!r}" if version is not None else "there is no `openapi: 3.…` in it"
        raise DocumentError(name, "", f"is no OpenAPI 3.0 or 3.1 document: {said}", "name one")
    described = Description(name, raw, legacy=str(version).startswith("3.0"))
    return described if read is None else Description(name, raw, described.legacy, read)


def parse(text: str, name: str) -> Any:  # noqa: ANN401 - any JSON value
    """Return what a text says, in JSON or in YAML."""
    _fits(text, LARGEST, name)
    try:
        raw = _json(text, name) if text.lstrip()[:1] in {"{", "["} else _yaml(text, name)
    except (yaml.YAMLError, ValueError) as error:
        raise _unreadable(error, name) from None
    except RecursionError:
        raise _too_much(name, "is nested too deeply") from None
    return _checked(raw, name)


def _fits(text: str, most: int, name: str, what: str = "") -> None:
    if len(text) > most or len(text.encode("utf-8", "surrogatepass")) > most:
        raise _too_much(name, f"has more than {most // 1024**2} MiB{what}")


def _yaml(text: str, name: str) -> Any:  # noqa: ANN401 - any value that YAML can say
    _fits(text, LARGEST_YAML, name, " of YAML")
    return parse_yaml(text)


def _json(text: str, name: str) -> Any:  # noqa: ANN401 - any value that YAML can say
    """Return what a text says that begins like JSON; YAML may, too."""
    try:
        return msgspec.json.decode(text)
    except msgspec.DecodeError:
        return _yaml(text, name)


def _unreadable(error: Exception, name: str) -> DocumentError:
    mark = getattr(error, "problem_mark", None)
    where = f" in line {mark.line + 1}, column {mark.column + 1}" if mark else ""
    problem = getattr(error, "problem", None) or "it cannot be parsed"
    return DocumentError(name, "", f"is neither JSON nor YAML{where}: {problem}", "correct it there")


def _too_much(name: str, problem: str) -> DocumentError:
    return DocumentError(name, "", problem, "split it or write it plainly")


def _checked(raw: Any, name: str) -> Any:  # noqa: ANN401 - any JSON value
    try:
        if _weight(raw, {}, ()) > MOST_VALUES:
            raise _too_much(name, f"holds more than {MOST_VALUES:,} values")
        return _plain(raw, name, "")
    except RecursionError:
        raise _too_much(name, "is nested too deeply") from None


def _weight(value: Any, known: dict[int, int], above: tuple[int, ...]) -> int:  # noqa: ANN401
    """Return how many values there are with aliases written out; one inside itself weighs too much."""
    if not isinstance(value, dict | list):
        return 1
    if id(value) not in known:
        if id(value) in above:
            return MOST_VALUES + 1
        inner = (*above, id(value))
        children = value.values() if isinstance(value, dict) else value
        known[id(value)] = 1 + sum(_weight(child, known, inner) for child in children)
    return known[id(value)]


def _plain(value: Any, name: str, pointer: str) -> Any:  # noqa: ANN401 - any JSON value
    """Return a value as JSON would have it: YAML's 200 as a key is "200"."""
    match value:
        case dict():
            named = {_key(key): item for key, item in value.items()}
            return {key: _plain(item, name, f"{pointer}/{escape(key)}") for key, item in named.items()}
        case list():
            return [_plain(item, name, f"{pointer}/{index}") for index, item in enumerate(value)]
        case str() | bool() | int() | float() | None:
            return value
        case _:
            problem = f"a {type(value).__name__} is no JSON value"
            raise DocumentError(name, pointer, problem, "write it as text")


def _key(key: object) -> str:
    if isinstance(key, bool) or key is None:
        return {True: "true", False: "false", None: "null"}[key]
    return str(key)
