"""`mmm up`: storage and fakes for an engine in a debugger."""

from __future__ import annotations

import ipaddress

import click

from harness.processes import LOOPBACK
from harness.stages.interrupts import Interrupted
from harness.up import PLACES, order_of, stand, watch
from harness.up.places import HIGHEST_BASE


def _address(_context: click.Context, _option: click.Parameter, text: str) -> str:
    try:
        return str(ipaddress.IPv4Address(text))
    except ValueError:
        raise click.BadParameter(f"{text!r} is not an IPv4 address") from None


@click.command()
@click.option("--only", metavar="NAMES", help=f"Comma-separated, of {', '.join(PLACES)}; default: all.")
@click.option(
    "--port-base",
    type=click.IntRange(1, HIGHEST_BASE),
    help="Listen from this port on, each at its place in the order above; default: free ports.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one line of JSON, not lines for a shell.")
@click.option(
    "--host",
    default=LOOPBACK,
    show_default=True,
    callback=_address,
    help="The address to listen on; 0.0.0.0 is every one of this machine's.",
)
def up(*, only: str | None, port_base: int | None, as_json: bool, host: str) -> None:
    """Keep storage and fakes running until Ctrl-C or SIGTERM; print what an engine needs to find them.

    Standard output is for a shell and for dotenv files alike: `mmm up > up.env`, then `. ./up.env`.
    """
    order = order_of(only, port_base, host)
    click.echo(f"mmm: starting {', '.join(order.names)}", err=True)
    with stand(order) as standing:
        try:
            click.echo(standing.offer.as_json() if as_json else standing.offer.as_shell())
            click.echo("mmm: all is ready; Ctrl-C ends it", err=True)
            watch(standing)
        except Interrupted as signal:
            click.echo(f"mmm: stopping ({signal})", err=True)
