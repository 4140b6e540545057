"""`mmm up`: storage and fakes for an engine that runs in a debugger."""

from harness.up.offer import Offer
from harness.up.places import PLACES, Order, order_of
from harness.up.run import Standing, stand, watch

__all__ = ["PLACES", "Offer", "Order", "Standing", "order_of", "stand", "watch"]
