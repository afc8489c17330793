"""The first tables: jobs, keys, deliveries. As they were then: what changes later is another revision."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_TIME = sa.Float(53)


def upgrade() -> None:
    _jobs()
    _keys()
    _deliveries()


def _jobs() -> None:
    op.create_table(
        "jobs",
        sa.Column("seq", _NUMBER, primary_key=True, autoincrement=True),
        sa.Column("id", sa.String(32), nullable=False, unique=True),
        sa.Column("owner", sa.String(32), nullable=False),
        sa.Column("state", sa.String(9), nullable=False),
        sa.Column("priority", sa.Integer, nullable=False),
        sa.Column("attempt", sa.Integer, nullable=False),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("run_after", _TIME, nullable=False),
        sa.Column("lease_until", _TIME, nullable=False),
        sa.Column("worker", sa.String(80), nullable=False),
        sa.Column("request", sa.Text, nullable=False),
        sa.Column("input", sa.String(64), nullable=False),
        sa.Column("result", sa.String(64), nullable=False),
        sa.Column("progress", sa.Float, nullable=False),
        sa.Column("manifest", sa.Text),
        sa.Column("error", sa.Text),
        sa.Column("created", _TIME, nullable=False),
        sa.Column("started", _TIME),
        sa.Column("finished", _TIME),
        sa.Column("expires", _TIME, nullable=False),
        sa.Column("once", sa.String(64)),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("batch", sa.String(32)),
        sa.Column("trace", sa.String(200), nullable=False),
        sa.Column("webhook", sa.Text),
        sa.UniqueConstraint("owner", "once", name="jobs_once"),
    )
    op.create_index("jobs_queue", "jobs", ["state", sa.text("priority DESC"), "seq"])
    op.create_index("jobs_expiry", "jobs", ["expires"])
    op.create_index("jobs_result", "jobs", ["result"])
    op.create_index("jobs_input", "jobs", ["input"])
    op.create_index("jobs_owner", "jobs", ["owner", "state"])
    op.create_index("jobs_batch", "jobs", ["batch"])


def _keys() -> None:
    op.create_table(
        "keys",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False, unique=True),
        sa.Column("created", _TIME, nullable=False),
        sa.Column("revoked", _TIME),
    )


def _deliveries() -> None:
    op.create_table(
        "deliveries",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("job", sa.String(32), nullable=False),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("secret", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("state", sa.String(9), nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("next", _TIME, nullable=False),
        sa.Column("tried", _TIME),
        sa.Column("status", sa.Integer),
        sa.Column("said", sa.Text, nullable=False),
    )
    op.create_index("deliveries_next", "deliveries", ["state", "next"])
    op.create_index("deliveries_job", "deliveries", ["job"])


def downgrade() -> None:
    for name in ("deliveries", "keys", "jobs"):
        op.drop_table(name)
