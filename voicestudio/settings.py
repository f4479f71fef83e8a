"""The one settings module: all from the environment, unset values fall to the embedded stack.

README's configuration table lists every name; ``checks.py`` refuses unsafe combinations at start.
"""

import secrets
from datetime import timedelta
from ipaddress import ip_network
from urllib.parse import urlsplit

from celery.schedules import crontab

from . import files, social
from .environment import REPOSITORY, Environment, database, mail
from .logs import logging_config
from .panel.look import panel_look

env = Environment.load()
VAR_DIR = env.var_dir

# -- what kind of installation -------------------------------------------------
ENVIRONMENT = env.text("ENVIRONMENT", "embedded")
DEBUG = env.flag("DEBUG")
PUBLIC_URL = env.text("PUBLIC_URL", "http://127.0.0.1:8000").rstrip("/")
_public = urlsplit(PUBLIC_URL)
_https = _public.scheme == "https"

SECRET_KEY_IS_GIVEN = bool(env.text("SECRET_KEY"))
# Without one every start gets its own, so that tools run on a bare checkout; checks.py refuses
# to serve like that.
SECRET_KEY = env.text("SECRET_KEY") or secrets.token_urlsafe(48)
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", (_public.hostname or "", "localhost", "127.0.0.1"))
TRUSTED_PROXIES = env.number("TRUSTED_PROXIES", 0)

# -- apps ----------------------------------------------------------------------
INSTALLED_APPS = [
    "apps.accounts",  # before allauth: its mail templates win
    "unfold.apps.BasicAppConfig",  # before the admin: its templates win
    "voicestudio.panel.apps.PanelConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "channels",
    "allauth",
    "allauth.account",
    "allauth.headless",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.kakao",
    "allauth.socialaccount.providers.naver",
    "allauth.socialaccount.providers.google",
    "apps.common",
    "apps.billing",
    "apps.library",
    "apps.voices",
    "apps.jobs",
    "apps.hooks",
    "apps.leaving",
    "voicestudio",
]
MIDDLEWARE = [
    "apps.common.middleware.RequestLogMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "apps.common.middleware.ContentSecurityPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "apps.common.middleware.EnglishApiMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "apps.accounts.activity.ActivityMiddleware",
]
ROOT_URLCONF = "voicestudio.urls"
ASGI_APPLICATION = "voicestudio.asgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]

# -- database, cache, messages -------------------------------------------------
DATABASE_URL = env.text("DATABASE_URL", "postgresql://postgres@127.0.0.1:5432/voicestudio")
DATABASES = {"default": database(DATABASE_URL, pool=env.number("DATABASE_POOL", 0))}
REDIS_URL = env.text("REDIS_URL", "redis://127.0.0.1:6379/0")
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "cache",
    }
}
CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "channels_redis.core.RedisChannelLayer",
        "CONFIG": {"hosts": [REDIS_URL], "prefix": "live", "capacity": 500},
    }
}

# -- object storage ------------------------------------------------------------
S3_ENDPOINT_URL = env.text("S3_ENDPOINT_URL", "http://127.0.0.1:8333")
S3_PUBLIC_ENDPOINT_URL = env.text("S3_PUBLIC_ENDPOINT_URL", S3_ENDPOINT_URL)
S3_BUCKET = env.text("S3_BUCKET", "voicestudio")
S3_REGION = env.text("S3_REGION", "us-east-1")
S3_ACCESS_KEY_ID = env.text("S3_ACCESS_KEY_ID", "embedded")
S3_SECRET_ACCESS_KEY = env.text("S3_SECRET_ACCESS_KEY", "embedded")
STORAGES = {
    "default": {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "endpoint_url": S3_ENDPOINT_URL,
            "bucket_name": S3_BUCKET,
            "region_name": S3_REGION,
            "access_key": S3_ACCESS_KEY_ID,
            "secret_key": S3_SECRET_ACCESS_KEY,
            "signature_version": "s3v4",
            "addressing_style": "path",
            "default_acl": None,
            "file_overwrite": True,
        },
    },
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}

SAMPLES_DIR = REPOSITORY / "demo" / "material"

# -- static files and the built frontend ---------------------------------------
FRONTEND_DIST = REPOSITORY / "frontend" / "dist"
STATIC_URL = "/static/"
WHITENOISE_ROOT = FRONTEND_DIST if FRONTEND_DIST.is_dir() else None
WHITENOISE_IMMUTABLE_FILE_TEST = r"^/assets/"  # their names hold a hash
WHITENOISE_USE_FINDERS = True  # the admin's few files need no collectstatic
WHITENOISE_AUTOREFRESH = DEBUG
WHITENOISE_ALLOW_ALL_ORIGINS = False
WHITENOISE_MIMETYPES = {".webmanifest": "application/manifest+json"}
WHITENOISE_ADD_HEADERS_FUNCTION = files.add_headers

