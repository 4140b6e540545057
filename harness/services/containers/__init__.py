"""PostgreSQL and Redis in containers (Testcontainers), each ready only once it really answers.

Each container is kept by a program of its own (`__main__.py`) under a guard, so that it goes when we go, also
after SIGKILL and also where Testcontainers' own reaper (Ryuk) is switched off.
"""

from harness.services.containers.images import image_ids
from harness.services.containers.servers import postgresql_container, redis_container

__all__ = ["image_ids", "postgresql_container", "redis_container"]
