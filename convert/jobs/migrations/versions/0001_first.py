"""The first tables: jobs, keys, deliveries."""

from alembic import op

from convert.jobs.table import METADATA

revision = "0001"
down_revision = None


def upgrade() -> None:
    METADATA.create_all(op.get_bind())


def downgrade() -> None:
    METADATA.drop_all(op.get_bind())
