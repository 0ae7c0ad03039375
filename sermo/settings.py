"""Django's settings. Reads the environment once; .env.example explains each variable.

A missing or invalid value stops the start. Defaults are the safe values.
"""

from __future__ import annotations

import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from redis.backoff import ConstantBackoff
from redis.retry import Retry

from sermo import env
from sermo.core import keys
from sermo.core.body_limits import LIMITS, TEXT_BYTES
from sermo.core.identifiers import normalise_domain

BASE_DIR = Path(__file__).resolve().parent.parent

# Decides which private keys the process must hold (sermo.core.keys).
SERMO_PROCESS = env.text(
    "SERMO_PROCESS", "manage", choices={"web", "worker", "sealed", "mailer", "beat", "manage"}
)
SERMO_ENV = env.text("SERMO_ENV", "production", choices={"production", "demo", "test"})
try:
    keys.require_keys(SERMO_PROCESS, allow_demo=SERMO_ENV != "production")
except keys.MissingKeyError as error:
    raise ImproperlyConfigured(str(error)) from None

SECRET_KEY = env.text("SERMO_SECRET_KEY")
DEBUG = False
SERMO_BASE_URL = env.base_url("SERMO_BASE_URL", "https://localhost")
_origin = urlsplit(SERMO_BASE_URL)
_https = _origin.scheme == "https"
if not _https and SERMO_ENV == "production":
    raise ImproperlyConfigured("SERMO_BASE_URL must begin with https:// in production.")
_hosts = {_origin.hostname or "", *({"localhost", "127.0.0.1"} if not _https else set())}
ALLOWED_HOSTS = sorted(_hosts | set(env.names("SERMO_ALLOWED_HOSTS")))

INSTALLED_APPS = [
    "sermo.core",
    "sermo.audit",
    "sermo.blinded_rows",
    "sermo.members",
    "sermo.notifications",
    "cases",
    "polls",
    "sermo.search",
    "sermo.moderation",
    "sermo.demo",
    "accounts",
    "verification",
    "sermo.custody",
    "sermo.data_rights",
    "sermo.backups",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "csp",
    "django_htmx",
]
# The commands of `tools` (drills, benchmarks, fake vendors). The production image has no `tools/`.
if SERMO_ENV != "production" and (BASE_DIR / "tools").is_dir():
    INSTALLED_APPS.append("tools")

MIDDLEWARE = [
    # First: all others may use the address and the scheme of the client.
    "sermo.core.middleware.trusted_proxy",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "sermo.core.middleware.security_headers",
    "csp.middleware.CSPMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "sermo.core.middleware.refuse_cross_site_writes",
    "sermo.core.request_body.AudienceBeforeBody",
    "django.middleware.csrf.CsrfViewMiddleware",
    "sermo.core.middleware.clean_request_text",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "sermo.members.viewer.middleware.viewer",
    "accounts.sessions.departure.confine_leavers",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "sermo.core.middleware.domain_errors",
    "sermo.core.request_body.refuse_bodies",
]

ROOT_URLCONF = "sermo.urls"
WSGI_APPLICATION = "sermo.wsgi.application"
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "sermo.core.context_processors.site",
            ],
            "builtins": ["django.templatetags.i18n", "sermo.core.templatetags.ui"],
        },
    }
]

# Two databases with no relation between them (docs/architecture.md).
DATABASES = {
    "default": env.database("DATABASE_URL"),
    "identity": env.database("IDENTITY_DATABASE_URL"),
}
DATABASE_ROUTERS = ["sermo.routers.TwoStores"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Queues: ids of work. This Redis may write to disk.
REDIS_URL = env.redis("REDIS_URL")
# Sessions, cache, counters, locks: a Redis that writes nothing to disk (docs/design/anonymity.md).
CACHE_URL = env.redis("CACHE_URL")
if SERMO_ENV == "production" and CACHE_URL == REDIS_URL:
    raise ImproperlyConfigured("CACHE_URL and REDIS_URL must name two servers in production.")
# A page waits for at most this long; then it says that it cannot be shown (503).
REDIS_OPTIONS: dict[str, Any] = {
    "socket_connect_timeout": 3,
    "socket_timeout": 10,
    "retry": Retry(ConstantBackoff(0.1), retries=3),
}
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": CACHE_URL,
        "OPTIONS": REDIS_OPTIONS,
        # allauth puts an unkeyed hash of the email address into its keys; these names are keyed.
        "KEY_FUNCTION": "sermo.core.volatile_names.cache_key",
    }
}

