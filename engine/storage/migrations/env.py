"""What Alembic runs: the revisions that are missing, in the transaction of the connection it is lent."""

from alembic import context

from engine.storage.schema import METADATA

context.configure(connection=context.config.attributes["connection"], target_metadata=METADATA)
with context.begin_transaction():
    context.run_migrations()
