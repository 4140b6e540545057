"""HELLO, AUTH, CLIENT, SELECT, RESET, QUIT, PING: the connection itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fakeredis._command_args_parsing import Int
from fakeredis._helpers import OK, SimpleError, SimpleString
from fakeredis.commands_mixins.connection_mixin import CLIENT_KILL_TYPES

from fakes.redis.memory.commands import NO_SCRIPT, TRANSACTION, own
from fakes.redis.memory.store import VERSION
from fakes.redis.replies import Verbatim

if TYPE_CHECKING:
    from collections.abc import Callable

    from fakes.redis.memory.commands import Table
    from fakes.redis.memory.store import Store

_PROTOCOLS = ("2", "3")
_LAST_DATABASE = 15
_PAIR = 2
_REFUSED = "WRONGPASS invalid username-password pair or user is disabled."
_NOT_NEEDED = (
    "ERR AUTH <password> called without any password configured for the default user. "
    "Are you sure your configuration is correct?"
)
_LUA = {"name": "lua", "ver": 1, "path": "lua", "args": []}
_FIELDS = (  # in the order in which CLIENT INFO has them
    "id",
    "addr",
    "laddr",
    "fd",
    "name",
    "age",
    "idle",
    "flags",
    "capa",
    "db",
    "sub",
    "psub",
    "ssub",
    "multi",
    "watch",
    "qbuf",
    "qbuf-free",
    "argv-mem",
    "multi-mem",
    "rbs",
    "rbp",
    "obl",
    "oll",
    "omem",
    "tot-mem",
    "events",
    "cmd",
    "user",
    "redir",
    "resp",
    "lib-name",
    "lib-ver",
    "tot-net-in",
    "tot-net-out",
    "tot-cmds",
)

CONNECTION: Table = dict(
    (
        own("hello", "hello", flags=NO_SCRIPT),
        own("auth", "auth", flags=NO_SCRIPT),
        own("select", "select_database"),
        own("quit", "quit", flags=NO_SCRIPT + TRANSACTION),
        own("client setname", "client_setname", flags=NO_SCRIPT),
        own("client setinfo", "client_setinfo", flags=NO_SCRIPT),
        own("client list", "client_list", flags=NO_SCRIPT),
        own("client trackinginfo", "client_trackinginfo", flags=NO_SCRIPT),
        own("client getredir", "client_getredir", flags=NO_SCRIPT),
    )
)


class ConnectionCommands:
    """Corrections of fakeredis' connection."""

    _store: Store
    _client_info: Any
    _queueing: bool
    _watches: set[Any]
    _transaction: list[Any] | None
    _last: str
    _db_num: int
    kill: Callable[[], None]
    _client_type: Callable[[Any], bytes]

    def hello(self, *arguments: bytes) -> dict[str, Any]:
        """Switch the protocol, and say who answers."""
        wanted = self._client_info["resp"]
        if arguments:
            wanted = Int.decode(arguments[0], "ERR Protocol version is not an integer or out of range")
            if str(wanted) not in _PROTOCOLS:
                raise SimpleError("NOPROTO unsupported protocol version")
        user, name = self._greeting(arguments[1:])
        if user is not None:
            self._client_info["user"] = user
        if name is not None:
            self._client_info["name"] = name
        self._client_info["resp"] = wanted
        greeting = {"server": "valkey", "version": VERSION, "proto": wanted, "id": self._client_info["id"]}
        return {**greeting, "mode": "standalone", "role": "master", "modules": [_LUA]}

    def _greeting(self, options: tuple[bytes, ...]) -> tuple[str | None, str | None]:
        user = name = None
        at = 0
        while at < len(options):
            option, left = options[at].upper(), len(options) - at - 1
            if option == b"AUTH" and left >= _PAIR:
                user = self._checked(options[at + 1], options[at + 2])
                at += 3
            elif option == b"SETNAME" and left:
                name = _plain(options[at + 1], "Client names")
                at += 2
            else:
                raise SimpleError(f"ERR Syntax error in HELLO option '{options[at].decode('latin-1')}'")
        return user, name

    def auth(self, *arguments: bytes) -> SimpleString:
        """Become a user; the default one has no password here."""
        if len(arguments) > _PAIR:
            raise SimpleError("ERR syntax error")
        if len(arguments) < _PAIR:
            raise SimpleError(_NOT_NEEDED)
        self._client_info["user"] = self._checked(*arguments)
        return OK

    def _checked(self, user: bytes, password: bytes) -> str:
        users = self._store.acl.get_users()
        known = self._store.acl.get_user_acl(user) if user in users else None
        if (
            known is None
            or not known.enabled
            or not (known.check_password(b"") or known.check_password(password))
        ):
            raise SimpleError(_REFUSED)
        return user.decode()

    def select_database(self, *arguments: bytes) -> SimpleString:
        """Choose a database."""
        (index,) = arguments
        number = Int.decode(index)
        if not 0 <= number <= _LAST_DATABASE:
            raise SimpleError("ERR DB index is out of range")
        self._db, self._db_num = self._store.dbs[number], number
        self._store.set_time()
        return OK

    def quit(self, *_arguments: bytes) -> SimpleString:
        """Say goodbye; the connection ends behind the answer."""
        self.kill()
        return OK

    def client_setname(self, *arguments: bytes) -> SimpleString:
        """Name the connection."""
        self._client_info["name"] = _plain(arguments[0], "Client names")
        return OK

    def client_getname(self) -> bytes | None:
        """Return the connection's name; nil for none."""
        return self._client_info.get("name", "").encode() or None

    def client_setinfo(self, *arguments: bytes) -> SimpleString:
        """Say which library is behind the connection."""
        option, value = arguments
        field = option.decode("latin-1").lower()
        if field not in ("lib-name", "lib-ver"):
            raise SimpleError(f"ERR Unrecognized option '{option.decode('latin-1')}'")
        self._client_info[field] = _plain(value, field.upper())
        return OK

    def _of_type(self, wanted: bytes) -> Verbatim:
        kind = wanted.lower()
        if kind not in CLIENT_KILL_TYPES:
            raise SimpleError(f"ERR Unknown client type '{wanted.decode('latin-1')}'")
        found = [each for each in self._store.sockets if self._client_type(each) == kind]
        return Verbatim(b"".join(each.line() for each in found))

    def client_info_cmd(self) -> Verbatim:
        """Return what is known of this connection."""
        return Verbatim(self.line())

    def client_list(self, *arguments: bytes) -> Verbatim:
        """Return what is known of all connections, or of those with the ids given."""
        chosen = list(self._store.sockets)
        if arguments:
            if len(arguments) == _PAIR and arguments[0].upper() == b"TYPE":
                return self._of_type(arguments[1])
            if arguments[0].upper() != b"ID" or len(arguments) < _PAIR:
                raise SimpleError("ERR syntax error")
            ids = {Int.decode(number, "ERR Invalid client ID") for number in arguments[1:]}
            chosen = [session for session in chosen if session.number in ids]
        return Verbatim(b"".join(session.line() for session in chosen))

    @property
    def number(self) -> int:
        """Return the connection's id."""
        return int(self._client_info["id"])

    def line(self) -> bytes:
        """Return what is known of this connection, as CLIENT INFO shows it."""
        info = {**dict(self._client_info.items()), "db": self._db_num, "cmd": self._last}
        info |= {"sub": self._subscribed("subscribers"), "psub": self._subscribed("psubscribers")}
        info |= {"ssub": self._subscribed("ssubscribers"), "watch": len(self._watches)}
        info["multi"] = len(self._transaction) if self._transaction is not None else -1
        return (
            " ".join(f"{field}={info.get(field, _BLANK.get(field, 0))}" for field in _FIELDS).encode() + b"\n"
        )

    def client_trackinginfo(self, *_arguments: bytes) -> dict[str, Any]:
        """Say that nothing is tracked."""
        return {"flags": {"off"}, "redirect": -1, "prefixes": []}

    def client_getredir(self, *_arguments: bytes) -> int:
        """Say that nothing is redirected."""
        return -1

    def _subscribed(self, where: str) -> int:
        return sum(self in who for who in getattr(self._store, where).values())


_BLANK = {"capa": "", "lib-name": "", "lib-ver": "", "name": "", "flags": "N", "events": "r", "redir": -1}


def _plain(text: bytes, what: str) -> str:
    if any(not 33 <= byte <= 126 for byte in text):  # noqa: PLR2004 -- the printable ones, "!" to "~"
        raise SimpleError(f"ERR {what} cannot contain spaces, newlines or special characters.")
    return text.decode()