# Sessions: encrypted, in Redis, for seven days (docs/design/anonymity.md).
SESSION_ENGINE = "sermo.members.sessions"
SESSION_COOKIE_AGE = int(timedelta(days=7).total_seconds())
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = _https
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
# Browsers refuse the __Host- prefix without https, and the one-command start uses http.
COOKIE_PREFIX = "__Host-" if _https else ""
SESSION_COOKIE_NAME = f"{COOKIE_PREFIX}session"
CSRF_COOKIE_NAME = f"{COOKIE_PREFIX}csrf"
CSRF_COOKIE_HTTPONLY = True
DEVICE_COOKIE_NAME = f"{COOKIE_PREFIX}device"
# Signed, for limits of attempts alone (accounts.sessions.known_device).
KNOWN_DEVICE_COOKIE_NAME = f"{COOKIE_PREFIX}known"
DEVICE_COOKIE_AGE = int(timedelta(days=180).total_seconds())
CSRF_FAILURE_VIEW = "sermo.core.views.csrf_failure"
MESSAGE_STORAGE = "sermo.core.message_cookie.MessageCookie"

SECURE_SSL_REDIRECT = _https and env.boolean("SERMO_SSL_REDIRECT", True)
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]
SECURE_HSTS_SECONDS = 31_536_000 if _https else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = _https
SECURE_HSTS_PRELOAD = _https
SECURE_REFERRER_POLICY = "no-referrer"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
X_FRAME_OPTIONS = "DENY"
# Proxies that may say for whom they forward a request, and whether that came by https.
TRUSTED_PROXIES = env.trusted_proxies("SERMO_TRUSTED_PROXIES")
if SERMO_ENV == "production" and SERMO_PROCESS == "web" and not TRUSTED_PROXIES.is_stated:
    # Addresses are https here, and this process speaks http: something in front ends TLS.
    raise ImproperlyConfigured(
        "SERMO_TRUSTED_PROXIES is not set. Name the proxy in front of this site, or all visitors "
        "have one address; none, if visitors connect to this process directly. See .env.example."
    )
if TRUSTED_PROXIES:
    # Written by a trusted proxy or removed (sermo.core.middleware.trusted_proxy).
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "worker-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "object-src": [NONE],
        # static/js/trusted-types.js: only responses of this server become markup.
        "require-trusted-types-for": ["'script'"],
        "trusted-types": ["default"],
        "report-uri": "/csp-report/",
    }
}

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["accounts.allauth_integration.backends.CredentialUnwrappingBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ["email"]},
    },
]
# Argon2id for the password slots: about 0.1 s and 64 MiB each (PyNaCl takes bytes).
PASSWORD_SLOT_OPSLIMIT, PASSWORD_SLOT_MEMLIMIT = 3, 64 * 1024 * 1024
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/accounts/welcome/"

ACCOUNT_ADAPTER = "accounts.allauth_integration.adapters.AccountAdapter"
MFA_ADAPTER = "accounts.allauth_integration.adapters.MFAAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
# Encrypted addresses are longer than plain ones.
ACCOUNT_EMAIL_MAX_LENGTH = 400
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
# Addresses in any script, each in one spelling.
ACCOUNT_FORMS = {
    name: f"accounts.allauth_integration.forms.{form}"
    for name, form in {
        "login": "LoginForm",
        "signup": "SignupForm",
        "reset_password": "ResetPasswordForm",
        "add_email": "AddEmailForm",
        "change_email": "ChangeEmailForm",
    }.items()
}
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_PREVENT_ENUMERATION = True
# Seconds: responses about an address are delayed to a multiple of this, so that their time does
# not reveal whether it has an account (accounts.urls.allauth_urls).
ACCOUNT_ANSWER_TICK = 0.2
ACCOUNT_PASSWORD_RESET_BY_CODE_ENABLED = True
# Beside allauth's own limits. Who is counted: accounts.allauth_integration.attempt_counters.
ACCOUNT_RATE_LIMITS = {
    "confirm_email": "1/10s/key,20/h/key",
    "reset_password": "20/m/ip,5/m/key,20/h/key",
}
# Seconds. Both emails also state these 15 minutes.
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_TIMEOUT = ACCOUNT_PASSWORD_RESET_BY_CODE_TIMEOUT = 900
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_LOGIN_ON_EMAIL_CONFIRMATION = True
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
# Pages and messages of allauth name nobody, least of all by the id of the user.
ACCOUNT_USER_DISPLAY = "accounts.allauth_integration.adapters.user_display"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_PASSKEY_SIGNUP_ENABLED = False
MFA_TOTP_ISSUER = "Sermo"
# A signature cannot be guessed, so that attempts with passkeys are not counted.
MFA_RATE_LIMITS: dict[str, str | None] = {"webauthn_login": None}
MFA_FORMS = {
    "authenticate_webauthn": "accounts.allauth_integration.forms.AuthenticateWebAuthnForm",
    "reauthenticate_webauthn": "accounts.allauth_integration.forms.ReauthenticateWebAuthnForm",
}
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not _https

