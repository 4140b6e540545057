"""Finds what looks like a credential, with detect-secrets' detectors.

Off are those that judge by randomness alone (hashes and ids are not secrets) and those whose pattern an
ordinary word can match. Long values are read in overlapping pieces, so that no pattern can be slow.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from detect_secrets.filters.heuristic import is_templated_secret
from detect_secrets.plugins.aws import AWSKeyDetector
from detect_secrets.plugins.azure_storage_key import AzureStorageKeyDetector
from detect_secrets.plugins.base import RegexBasedDetector
from detect_secrets.plugins.basic_auth import BasicAuthDetector
from detect_secrets.plugins.github_token import GitHubTokenDetector
from detect_secrets.plugins.gitlab_token import GitLabTokenDetector
from detect_secrets.plugins.jwt import JwtTokenDetector
from detect_secrets.plugins.keyword import (
    DENYLIST,
    FOLLOWED_BY_COLON_QUOTES_REQUIRED_REGEX,
    FOLLOWED_BY_COLON_REGEX,
    FOLLOWED_BY_EQUAL_SIGNS_QUOTES_REQUIRED_REGEX,
    FOLLOWED_BY_EQUAL_SIGNS_REGEX,
)
from detect_secrets.plugins.openai import OpenAIDetector
from detect_secrets.plugins.private_key import PrivateKeyDetector
from detect_secrets.plugins.pypi_token import PypiTokenDetector
from detect_secrets.plugins.sendgrid import SendGridDetector
from detect_secrets.plugins.slack import SlackDetector
from detect_secrets.plugins.stripe import StripeDetector

if TYPE_CHECKING:
    from collections.abc import Iterator


class BearerTokenDetector(RegexBasedDetector):
    """Scans for `Bearer` followed by something that only a machine would write."""

    secret_type = "Bearer Token"  # noqa: S105 -- the name of a kind of secret
    denylist = (re.compile(r"\bbearer\s+(?=[^\s]*\d)[A-Za-z0-9._~+/-]{16,}", re.IGNORECASE),)


_DETECTORS = (
    AWSKeyDetector(),
    AzureStorageKeyDetector(),
    BasicAuthDetector(),
    BearerTokenDetector(),
    GitHubTokenDetector(),
    GitLabTokenDetector(),
    JwtTokenDetector(),
    OpenAIDetector(),
    PrivateKeyDetector(),
    PypiTokenDetector(),
    SendGridDetector(),
    SlackDetector(),
    StripeDetector(),
)
_KEYWORD = re.compile(rf"(?:{'|'.join(DENYLIST)})\w*", re.IGNORECASE)
_QUOTED = (
    (FOLLOWED_BY_EQUAL_SIGNS_QUOTES_REQUIRED_REGEX, 5),
    (FOLLOWED_BY_COLON_QUOTES_REQUIRED_REGEX, 5),
)
_BARE = ((FOLLOWED_BY_EQUAL_SIGNS_REGEX, 5), (FOLLOWED_BY_COLON_REGEX, 4))
_MACHINE_MADE = re.compile(r"(?=\S*[^\sA-Za-z.,!?-])\S{6,}")
_PIECE = 2000
_OVERLAP = 400
_REACH = 300  # how far behind a keyword its value is looked for


def holds_secret(value: Any) -> bool:  # noqa: ANN401 -- whatever JSON holds
    """Say whether anything in a JSON value looks like a credential.

    >>> holds_secret({"log": ["x", {"db_password": "hunter2!"}]}), holds_secret("password = s3cr3t-value")
    (True, True)
    >>> holds_secret("Reset your password: contact support"), holds_secret("d41d8cd98f00b204e9800998ecf8427e")
    (False, False)
    """
    texts = tuple(dict.fromkeys(_texts(value)))
    return not _is_clean("\n".join(texts)) and any(_is_secret(text) for text in texts)


def _is_clean(whole: str) -> bool:
    """Say that no text of a short value can be a secret: one look at all of them instead of many.

    No pattern reaches for the beginning or end of a text, so what matches in one matches in the whole, too.
    """
    return len(whole) <= _PIECE and not _KEYWORD.search(whole) and not _is_detected(whole)


def _texts(value: Any) -> Iterator[str]:  # noqa: ANN401 -- whatever JSON holds
    """Yield every text, keyed ones also as an assignment, without recursion."""
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, str):
            yield one
        elif isinstance(one, list):
            waiting.extend(one)
        elif isinstance(one, dict):
            for key, member in one.items():
                waiting.append(key)
                waiting.append(f'{key} = "{member}"' if isinstance(member, str) else member)


def _is_secret(text: str) -> bool:
    return any(_matches(piece) for piece in _pieces(text))


def _pieces(text: str) -> Iterator[str]:
    for start in range(0, max(len(text), 1), _PIECE - _OVERLAP):
        yield text[start : start + _PIECE]
        if start + _PIECE >= len(text):
            return


def _matches(piece: str) -> bool:
    return _is_detected(piece) or _is_assigned(piece)


def _is_detected(piece: str) -> bool:
    return any(True for detector in _DETECTORS for _ in detector.analyze_string(piece))


def _is_assigned(piece: str) -> bool:
    """Look for `password = …`; prose that only mentions one is not an assignment."""
    return any(_assigns(piece[word.start() : word.end() + _REACH]) for word in _KEYWORD.finditer(piece))


def _assigns(text: str) -> bool:
    """Say whether a keyword gets a value: a quoted one, or a bare one that no prose would hold."""
    quoted = (match[group] for match, group in _values(text, _QUOTED) if not match[group].isspace())
    bare = (match[group] for match, group in _values(text, _BARE) if _MACHINE_MADE.match(match[group]))
    return any(not is_templated_secret(value) for value in (*quoted, *bare))


def _values(
    text: str, patterns: tuple[tuple[re.Pattern[str], int], ...]
) -> Iterator[tuple[re.Match[str], int]]:
    for pattern, group in patterns:
        match = pattern.match(text)
        if match:
            yield match, group
