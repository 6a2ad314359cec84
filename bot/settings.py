"""What comes from the environment (and `.env`). Nothing secret stands in config.yaml."""

import os
import secrets
from pathlib import Path

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from .store.addresses import Address


class Unset(Exception):
    """Something needed is missing or malformed. One line for the person who started the command; exit code 2."""


class Settings(BaseSettings):
    """The environment of one process. Names are those of the variables, in lower case."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", env_ignore_empty=True)

    baton_config: Path = Path("config.yaml")
    baton_home: Path | None = None
    baton_model: str | None = None
    redis_url: str | None = None
    baton_api_token: SecretStr | None = None
    baton_secret_key: SecretStr | None = None
    openai_api_key: SecretStr | None = None
    openai_base_url: str | None = None
    slack_bot_token: SecretStr | None = None
    slack_signing_secret: SecretStr | None = None
    slack_app_token: SecretStr | None = None
    slack_api_url: str | None = None
    baton_lease_s: float = Field(12.0, ge=1.0, le=120.0)

    @field_validator("redis_url")
    @classmethod
    def _an_address(cls, url: str | None) -> str | None:
        if url is not None:
            Address.of(url)
        return url

    def wants_slack(self) -> bool:
        """Whether the environment asks for Slack.

        Raises:
            Unset: half of it is there.
        """
        token, secret, app = self.slack_bot_token, self.slack_signing_secret, self.slack_app_token
        if token is None and (secret is not None or app is not None):
            raise Unset("SLACK_BOT_TOKEN is not set: copy the bot token (xoxb-...) from OAuth & Permissions")
        if token is not None and secret is None and app is None:
            raise Unset(
                "SLACK_APP_TOKEN (Socket Mode) or SLACK_SIGNING_SECRET (HTTP) is not set: one says how events come"
            )
        return token is not None


def load_settings() -> Settings:
    """Raises `Unset` with one line that names the variable."""
    try:
        return Settings()  # type: ignore[call-arg,unused-ignore]
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0]).upper()
        raise Unset(f"{name} is malformed: {first['msg'].removeprefix('Value error, ')}") from error


def known_environment() -> dict[str, str]:
    """The environment with what `.env` adds, for `$ENV:` references in config.yaml."""
    from dotenv import dotenv_values

    values = {key: value for key, value in dotenv_values(".env").items() if value is not None}
    return {**values, **os.environ}


def random_secret() -> str:
    return secrets.token_urlsafe(32)
