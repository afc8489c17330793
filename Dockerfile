# The web desk and the command line in one image. Build: `make image`. Run:
#   docker run -p 8000:8000 -v editions:/data editions
# tools/replay-dockerfile.py executes these steps where there is no container engine.

FROM debian:bookworm-slim AS base
ENV LANG=C.UTF-8 \
    PYTHONUNBUFFERED=1
# Python, pango and the fonts: the same list as on any other machine.
COPY tools/setup.sh /tmp/editions/tools/setup.sh
RUN bash /tmp/editions/tools/setup.sh system \
    && rm -rf /tmp/editions /var/lib/apt/lists/* /var/cache/apt/*.bin

FROM base AS builder
RUN python3 -m venv /app
# The packages before the project: a change of ours leaves this layer as it is. pandoc comes inside pypandoc_binary;
# what several machines need (compose.cluster.yaml) is among them.
COPY requirements-cluster.lock /src/
RUN /app/bin/pip install --no-cache-dir --require-hashes --no-deps --only-binary :all: -r /src/requirements-cluster.lock
COPY pyproject.toml README.md LICENSE /src/
COPY templates /src/templates
COPY convert /src/convert
RUN /app/bin/pip wheel --no-cache-dir --no-build-isolation --no-deps --no-index --wheel-dir /wheel /src \
    && /app/bin/pip install --no-cache-dir --no-deps --no-index /wheel/editions-*.whl \
    && /app/bin/pip check

FROM base
ENV PATH=/app/bin:$PATH
RUN useradd --system --uid 10001 --home-dir /data --shell /usr/sbin/nologin editions \
    && install -d -o editions -g editions /data
# Owned by root: the service can write to /data and /tmp, not to its own code.
COPY --from=builder /app /app
RUN /app/bin/python -m convert.editions.faces >/dev/null
USER 10001
WORKDIR /data
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 \
    CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/health/live', timeout=4)"]
CMD ["editions", "serve", "--host", "0.0.0.0", "--port", "8000", "--data", "/data"]