# Emails are encrypted to the mailer's key; only the mailer decrypts and sends them
# (docs/design/anonymity.md).
EMAIL_BACKEND = "accounts.email_outbox.backend.EncryptedEmailBackend"
SERMO_MAIL_URL = env.text("SERMO_MAIL_URL", "smtp://localhost:25")
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.text("SERMO_MAIL_FROM", "Sermo <no-reply@sermo.example>")

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = True

# Files: `file:DIR` on one machine, `s3` on many. Three places that never mix.
SERMO_STORAGE = env.text("SERMO_STORAGE", "s3")
SERMO_ACCEL_PREFIX = env.text("SERMO_ACCEL_PREFIX", "-").strip("-")
FILE_STORAGES = ("quarantine", "evidence", "images")


def _file_storage(name: str) -> dict[str, object]:
    if SERMO_STORAGE.startswith("file:"):
        return {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": Path(SERMO_STORAGE.removeprefix("file:")) / name},
        }
    if SERMO_STORAGE != "s3":
        raise ImproperlyConfigured("SERMO_STORAGE must be s3 or file:DIRECTORY.")
    return {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": env.text("SERMO_S3_BUCKET_PREFIX", "sermo-") + name,
            "endpoint_url": env.text("SERMO_S3_ENDPOINT", "-").strip("-") or None,
            "region_name": env.text("SERMO_S3_REGION", "us-east-1"),
            "access_key": env.text("SERMO_S3_ACCESS_KEY"),
            "secret_key": env.text("SERMO_S3_SECRET_KEY"),
            "default_acl": None,
            "querystring_auth": True,
            "querystring_expire": 60,
            "file_overwrite": False,
            "object_parameters": {"CacheControl": "private, no-store"},
        },
    }


STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "sermo.core.static_files.BundledStaticFilesStorage"},
    **{name: _file_storage(name) for name in FILE_STORAGES},
}
STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = Path(env.text("SERMO_STATIC_ROOT", str(BASE_DIR / "staticfiles")))
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
# Uploads stay in memory until they are encrypted: a temporary file would hold the plaintext. The
# handler takes what an address allows (sermo.core.body_limits); nothing larger is read.
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]
FILE_UPLOAD_MAX_MEMORY_SIZE = max(LIMITS.values())
# How many requests with files a process reads at a time: fewer than its threads (sermo.gunicorn).
UPLOADS_AT_ONCE = 2
DATA_UPLOAD_MAX_MEMORY_SIZE = TEXT_BYTES
# One case has at most 12 pictures; a few more are refused one by one, with a sentence.
DATA_UPLOAD_MAX_NUMBER_FILES = 24
# A picture of a page of text has up to 300 redactions of six fields each (cases.forms.redactions).
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2400
MAX_IMAGE_BYTES = 40 * 1024 * 1024
MAX_EVIDENCE_BYTES = 15 * 1024 * 1024

