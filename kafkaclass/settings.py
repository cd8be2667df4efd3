"""Django's settings, and the only reader of the environment.

| variable | meaning | default |
|---|---|---|
| `KAFKACLASS_DATA` | the folder that holds everything local | `.local/` beside `manage.py` |
| `KAFKACLASS_HOSTS` | host names, comma-separated, under which the pages may be asked for | loopback only |
| `KAFKACLASS_PATH` | the path of the site at its host, such as `/kafka/` behind a proxy | `/` |
| `KAFKACLASS_TLS` | `1` when TLS ends in front of the app: secure cookies, HSTS | off |
| `KAFKACLASS_SECRET_KEY` | the key of sessions, codes, tokens and cards; the same wherever one database is used | that of `KAFKACLASS_SECRET_KEY_FILE` |
| `KAFKACLASS_SECRET_KEY_FILE` | the file that has it, made at its first use; several web sites of one machine may share it | `secret-key` in the data folder |
| `KAFKACLASS_LOG` | `json` makes each line of the log a JSON object | lines for people |
| `KAFKACLASS_METRICS_TOKEN` | whoever sends it as a bearer token may read `/metrics` from elsewhere | this machine alone may |
| `KAFKACLASS_DEBUG` | `1` shows tracebacks in the browser | off |
| `DATABASE_URL` | any database that Django knows, e.g. `postgres://…` | SQLite in the data folder |
| `KAFKACLASS_MAVEN` | the URL of a mirror of Maven Central, for the jars of the embedded brokers | Maven Central itself |
| `KAFKA_BOOTSTRAP_SERVERS` | the cluster | the embedded one |
| `KAFKACLASS_LAPTOPS` | at which addresses students' own programs reach the cluster, by `SASL_SSL` and `SCRAM-SHA-256` | nowhere |
| `KAFKACLASS_LAPTOPS_CA` | the PEM file of the authority that signed the brokers' certificates there | one that every machine knows |
| `KAFKA_SECURITY_PROTOCOL`, `KAFKA_SASL_MECHANISM`, `KAFKA_SASL_USERNAME`, … | librdkafka's setting of that name | – |
"""

import hashlib
import os
from pathlib import Path

import dj_database_url
from csp.constants import NONE, SELF

from kafkaclass import static_files
from kafkaclass.authoring import state_of_sources
from kafkaclass.hosts import LOOPBACK, AllowedHosts, OwnHosts
from kafkaclass.kafka_variables import security_settings
from kafkaclass.secret_key import kept_key
from kafkaclass.under_path import as_path

BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = Path(os.environ.get("KAFKACLASS_DATA") or BASE_DIR / ".local").resolve()
DEBUG = os.environ.get("KAFKACLASS_DEBUG") == "1"
PATH = as_path(os.environ.get("KAFKACLASS_PATH", ""))
BEHIND_TLS = os.environ.get("KAFKACLASS_TLS") == "1"

SECRET_KEY_FILE = Path(os.environ.get("KAFKACLASS_SECRET_KEY_FILE") or DATA_DIR / "secret-key")
SECRET_KEY = os.environ.get("KAFKACLASS_SECRET_KEY") or kept_key(SECRET_KEY_FILE)
# Else it is this data folder's alone.
SECRET_KEY_IS_NAMED = any(os.environ.get(f"KAFKACLASS_SECRET_KEY{ending}") for ending in ("", "_FILE"))
HOSTS = [host for host in os.environ.get("KAFKACLASS_HOSTS", "").split(",") if host]
OWN_HOSTS = OwnHosts(os.environ.get("KAFKACLASS_LISTENS_ON", ""))  # `up` tells so to the web server that it starts
ONLY_THIS_MACHINE = not HOSTS and bool(OWN_HOSTS.listens_on) and not OWN_HOSTS.addresses()
ALLOWED_HOSTS = AllowedHosts([*LOOPBACK, *HOSTS], OWN_HOSTS)
CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in HOSTS if host != "*"] if BEHIND_TLS else []
# `up --authoring` tells so to the web server that it starts: of which sources this process was started.
AUTHORING = state_of_sources(BASE_DIR) if os.environ.get("KAFKACLASS_AUTHORING") == "1" else ""

METRICS_TOKEN = os.environ.get("KAFKACLASS_METRICS_TOKEN", "")
LOG_IS_JSON = os.environ.get("KAFKACLASS_LOG") == "json"

# --- Kafka ---------------------------------------------------------------------------------------------------

KAFKA_IS_NAMED = bool(os.environ.get("KAFKA_BOOTSTRAP_SERVERS"))  # then `up` starts no brokers; `serve` never does
BROKERS_ARE_OURS = os.environ.get("KAFKACLASS_EMBEDDED") == "1"  # `up` tells so to the web server that it starts
KAFKA_BOOTSTRAP_SERVERS = os.environ.get("KAFKA_BOOTSTRAP_SERVERS") or "127.0.0.1:9092,127.0.0.1:9093,127.0.0.1:9094"
LAPTOP_SERVERS = os.environ.get("KAFKACLASS_LAPTOPS", "")  # `up --kafka-host` tells so to the web server, too
LAPTOP_CA = os.environ.get("KAFKACLASS_LAPTOPS_CA", "") if LAPTOP_SERVERS else ""
MAVEN_URL = os.environ.get("KAFKACLASS_MAVEN")
KAFKA_SECURITY = security_settings(os.environ)

