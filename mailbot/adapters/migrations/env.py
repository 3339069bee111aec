"""What alembic runs: on the connection it is handed by `adapters/ledger/migrate`."""

from alembic import context

from mailbot.adapters.ledger.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    transactional_ddl=False,  # the transaction is the caller's
)
context.run_migrations()