# -- accounts ------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",  # rights of operators
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
if ENVIRONMENT == "test":
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
ACCOUNT_ADAPTER = "voicestudio.signup.StudioAccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_SIGNUP_FORM_CLASS = "apps.accounts.agreement.AgreementForm"
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_CONFIRM_EMAIL_ON_GET = False
ACCOUNT_LOGIN_ON_EMAIL_CONFIRMATION = True  # in the browser that signed up
ACCOUNT_EMAIL_SUBJECT_PREFIX = "[AI Voice Studio] "
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_DEFAULT_HTTP_PROTOCOL = _public.scheme
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXIES
HEADLESS_ONLY = True
HEADLESS_CLIENTS = ("browser",)
HEADLESS_FRONTEND_URLS = {
    "account_confirm_email": f"{PUBLIC_URL}/verify-email/{{key}}",
    "account_reset_password": f"{PUBLIC_URL}/reset-password",
    "account_reset_password_from_key": f"{PUBLIC_URL}/reset-password/{{key}}",
    "account_signup": f"{PUBLIC_URL}/sign-up",
    "socialaccount_login_error": f"{PUBLIC_URL}/signin/social",
}
SOCIALACCOUNT_ADAPTER = "voicestudio.signup.StudioSocialAdapter"
SOCIALACCOUNT_PROVIDERS = social.providers(env)
SOCIALACCOUNT_HALF_CONFIGURED = social.half_configured(env)
SOCIALACCOUNT_AUTO_SIGNUP = False  # who is new accepts the terms first
SOCIALACCOUNT_EMAIL_AUTHENTICATION = False  # the same address is no proof of the same person
SOCIALACCOUNT_STORE_TOKENS = False
FORM_ORIGINS = social.origins(SOCIALACCOUNT_PROVIDERS)
USERSESSIONS_TRACK_ACTIVITY = True
MFA_ADAPTER = "voicestudio.panel.mfa.StudioMfaAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_TOLERANCE = 1  # phones whose clock is up to 30 s off
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not _https  # browsers offer passkeys at localhost alone
DEFAULT_FROM_EMAIL = env.text("FROM_EMAIL", f"AI Voice Studio <no-reply@{_public.hostname}>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
EMAIL_URL = env.text("EMAIL_URL")
globals().update(mail(EMAIL_URL))

# -- browser security ----------------------------------------------------------
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = _https
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SECURE = _https
CSRF_TRUSTED_ORIGINS = [f"{_public.scheme}://{_public.netloc}"]
CSRF_FAILURE_VIEW = "apps.common.views.csrf_failure"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "strict-origin"  # never a path: those of mails hold a token
SECURE_SSL_REDIRECT = _https
# probes of a load balancer speak http
SECURE_REDIRECT_EXEMPT = [r"^(?:api/v1/health|livez|readyz|metrics)$"]
SECURE_HSTS_SECONDS = int(timedelta(days=365).total_seconds()) if _https else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXIES else None
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 4 * 2**20  # sound goes straight to storage, never through here

# -- the operator's panel ------------------------------------------------------
METRICS_TOKEN = env.text("METRICS_TOKEN")
UNFOLD = panel_look()

# -- languages and time --------------------------------------------------------
LANGUAGE_CODE = "ko"
LANGUAGES = [("ko", "한국어"), ("en", "English")]
USE_I18N = True
LOCALE_PATHS = [REPOSITORY / "voicestudio" / "locale"]  # words of the panel's theme
USE_TZ = True
TIME_ZONE = "UTC"

# -- API -----------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "apps.accounts.authentication.KeyAuthentication",
        "apps.common.permissions.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": [
        "rest_framework.permissions.IsAuthenticated",
        "apps.accounts.scopes.HasScope",
    ],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_PAGINATION_CLASS": "apps.common.paging.NewestFirst",
    "DEFAULT_SCHEMA_CLASS": "apps.common.schema.AutoSchema",
    "DEFAULT_THROTTLE_CLASSES": ["apps.accounts.limits.RateThrottle"],
    "NUM_PROXIES": TRUSTED_PROXIES,
    "EXCEPTION_HANDLER": "apps.common.errors.exception_handler",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "AI Voice Studio",
    "DESCRIPTION": (
        "노래 목소리 변환 API · Singing voice conversion API\n\n"
        "Sign in with `Authorization: Bearer avs_…`, a key of the studio's page "
        "계정 → 개발자 (Account → Developers). "
        "Lists are paged by cursor: follow `next`. Every POST takes an `Idempotency-Key`. "
        "Every error has one shape: [all codes](/docs/errors)."
    ),
    "VERSION": "1.0.0",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SCHEMA_PATH_PREFIX": r"/api/v1",
    "SORT_OPERATIONS": False,
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "voicestudio.openapi.complete",
    ],
    "ENUM_NAME_OVERRIDES": {
        "JobKindEnum": "apps.jobs.serializers.JOB_KINDS",
        "SungKindEnum": "apps.jobs.preset_api.KINDS",
        "DeliveryStateEnum": "apps.hooks.models.DeliveryState",
    },
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "/favicon.svg",
}

