# Wheels are made in one stage and installed in the next, so no build tool is in what runs.
FROM python:3.13-slim AS build
WORKDIR /src
COPY pyproject.toml README.md CHANGELOG.md ./
COPY fedlearn ./fedlearn
RUN pip wheel --no-cache-dir --wheel-dir /wheels ".[postgres]"

FROM python:3.13-slim
# It makes the films and sounds that people upload ready; without it they upload pictures only.
RUN apt-get update \
    && apt-get install -y --no-install-recommends ffmpeg \
    && rm -rf /var/lib/apt/lists/*
RUN --mount=type=bind,from=build,source=/wheels,target=/wheels \
    pip install --no-cache-dir --no-index --find-links /wheels "fedlearn[postgres]"
RUN useradd --system --uid 10001 --home-dir /srv/fedlearn fedlearn \
    && mkdir -p /srv/fedlearn/data /srv/fedlearn/keys \
    && chown -R fedlearn:fedlearn /srv/fedlearn
ENV PYTHONUNBUFFERED=1 \
    FEDLEARN_DATA_DIR=/srv/fedlearn/data \
    FEDLEARN_KEYS_DIR=/srv/fedlearn/keys
USER fedlearn
WORKDIR /srv/fedlearn
VOLUME ["/srv/fedlearn/data", "/srv/fedlearn/keys"]
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=10s --start-period=20s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/nodeinfo/2.1', timeout=5)"]
ENTRYPOINT ["fedlearn"]
CMD ["serve", "--host", "0.0.0.0"]
