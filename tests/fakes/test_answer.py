from __future__ import annotations

import pytest

from fakes.http.answer import Answer, json_answer, to_bytes

DATE = "Tue, 01 Jan 2030 00:00:00 GMT"


def test_an_answer_on_the_wire() -> None:
    answer = json_answer(200, {"a": 1}, (("X-Own", "yes"),))

    sent = to_bytes(answer, date=DATE, head=False, keep_alive=True)

    assert sent == (
        b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 7\r\nX-Own: yes\r\n"
        b"date: Tue, 01 Jan 2030 00:00:00 GMT\r\n\r\n" + b'{"a":1}'
    )


def test_a_head_answer_has_the_length_and_not_the_body() -> None:
    sent = to_bytes(json_answer(200, {"a": 1}), date=DATE, head=True, keep_alive=False)

    assert b"content-length: 7\r\n" in sent
    assert sent.endswith(b"connection: close\r\n\r\n")


@pytest.mark.parametrize("status", [204, 304])
def test_a_status_without_body_has_neither_body_nor_length(status: int) -> None:
    sent = to_bytes(Answer(status, b"ignored"), date=DATE, head=False, keep_alive=True)

    assert b"ignored" not in sent
    assert b"content-length" not in sent


def test_an_own_header_wins_over_a_default_one() -> None:
    answer = Answer(200, headers=(("x-request-id", "mine"),))

    assert answer.with_default("X-Request-ID", "other").headers == (("x-request-id", "mine"),)
    assert Answer(200).with_default("X-Request-ID", "other").headers == (("X-Request-ID", "other"),)
