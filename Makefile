# The commands of this project. `make help` lists them.
# A stamp in .venv says that setup ran for these locks; nothing is installed twice.

SHELL := /bin/bash
PYTHON := .venv/bin/python
READY := .venv/ready
TEST_READY := .venv/ready-test
VALIDATORS_READY := tools/validators/node_modules/ready
# Hashes for every platform, the project's own versions only: no index, no path, no host name in a lock.
COMPILE := .venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --system-certs \
	--custom-compile-command "make lock"

.DEFAULT_GOAL := help
.PHONY: help run test lint serve quality corpus bench load reading setting validate gallery same kills fuzz batches redis scale lock image clean

help:  ## this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/' | expand -t 16

run: $(READY)  ## install what is missing, set samples/ as HTML, PDF and EPUB under out/
	.venv/bin/editions batch samples/*.txt -o out -t html,pdf,epub

test: lint  ## install the test tools too, run every check and test
	$(PYTHON) -m pytest

lint: $(TEST_READY)  ## ruff and mypy alone
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy

serve: $(READY)  ## start the web desk
	.venv/bin/editions serve

quality: $(TEST_READY)  ## say how much the reader finds in the articles of tests/quality
	$(PYTHON) -m tests.quality

corpus: $(TEST_READY)  ## read the articles of ../shared/corpus, where there is one
	@if [ -d ../shared/corpus ]; then $(PYTHON) benchmarks/corpus.py; else echo "no ../shared/corpus here"; fi

batches: $(TEST_READY)  ## measure batches against pandoc, calibre and the bare engine (HOW=long, HOW=kills)
	$(PYTHON) -m benchmarks.batch $(HOW)

scale: $(TEST_READY)  ## measure what many articles take, and what the table of jobs holds; write docs/scale.md
	$(PYTHON) -m benchmarks.scale write

redis: $(TEST_READY)  ## run the tests of several machines with Redis in the place of RabbitMQ
	$(PYTHON) -m pytest tests/test_cluster.py --broker redis

bench: $(READY)  ## measure speed and memory
	$(PYTHON) benchmarks/speed.py

# Figures and their limits: HTML while 1, 8 and 64 wait at most pandoc's time (median), PDFs at least 0.7 of bare
# WeasyPrint's, an answer that is kept within 5 ms, the web process no more than a tenth larger after 10 000 requests
# than after 1 000, and a claim within 10 ms where a million jobs wait.
load: $(TEST_READY)  ## measure the service from many clients, and its jobs at a million: about 8 minutes
	@status=0; $(PYTHON) -m benchmarks.service || status=1; $(PYTHON) -m benchmarks.million || status=1; exit $$status

reading: $(READY)  ## measure reading: ordinary texts against pandoc, and texts made to be slow
	$(PYTHON) -m benchmarks.reading

validate: $(TEST_READY) $(VALIDATORS_READY)  ## set sixty texts, ask every validator about them, write docs/validation.md
	$(PYTHON) -m benchmarks.validate

gallery: $(TEST_READY)  ## set an article by calibre, by pandoc and by us, take the pictures of docs/gallery
	$(PYTHON) -m benchmarks.gallery

same: $(READY)  ## set twenty texts in every format, in other surroundings, and compare the bytes
	$(PYTHON) -m benchmarks.same

kills: $(TEST_READY)  ## kill the service at random on SQLite and PostgreSQL for ten minutes, lose no job (SEED=n)
	$(PYTHON) -m benchmarks.kills $(SEED:%=--seed %)

fuzz: $(TEST_READY)  ## attack a running service for MINUTES (10): its description, mutants, a canary, hostile texts
	$(PYTHON) -m benchmarks.fuzz $(if $(MINUTES),--minutes $(MINUTES)) $(if $(SEED),--seed $(SEED)) $(if $(ONLY),--only $(ONLY))

setting: $(READY)  ## measure setting: PDF against the bare engine, an EPUB's memory
	$(PYTHON) -m benchmarks.editions

lock: $(TEST_READY)  ## write the locks anew from pyproject.toml (UPGRADE=--upgrade for newer versions)
	$(COMPILE) $(UPGRADE) pyproject.toml requirements-build.in -o requirements.lock
	$(COMPILE) $(UPGRADE) pyproject.toml requirements-build.in --extra postgresql --extra s3 --extra workers \
		-c requirements.lock -o requirements-cluster.lock
	$(COMPILE) $(UPGRADE) pyproject.toml requirements-build.in --extra test -c requirements.lock -o requirements-test.lock

image:  ## build the container image
	docker build -t editions .

clean:  ## remove all that was made here, .venv included
	rm -rf .venv tools/validators/node_modules out build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(READY): tools/setup.sh requirements.lock pyproject.toml
	bash tools/setup.sh
	@touch $@

# The test tools come on top of all that runs, so one setup serves both.
$(TEST_READY): tools/setup.sh requirements.lock requirements-test.lock pyproject.toml
	bash tools/setup.sh test
	@touch $(READY) $@

$(VALIDATORS_READY): tools/setup.sh tools/validators/package-lock.json
	bash tools/setup.sh validators
	@touch $@
