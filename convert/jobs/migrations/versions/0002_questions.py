"""Indexes for what is asked of a long table: what is over its time, a caller's newest, the last that ended, deaths."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.drop_index("jobs_expiry", "jobs")
    op.create_index("jobs_expiry", "jobs", ["state", "expires"])
    _create("jobs_listed", ["owner", "seq"], "state <> 'expired' AND input <> ''")
    _create("jobs_ended", ["finished"], "finished IS NOT NULL AND state <> 'expired'")
    _create("jobs_deaths", ["failures"], "failures > 0")


def _create(name: str, columns: list[str], which: str) -> None:
    op.create_index(name, "jobs", columns, sqlite_where=sa.text(which), postgresql_where=sa.text(which))


def downgrade() -> None:
    for name in ("jobs_deaths", "jobs_ended", "jobs_listed", "jobs_expiry"):
        op.drop_index(name, "jobs")
    op.create_index("jobs_expiry", "jobs", ["expires"])
