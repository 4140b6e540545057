"""The HTTP/1.1 front end: `parser` and `answer` know bytes only; `connection` and `server` know sockets."""
