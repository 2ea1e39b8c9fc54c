"""Settings of the billing service, read once at start."""

import os
from dataclasses import dataclass


@dataclass(frozen=True)
class ServiceSettings:
    """How one service process is run."""

    name: str
    database_url: str
    workers: int
    debug: bool

    @classmethod
    def from_env(cls, name: str) -> "ServiceSettings":
        prefix = name.upper()
        return cls(
            name=name,
            database_url=os.environ.get(f"{prefix}_DATABASE_URL", "sqlite://"),
            workers=int(os.getenv(f"{prefix}_WORKERS", "2")),
            debug=os.environ.get(f"{prefix}_DEBUG", "") == "1",
        )


def billing_settings() -> ServiceSettings:
    """The settings of this service."""
    return ServiceSettings.from_env("billing")