# Verification: days for which evidence is stored after the decision; email domains of hospitals.
EVIDENCE_DAYS = env.integer("SERMO_EVIDENCE_DAYS", 0, maximum=365)
# Folder that verification.registers.folder_import reads register files from; none if empty.
REGISTER_FOLDER = Path(folder) if (folder := env.text("SERMO_REGISTER_FOLDER", "")) else None
INSTITUTIONAL_DOMAINS = frozenset(map(normalise_domain, env.names("SERMO_INSTITUTIONAL_DOMAINS")))
# The class that sends codes by SMS (verification.vendors.sms); by default no code is sent.
PHONE_SENDER = env.text("SERMO_PHONE_SENDER", "verification.vendors.sms.NullSmsSender")
PHONE_SPOOL = Path(env.text("SERMO_PHONE_SPOOL", str(BASE_DIR / ".local" / "phone")))
# The class that calls vendors (verification.vendors.adapters); one without a URL is not called.
VENDOR_ADAPTERS = "verification.vendors.http.HttpVendorAdapters"
# A vendor with a URL needs its credentials; credentials have no default.
VENDORS = {name: env.vendor(name) for name in ("IDOLOGY_URL", "AMA_URL", "NPPES_URL")}
for vendor, secrets in {
    "IDOLOGY_URL": ("IDOLOGY_USERNAME", "IDOLOGY_PASSWORD"),
    "AMA_URL": ("AMA_CLIENT_ID", "AMA_CLIENT_SECRET"),
}.items():
    VENDORS |= {name: env.text(name) if VENDORS[vendor] else "" for name in secrets}
# RelevantID's script runs in the applicant's browser if its client id is set.
RELEVANTID = {
    "CLIENT_ID": env.text("RELEVANTID_CLIENT_ID", ""),
    "ORIGIN": "https://relevantid.imperium.com",
    "PATH": "/RVIDWrapperAjax.js",
}
# How this site identifies itself to the AMA, by contract.
VENDORS |= {name: env.text(name, "sermo") for name in ("AMA_LOCATION", "AMA_SOURCE_SYSTEM")}
# Seconds: to connect, between two parts of a response, and for a whole response.
VENDOR_SECONDS = (3.0, 10.0, 20.0)
# Days for which raw vendor responses are stored; hours for an unused social security number.
VENDOR_BODY_DAYS = env.integer("SERMO_VENDOR_BODY_DAYS", 30, minimum=1, maximum=365)
SSN_HOURS = env.integer("SERMO_SECRET_HOURS", 72, minimum=1, maximum=72)

# What /readyz watches: processes, and folders of this machine by the name that it shows.
WATCHED_PROCESSES: tuple[str, ...] = ("web", "worker", "sealed", "mailer", "beat")
WATCHED_FOLDERS = {"temporary files": Path(tempfile.gettempdir())}
for name, place in (("files", SERMO_STORAGE), ("mail", SERMO_MAIL_URL)):
    if place.startswith("file:"):
        WATCHED_FOLDERS[name] = Path(place.removeprefix("file:"))
WATCHED_FOLDERS |= {Path(place).name: Path(place) for place in env.names("SERMO_WATCHED_FOLDERS")}
MIN_FREE_MB = env.integer("SERMO_MIN_FREE_MB", 500, minimum=1)

# Functions called when a member signs in on an unknown device (accounts.services.pausing).
NEW_DEVICE = ["verification.services.proofing_notice.check_new_device"]
# The header in which a trusted proxy writes the visitor's country; not read if empty.
COUNTRY_HEADER = env.text("SERMO_COUNTRY_HEADER", "")

# Functions called when a member stops mail about cases (sermo.members.views).
MAIL_STOPPED = ["sermo.notifications.services.end_email"]
# Functions called in the transaction that publishes, shows or solves a case (cases.services.hooks).
CASE_PUBLISHED = ["polls.services.create_case_polls"]
CASE_APPEARED = ["polls.services.open_case_polls"]
CASE_SOLVED = ["polls.services.link_outcome_to_concept"]
# The function that describes the subjects of the inbox (sermo.notifications.selectors.subjects).
DESCRIBE_SUBJECTS = "cases.selectors.describe_cases"
# The function that finds the subjects of what a member wrote.
OWN_SUBJECTS = "cases.selectors.own_subjects"

