"""Jobs: conversions that outlive a request, a process and a power cut. One table says what is true of each.

A row, a lease, a child: `table.py` has the rows, `queue.py` what may become of one, `store.py` keeps texts and
editions, `work.py` does one job in a child, `supervisor.py` keeps children at work.
"""
