"""What callers send that nobody asked for: into path, query, headers, body and members of a body.

Rule: pure data; no answer to any of it may be a 5xx (engine.md 4). What bends HTTP itself, or is so large
that a server may hang up on it, need not be answered at all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

DEEP = 4000
LONG = 20_000

# In place of a path parameter, encoded already.
SEGMENTS: Mapping[str, str] = {
    "a NUL": "%00",
    "bytes that are no UTF-8": "%ff%fe",
    "an overlong slash": "%c0%af",
    "half a surrogate pair": "%ed%a0%80",
    "encoded slashes": "..%2f..%2fetc%2fpasswd",
    "encoded dots": "%2e%2e",
    "an encoded line end": "a%0d%0aX-Injected:%20yes",
    "a lone percent sign": "%",
    "a percent sign without hex": "%zz",
    "an encoded percent sign": "%2500",
    "a character beyond 16 bits": "%f0%9f%98%80",
    "a quote": "'%20OR%20'1'='1",
    "a path parameter": "a;b=c",
    "nothing": "",
    "a very long name": "a" * 3000,
    "a UUID of zeros": "00000000-0000-0000-0000-000000000000",
    "a number": "-9223372036854775809",
}
# In place of the whole target.
TARGETS: Mapping[str, Callable[[str], str]] = {
    "double slashes": lambda target: target.replace("/", "//"),
    "a slash behind it": lambda target: f"{target.partition('?')[0]}/",
    "dots in it": lambda target: f"/.{target}",
    "a detour": lambda target: f"/nowhere/..{target}",
    "capitals": lambda target: target.upper(),
    "a NUL behind it": lambda target: f"{target.partition('?')[0]}%00",
}
# Behind the target, as a query.
QUERIES: Mapping[str, str] = {
    "a NUL, no UTF-8 and no hex": "a=%00&%ff=%fe&b=%zz",
    "no name, brackets and the same 500 times": "=&&=1&c[]=x&d[$ne]=y&" + "&".join(["e=f"] * 500),
}
# As the value of each query parameter that the operation has.
VALUES: Mapping[str, str] = {
    "a NUL": "%00",
    "bytes that are no UTF-8": "%ff",
    "nothing": "",
    "a huge number": "9" * 400,
    "a number below zero": "-9223372036854775809",
    "not a number": "NaN",
    "a time beyond the calendar": "99999-12-31T23:59:59Z",
    "a very long text": "a" * 5000,
}
# As the value of each of them that is a whole number: the ends of the ranges that languages and databases
# have for one, and what is just beyond.
NUMBERS: Mapping[str, str] = {
    "-2**63 - 1": str(-(2**63) - 1),
    "-2**63": str(-(2**63)),
    "-2**31 - 1": str(-(2**31) - 1),
    "-2**31": str(-(2**31)),
    "-1": "-1",
    "0": "0",
    "2**31 - 1": str(2**31 - 1),
    "2**31": str(2**31),
    "2**32 - 1": str(2**32 - 1),
    "2**32": str(2**32),
    "2**53": str(2**53),
    "2**53 + 1": str(2**53 + 1),
    "2**63 - 1": str(2**63 - 1),
    "2**63": str(2**63),
    "2**64": str(2**64),
}
HEADERS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "what others are there for": (
        ("Accept-Charset", "x-klingon"),
        ("If-Match", '"x"'),
        ("If-None-Match", "*"),
        ("Range", "bytes=9-0"),
        ("Cookie", "a=b; =; ;;" + "c=d;" * 200),
        ("X-Forwarded-For", "::1, x"),
        ("X-Forwarded-Host", "elsewhere.test"),
        ("X-HTTP-Method-Override", "DELETE"),
        ("X-Original-URL", "/v1/mmm/metrics"),
    ),
    "bytes beyond ASCII and a trace that is none": (
        ("X-Anything", "\xff\xfe"),
        ("User-Agent", "caf\xe9"),
        ("traceparent", "00-zz-zz-01"),
        ("tracestate", "=,=,"),
        ("baggage", "%zz"),
    ),
    "ninety of them": tuple((f"X-Number-{number}", "x") for number in range(90)),
}
# Where there is a body.
OF_BODIES: Mapping[str, tuple[tuple[str, str], ...]] = {
    "a content type that is none": (("Content-Type", ";;;"),),
    "another content type": (("Content-Type", "application/xml"),),
    "a form": (("Content-Type", "multipart/form-data; boundary="),),
    "a charset that nobody knows": (("Content-Type", "application/json; charset=x-klingon"),),
    "another charset": (("Content-Type", "application/json; charset=utf-16"),),
    "an encoding that it has not": (("Content-Encoding", "gzip"),),
}
HUGE_HEADERS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "a huge header": (("X-Huge", "x" * 70_000),),
    "a huge token": (("Authorization", "Bearer " + "x" * 70_000),),
}
# In place of a whole body; the valid one is given.
BODIES: Mapping[str, Callable[[bytes], bytes]] = {
    "nothing": lambda _: b"",
    "blanks": lambda _: b" \r\n\t ",
    "half of it": lambda body: body[: len(body) // 2],
    "all but its end": lambda body: body[:-1],
    "more behind it": lambda body: body + b"}garbage",
    "a second document behind it": lambda body: body + b"\n" + body,
    "a byte order mark before it": lambda body: b"\xef\xbb\xbf" + body,
    "UTF-16": lambda body: body.decode().encode("utf-16"),
    "bytes that are no UTF-8": lambda body: body.replace(b'"', b'"\xff\xfe', 1),
    "a NUL in it": lambda body: body.replace(b"{", b"{\x00", 1),
    "null": lambda _: b"null",
    "a list": lambda body: b"[" + body + b"]",
    "a text": lambda _: b'"text"',
    "a number": lambda _: b"1e400",
    "NaN": lambda _: b"NaN",
    "true": lambda _: b"true",
    "an empty object": lambda _: b"{}",
    "a member twice": lambda body: body[:-1] + b"," + body[1:],
    "a member without a name": lambda body: body[:-1] + b',"":0}',
    "a member named with half a pair": lambda body: body[:-1] + b',"\\udc00":0}',
    "a member of a prototype": lambda body: body[:-1] + b',"__proto__":{"x":1},"constructor":null}',
    "lists in lists": lambda _: b"[" * DEEP + b"]" * DEEP,
    "objects in objects": lambda _: b'{"a":' * DEEP + b"1" + b"}" * DEEP,
    "deep members": lambda body: body[:-1] + b',"x":' + b'[{"a":' * DEEP + b"1" + b"}]" * DEEP + b"}",
    "three thousand members": lambda body: (
        body[:-1] + b"".join(b',"m%d":0' % number for number in range(3_000)) + b"}"
    ),
    "a form": lambda _: b"tenant_id=a&name=b",
    "XML": lambda _: b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
}
LARGE_BODIES: Mapping[str, Callable[[bytes], bytes]] = {
    "a megabyte of text": lambda body: body[:-1] + b',"x":"' + b"a" * 1_000_000 + b'"}',
}
# As the value of each member, as JSON is written.
MEMBERS: Mapping[str, str] = {
    "a NUL": '"a\\u0000b"',
    "half a surrogate pair": '"\\ud800"',
    "a number beyond all": "1e400",
    "a huge number": "9" * 400,
    "a deep list": "[" * DEEP + "]" * DEEP,
    "a long text": '"' + "a" * LONG + '"',
}
METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE")