# Rules of the community.
K_ANONYMITY = env.integer("SERMO_K_ANONYMITY", 50, minimum=1)
# After so many days nothing stored names the author of an anonymous post.
AUTHOR_CAPSULE_DAYS = env.integer("SERMO_AUTHOR_CAPSULE_DAYS", 90, minimum=7)
# What a report of patient details hides stays hidden until a moderator looks. After so many hours
# the queue says that it is late.
COVER_REVIEW_HOURS = env.integer("SERMO_COVER_REVIEW_HOURS", 24, minimum=1)
ANONYMOUS_MARK_MINUTES = env.mark_minutes("SERMO_ANONYMOUS_MARK_MINUTES", 20)
ANONYMOUS_URGENT_MARK_MINUTES = env.mark_minutes("SERMO_ANONYMOUS_URGENT_MARK_MINUTES", 5)
STAFF_SECOND_FACTOR = env.boolean("SERMO_STAFF_SECOND_FACTOR", True)
# The hour in UTC after which the pass of a night is due (sermo.custody.nightly_pass).
NIGHTLY_PASS_HOUR = env.integer("SERMO_NIGHTLY_PASS_HOUR", 3, maximum=23)
# Gauges of /metrics: name to a function that returns a number.
METRICS = {
    "sermo_nightly_pass_age_hours": "sermo.custody.nightly_pass.hours_since_last_pass",
    "sermo_untrusted_forwarding_requests": "sermo.core.untrusted_forwarding.recent_requests",
    "sermo_backup_age_hours": "sermo.backups.services.schedule.hours_since_last_backup",
}
# Functions that return a sentence for the warnings of /readyz, or "".
WARNINGS = ("sermo.backups.services.schedule.warning",)
# Backups: a place and a public key for each store, all or none (docs/operations.md).
BACKUP_PLACES = {
    "community": env.backup_place("SERMO_BACKUP_COMMUNITY"),
    "identity": env.backup_place("SERMO_BACKUP_IDENTITY"),
}
BACKUP_KEYS = {
    "community": env.text("SERMO_BACKUP_COMMUNITY_KEY", ""),
    "identity": env.text("SERMO_BACKUP_IDENTITY_KEY", ""),
}
if len({*map(bool, (*BACKUP_PLACES.values(), *BACKUP_KEYS.values()))}) > 1:
    raise ImproperlyConfigured("Set all of SERMO_BACKUP_COMMUNITY, …_IDENTITY and both …_KEY.")
if BACKUP_PLACES["community"] and BACKUP_PLACES["community"] == BACKUP_PLACES["identity"]:
    raise ImproperlyConfigured("SERMO_BACKUP_COMMUNITY and SERMO_BACKUP_IDENTITY must differ.")
# Days for which archives are kept; the newest of each store is always kept.
BACKUP_DAYS = env.integer("SERMO_BACKUP_DAYS", 7, minimum=1, maximum=365)
BACKUP_S3: dict[str, str | None] = {}
if any(place.startswith("s3:") for place in BACKUP_PLACES.values()):
    BACKUP_S3 = {
        "endpoint": env.text("SERMO_BACKUP_S3_ENDPOINT", "-").strip("-") or None,
        "region": env.text("SERMO_BACKUP_S3_REGION", "us-east-1"),
        "access_key": env.text("SERMO_BACKUP_S3_ACCESS_KEY"),
        "secret_key": env.text("SERMO_BACKUP_S3_SECRET_KEY"),
    }
DEMO_MAILBOX = env.boolean("SERMO_DEMO_MAILBOX", False)
METRICS_TOKEN = env.text("SERMO_METRICS_TOKEN", "-").strip("-")
if SERMO_ENV == "production" and not (ANONYMOUS_MARK_MINUTES and ANONYMOUS_URGENT_MARK_MINUTES):
    raise ImproperlyConfigured("SERMO_ANONYMOUS_…MARK_MINUTES must not be 0 in production.")
if SERMO_ENV == "production" and DEMO_MAILBOX:
    raise ImproperlyConfigured("SERMO_DEMO_MAILBOX must be false in production.")
if SERMO_ENV == "production" and SERMO_MAIL_URL.startswith("file:"):
    raise ImproperlyConfigured("SERMO_MAIL_URL must be a mail server in production.")

SILENCED_SYSTEM_CHECKS: list[str] = []

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"()": "sermo.core.log_format.PlainFormatter"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        # A request line would contain the URL that a member opened.
        "django.request": {"level": "ERROR", "handlers": ["console"], "propagate": False},
        "django.security": {"level": "ERROR"},
        # Sweeps run every few seconds; Celery logs only their end.
        "celery.worker.strategy": {"level": "WARNING"},
        "celery.beat": {"level": "WARNING"},
    },
}
