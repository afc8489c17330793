"""`python -m tests.quality`: the table; with names of articles (or `all`), what is wrong in them."""

from __future__ import annotations

import sys

from tests.quality import gate


def main(wanted: list[str]) -> None:
    if not wanted:
        print(gate.table(gate.measures(gate.scores()), gate.floors()))
    for name in gate.names() if wanted == ["all"] else wanted:
        print(gate.differences(name, gate.scored(name)))


if __name__ == "__main__":
    main(sys.argv[1:])
