"""Services: real storage and the fakes, each under a guard, each ready only once it really answers."""

from harness.services.fakes import fakes
from harness.services.postgres import PostgreSQL, create_database, postgresql
from harness.services.standing import fallen
from harness.services.valkey import valkey

__all__ = ["PostgreSQL", "create_database", "fakes", "fallen", "postgresql", "valkey"]
