"""The broker: on several machines it tells workers at once that there is work. The gate to Celery.

A message is a hint and nothing else: it may be lost, doubled or late, and a broker that was wiped has lost nothing.
The table says what there is to be done. A dispatcher in each worker keeps a few hints in the broker, of the jobs that
matter most, and sends again what nobody has taken; a worker that gets one takes what matters most by then, so that
nobody who waits stands behind a batch.
"""

from __future__ import annotations

import json
import logging
import threading
import warnings
from typing import Any

from celery import Celery
from celery.platforms import SecurityWarning
from celery.signals import setup_logging
from kombu.entity import Queue

from convert.jobs import queue
from convert.jobs.supervisor import Supervisor

NAME = "editions"  # of the queue in the broker
TASK = "run_job"
QUEUE: Any = Queue(NAME)  # type: ignore[no-untyped-call]
WINDOW = 4  # hints for each hand of a worker, at most, in the broker
AGAIN = 10.0  # seconds after which a hint of a job that nobody took is sent again
TICK = 0.2  # seconds between two looks at table and broker
REST = 1.0  # after one that failed
_LOG = logging.getLogger("editions.jobs")


def app_of(url: str) -> Celery:
    """Celery as we use it: messages go when they are received, and nothing is kept of results."""
    app = Celery(NAME, broker=url)
    app.conf.update(
        task_queues=[QUEUE],
        task_default_queue=NAME,
        task_default_delivery_mode="transient",
        task_acks_late=False,
        task_ignore_result=True,
        worker_prefetch_multiplier=1,
        worker_enable_remote_control=False,
        worker_hijack_root_logger=False,
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        broker_connection_timeout=5.0,
        broker_heartbeat=10,
    )
    return app


def work(supervisor: Supervisor, url: str) -> None:
    """Work at what the broker says, until SIGTERM or SIGINT; what is under way is finished."""
    setup_logging.connect(_leave_logging)
    warnings.filterwarnings("ignore", category=SecurityWarning)  # of root: messages are JSON, and name a job
    app = app_of(url)

    @app.task(name=TASK)  # type: ignore[untyped-decorator]
    def run_job(name: str) -> None:  # noqa: ARG001 (it takes whichever matters most by now)
        supervisor.take()

    supervisor.told = True
    threads = [threading.Thread(target=one, daemon=True) for one in (supervisor.run, lambda: dispatch(supervisor, app))]
    for thread in threads:
        thread.start()
    hands = len(supervisor.hands)
    quiet: dict[str, Any] = {"without_gossip": True, "without_mingle": True, "quiet": True}
    app.Worker(pool="threads", concurrency=hands, loglevel="WARNING", **quiet).start()
    supervisor.stopping.set()
    for thread in threads:
        thread.join()


def _leave_logging(**_: Any) -> None:
    """Celery sets up logging where nobody listens to this signal; ours is there already."""


def dispatch(supervisor: Supervisor, app: Celery) -> None:
    """Keep hints in the broker, until the supervisor stops."""
    most = WINDOW * len(supervisor.hands)
    while not supervisor.stopping.is_set():
        try:
            announce(supervisor, app, most)
            supervisor.stopping.wait(TICK)
        except Exception as error:  # broker or database are away: whatever Celery's libraries raise, it may pass
            _LOG.info(json.dumps({"event": "job.no-hints", "detail": f"{type(error).__name__}: {error}"[:300]}))
            supervisor.stopping.wait(REST)


def announce(supervisor: Supervisor, app: Celery, most: int) -> int:
    """Send hints of the jobs that matter most, as many as there is room for; how many."""
    with app.pool.acquire(block=True, timeout=REST) as connection:
        connection.ensure_connection(max_retries=1, timeout=REST)
        with connection.channel() as channel:
            bound = QUEUE(channel)
            bound.declare()
            room = most - bound.queue_declare().message_count
    names = queue.announce(supervisor.engine, room, AGAIN) if room > 0 else []
    for name in names:
        app.send_task(TASK, [name], queue=NAME, ignore_result=True, retry=False)
    return len(names)
