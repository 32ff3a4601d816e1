"""This is where Alembic learns which connection to use: the one that fedlearn.db.migrate opened."""

from alembic import context

context.configure(connection=context.config.attributes["connection"], target_metadata=None)
with context.begin_transaction():
    context.run_migrations()
