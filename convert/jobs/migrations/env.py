"""Alembic's way in: it changes the tables over the connection that `table.migrate` gives, inside its transaction."""

from alembic import context

from convert.jobs.table import METADATA

context.configure(connection=context.config.attributes["connection"], target_metadata=METADATA, transactional_ddl=True)
context.run_migrations()
