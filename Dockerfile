# The web site alone: it talks to the cluster that KAFKA_BOOTSTRAP_SERVERS names. See docker-compose.yml.
FROM python:3.11.14-slim-bookworm

ENV PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /app

COPY requirements.txt ./
COPY .requirements.lock ./
RUN pip install --require-hashes -r .requirements.lock

COPY manage.py ./
COPY kafkaclass kafkaclass
COPY lessons lessons
COPY templates templates
COPY static static

# The secret key and the logs; a named volume takes over the owner of this folder.
RUN useradd --uid 10001 --no-create-home kafkaclass && install --directory --mode 700 --owner kafkaclass /data
USER kafkaclass
ENV HOME=/data KAFKACLASS_DATA=/data
VOLUME /data
EXPOSE 8000

# Whether it can serve. Kafka is not asked: the pages wait for it, and no other container would reach it either. (http.client
# knows no proxy, which would look for this address elsewhere.)
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=6 \
    CMD ["python", "-c", "from http.client import HTTPConnection as Site; site = Site('127.0.0.1', 8000, timeout=4); site.request('GET', '/readyz'); raise SystemExit(site.getresponse().status != 200)"]

# Migrates, starts Daphne and looks after it; stops in 10 s.
CMD ["python", "manage.py", "up", "--host", "0.0.0.0"]
