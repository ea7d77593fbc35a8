"""Django's settings, all from the environment. Each value that a landlord may change is in the database instead."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from csp.constants import NONE, SELF

from backend import environment

BASE_DIR = Path(__file__).resolve().parent.parent
HOME = Path(environment.text("CASEWAY_HOME", str(BASE_DIR / ".caseway")))
DEMO = environment.flag("CASEWAY_DEMO")
SECURE = environment.flag("CASEWAY_HTTPS")

SECRET_KEY = environment.text("CASEWAY_SECRET_KEY")
#: What seals details that may put somebody in danger, newest first. Without any it is made from the secret key; see `reseal`.
FIELD_KEYS = environment.words("CASEWAY_FIELD_KEY", "")
DEBUG = False
ALLOWED_HOSTS = environment.words("CASEWAY_HOSTS", "localhost,127.0.0.1")
CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in ALLOWED_HOSTS] if SECURE else []

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "csp",
    "rest_framework",
    "drf_spectacular",
    "backend.accounts",
    "backend.audit",
    "backend.workflow",
    "backend.casework",
    "backend.correspondence",
    "backend.operations",
    "backend.reporting",
    "backend.studio",
    "backend.web",
    "backend.api",
    "backend.demo",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "backend.web.middleware.address_of_the_caller",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "backend.web.middleware.only_plain_requests",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "backend.web.middleware.signed_in_pages_are_not_kept",
    "backend.web.middleware.SentencesForPeople",
]
ROOT_URLCONF = "backend.urls"
WSGI_APPLICATION = "backend.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "backend.web.context.house",
            ],
            "builtins": ["backend.web.templatetags.caseway"],
        },
    }
]

DATABASES = {"default": environment.database("DATABASE_URL")}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "accounts.User"
LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "home"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
PASSWORD_RESET_TIMEOUT = int(timedelta(days=3).total_seconds())
SESSION_COOKIE_AGE = int(timedelta(hours=12).total_seconds())
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE
SESSION_COOKIE_NAME = "__Host-session" if SECURE else "caseway_session"
CSRF_COOKIE_NAME = "__Host-csrf" if SECURE else "caseway_csrf"
SECURE_SSL_REDIRECT = SECURE
SECURE_HSTS_SECONDS = 31_536_000 if SECURE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = SECURE
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if SECURE else None
# No address of ours, least of all one with a survey token, reaches another site. “no-referrer” would also take the
# Origin header off our own forms, and browsers would be refused.
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF, "data:"],
        "style-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

LANGUAGE_CODE = "en-gb"
TIME_ZONE = "Europe/London"
USE_I18N = True
USE_TZ = True

STATIC_URL = "static/"
STATIC_ROOT = HOME / "static"
STATICFILES_DIRS = [path for path in [BASE_DIR / "backend" / "frontend" / "dist"] if path.is_dir()]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_MANIFEST_STRICT = False
#: Where the public finds us: written into letters that hold a link.
SITE_URL = environment.text("CASEWAY_URL", "http://localhost:8000").rstrip("/")
#: Notices to staff. Without a mail server they stand in the product only; in the demo each becomes a file.
MAIL = environment.mail("CASEWAY_EMAIL")
if DEMO and "EMAIL_HOST" not in MAIL:
    MAIL = {"EMAIL_BACKEND": "django.core.mail.backends.filebased.EmailBackend", "EMAIL_FILE_PATH": HOME / "mail"}
globals().update(MAIL)
MAILS = DEMO or "EMAIL_HOST" in MAIL
DEFAULT_FROM_EMAIL = environment.sender("CASEWAY_EMAIL_FROM", needed="EMAIL_HOST" in MAIL)
#: Text messages to people; in the demo each becomes a file.
TEXTS = environment.texts("CASEWAY_TEXTS") or ((HOME / "texts").as_uri() if DEMO else "")
MEDIA_ROOT = HOME / "media"
PACKS_DIR = BASE_DIR / "processes"
#: The largest file, and the most that one page of files takes, in bytes.
UPLOAD_MAX = 50 * 1024 * 1024
UPLOAD_TOTAL = 120 * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 500

REDIS_URL = environment.text("REDIS_URL")
CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}}
CELERY_BROKER_URL = REDIS_URL.replace("unix://", "redis+socket://", 1)
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_TIME_LIMIT = 120
CELERY_TASK_SOFT_TIME_LIMIT = 90
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# What goes out to the world never holds up a timer.
CELERY_TASK_ROUTES = {"backend.correspondence.jobs.*": {"queue": "letters"}, "backend.casework.jobs.mail": {"queue": "letters"}}
CELERY_BEAT_SCHEDULE = {
    "due timers": {"task": "backend.workflow.jobs.sweep", "schedule": timedelta(seconds=2), "options": {"expires": 10}},
    "changed calendars": {"task": "backend.casework.jobs.sweep", "schedule": timedelta(seconds=5), "options": {"expires": 10}},
    "notices": {"task": "backend.casework.jobs.notify", "schedule": timedelta(seconds=2), "options": {"expires": 10}},
    "notices by e-mail": {"task": "backend.casework.jobs.mail", "schedule": timedelta(seconds=10), "options": {"expires": 20}},
    "homes that wait to be read": {
        "task": "backend.casework.jobs.import_homes",
        "schedule": timedelta(seconds=5),
        "options": {"expires": 10},
    },
    "silent stops": {"task": "backend.workflow.jobs.watch", "schedule": timedelta(minutes=1), "options": {"expires": 50}},
    "queued letters": {"task": "backend.correspondence.jobs.sweep", "schedule": timedelta(seconds=2), "options": {"expires": 10}},
    "e-mails and texts": {
        "task": "backend.correspondence.jobs.send_messages",
        "schedule": timedelta(seconds=2),
        "options": {"expires": 10},
    },
    "runs of letters": {"task": "backend.correspondence.jobs.put_together", "schedule": timedelta(seconds=2), "options": {"expires": 10}},
}

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.SessionAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "backend.api.errors.sentence_for",
    "UNICODE_JSON": False,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Caseway",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.IsAuthenticated"],
    "OAS_VERSION": "3.1.0",
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "filters": {"no tokens": {"()": "backend.web.logs.WithoutTokens"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "plain", "filters": ["no tokens"]}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    # SpiffWorkflow logs every state change.
    "loggers": {"spiff": {"level": "ERROR"}, "celery": {"level": "WARNING"}},
}