# -- background work -----------------------------------------------------------
CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_TIME_LIMIT = 15 * 60
CELERY_TASK_SOFT_TIME_LIMIT = 14 * 60
# Redis hands a task out again after this; it has to exceed the longest task.
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 20 * 60}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 3
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = TIME_ZONE
CELERY_BEAT_SCHEDULE = {
    "sweep": {
        "task": "apps.jobs.tasks.sweep",
        "schedule": timedelta(seconds=15),
        "options": {"expires": 14},
    },
    "hooks": {
        "task": "apps.hooks.tasks.sweep",
        "schedule": timedelta(seconds=15),
        "options": {"expires": 14},
    },
    "canary": {
        "task": "apps.jobs.tasks.canary",
        "schedule": timedelta(minutes=10),
        "options": {"expires": 590},
    },
    "follow-fetches": {
        "task": "apps.jobs.tasks.follow_fetches",
        "schedule": timedelta(seconds=30),
        "options": {"expires": 29},
    },
    "erase": {
        "task": "apps.common.tasks.erase_due",
        "schedule": timedelta(minutes=1),
        "options": {"expires": 55},
    },
    "forget-answers": {
        "task": "apps.common.tasks.forget_answers",
        "schedule": timedelta(minutes=10),
        "options": {"expires": 590},
    },
    "expire-checkpoints": {
        "task": "apps.voices.tasks.expire_checkpoints",
        "schedule": timedelta(hours=1),
        "options": {"expires": 3500},
    },
    "probe-again": {
        "task": "apps.library.sweeps.probe_again",
        "schedule": timedelta(minutes=2),
        "options": {"expires": 110},
    },
    "follow-payments": {
        "task": "apps.billing.tasks.follow_due",
        "schedule": timedelta(minutes=1),
        "options": {"expires": 55},
    },
    "reconcile-payments": {
        "task": "apps.billing.tasks.reconcile",
        "schedule": crontab(hour="18", minute="30"),  # half past three in Seoul
        "options": {"expires": 3500},
    },
    "empty-trash": {
        "task": "apps.library.sweeps.empty_trash",
        "schedule": timedelta(minutes=10),
        "options": {"expires": 590},
    },
    "leaving": {
        "task": "apps.leaving.tasks.sweep",
        "schedule": timedelta(seconds=30),
        "options": {"expires": 29},
    },
    "end-records": {
        "task": "apps.leaving.tasks.end_records",
        "schedule": crontab(hour="19", minute="10"),  # ten past four in Seoul
        "options": {"expires": 3500},
    },
    "expire-uploads": {
        "task": "apps.library.sweeps.expire_uploads",
        "schedule": timedelta(hours=1),
        "options": {"expires": 3500},
    },
}
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "celerybeat-schedule")

# -- compute -------------------------------------------------------------------
COMPUTE_BACKEND = env.text("COMPUTE_BACKEND", "local")
RUNPOD_API_KEY = env.text("RUNPOD_API_KEY")
RUNPOD_ENDPOINT_ID = env.text("RUNPOD_ENDPOINT_ID")
RUNPOD_API = env.text("RUNPOD_API", "https://api.runpod.ai/v2")
RUNPOD_ACCOUNT_API = env.text("RUNPOD_ACCOUNT_API", "https://api.runpod.io/graphql")
LOCAL_BACKEND_SLOTS = env.number("LOCAL_BACKEND_SLOTS", 1)
WORKER_CALLBACK_URL = env.text("WORKER_CALLBACK_URL", PUBLIC_URL)
WEIGHTS_DIR = env.text("WEIGHTS_DIR", str(VAR_DIR / "weights"))

# -- money -----------------------------------------------------------------------
GPU_USD_PER_S = float(
    env.text("GPU_USD_PER_S", "0.00031")
)  # a second of the default card, RTX 4090
STRIPE_SECRET_KEY = env.text("STRIPE_SECRET_KEY")
STRIPE_WEBHOOK_SECRET = env.text("STRIPE_WEBHOOK_SECRET")
STRIPE_API = env.text("STRIPE_API", "https://api.stripe.com")

# -- webhooks ------------------------------------------------------------------
# Networks of the operator's own that customers' webhooks may reach, beside all public addresses.
WEBHOOK_ALLOWED_NETWORKS = [ip_network(each) for each in env.words("WEBHOOK_ALLOWED_NETWORKS", ())]

# -- logs ----------------------------------------------------------------------
LOGGING_CONFIG = "logging.config.dictConfig"
LOGGING = logging_config(env.text("LOG_LEVEL", "INFO"))