# --- Django --------------------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "daphne",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "channels",
    "csp",
    "django_htmx",
    "ninja",
    "lessons.classroom",
    "kafkaclass",
]

MIDDLEWARE = [
    "django.middleware.gzip.GZipMiddleware",  # first: styles and scripts, too; a page's length gets a random part (BREACH)
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",  # after it: scripts and styles need no policy of their own, that of their page holds
    "lessons.web.private.never_cached",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "lessons.web.errors.SayWhatWentWrong",
]

ROOT_URLCONF = "kafkaclass.urls"
CSRF_FAILURE_VIEW = "lessons.web.errors.csrf_failure"
ASGI_APPLICATION = "kafkaclass.asgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "lessons.web.script_words.script_words",
                "lessons.web.authoring.for_authors",
            ]
        },
    }
]
FORM_RENDERER = "django.forms.renderers.DjangoTemplates"

DATABASES = {
    "default": dj_database_url.config()
    if os.environ.get("DATABASE_URL")
    # As a URL the path would be taken apart at '%' and '#'.
    else {"ENGINE": "django.db.backends.sqlite3", "NAME": str(DATA_DIR / "kafkaclass.sqlite3")}
}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL",
    }
    # Threads of a live server share a test database only when it is a file.
    DATABASES["default"]["TEST"] = {"NAME": DATA_DIR / "test.sqlite3"}
else:
    # By itself a pool has four connections, and a class in which four wait for Kafka would wait for those. PostgreSQL
    # takes 100 by default, which several web processes share.
    # Its connections break where the server is started again: nobody is given such a one, and nobody waits long for another.
    DATABASES["default"]["OPTIONS"] = {"pool": {"min_size": 2, "max_size": 30, "timeout": 10, "reconnect_timeout": 3}}
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
    DATABASES["default"]["CONN_MAX_AGE"] = 0

AUTH_USER_MODEL = "lessons.User"
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend", "sesame.backends.ModelBackend"]
LOGIN_URL = "join"
# A browser sends a host's cookies to each of its ports: two classes on one machine need names of their own.
_OURS = hashlib.sha256(f"cookies:{SECRET_KEY}".encode()).hexdigest()[:8]
SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = f"kafkaclass-session-{_OURS}", f"kafkaclass-csrf-{_OURS}"
SESSION_COOKIE_PATH = CSRF_COOKIE_PATH = PATH
SESSION_COOKIE_AGE = 60 * 60 * 24 * 120  # one term
SESAME_ONE_TIME = True
SESAME_MAX_AGE = 60 * 60 * 24 * 7
SESAME_TOKEN_NAME = "link"  # noqa: S105 - a parameter's name

# The interface is written in English and marked for translation. Another language is a .po file, made by `makemessages`
# in the folder below, and its code here. It is the language of the whole site and not of each browser: the parts of a
# live page are drawn once for many readers, outside of any request. Lessons are translated as files of their own.
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English")]
LOCALE_PATHS = [BASE_DIR / "lessons" / "web" / "locale"]
USE_I18N = True
USE_THOUSAND_SEPARATOR = False  # an offset is written as Kafka writes it
USE_TZ = True
TIME_ZONE = "UTC"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

STATIC_URL = f"{PATH}static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG
WHITENOISE_ALLOW_ALL_ORIGINS = False
WHITENOISE_IMMUTABLE_FILE_TEST = static_files.is_immutable
WHITENOISE_ADD_HEADERS_FUNCTION = static_files.add_headers

# --- Walls ---------------------------------------------------------------------------------------------------

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = BEHIND_TLS
SECURE_SSL_REDIRECT = BEHIND_TLS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_TLS else None
SECURE_HSTS_SECONDS = 60 * 60 * 24 * 30 if BEHIND_TLS else 0
# HSTS speaks for our own name alone: what else has a name below it is not ours to decide.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = (
    2 * 1024 * 1024
)  # more than Kafka takes in one record (1 MB), so that Kafka is the one who refuses

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"one_line": {"()": "kafkaclass.logs.OneLine"}},
    "formatters": {"line": {"()": "kafkaclass.logs.JsonLine" if LOG_IS_JSON else "kafkaclass.logs.Line"}},
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": "line"},
        "one_line": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["one_line"]},
    },
    "root": {"handlers": ["console"], "level": "INFO"},
    # A request that no browser of ours sends is told in a line: whoever sends many would fill the disk with tracebacks.
    "loggers": {
        "django.security": {"handlers": ["one_line"], "propagate": False},
        "daphne": {"level": "WARNING"},
        "django.request": {"level": "ERROR"},
    },
}
