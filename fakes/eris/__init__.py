"""ERIS: a store of receipts that checks each, links it into its chain and never changes one."""

from fakes.eris.fake import ErisFake

__all__ = ["ErisFake"]
