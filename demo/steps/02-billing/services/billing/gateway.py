"""The connection to the payment provider."""

import hashlib
import hmac
import os

from platform_core.errors import HarborError

SUPPORTED_CURRENCIES = frozenset(
    {"CHF", "DKK", "EUR", "GBP", "JPY", "NOK", "PLN", "SEK", "USD"}
)


class GatewayRefused(HarborError):
    """The provider will not take the payment."""

    status = 402


class Session:
    """A signed connection; every request carries a rising sequence number."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret
        self._sequence = 0

    def sign(self, body: str) -> str:
        self._sequence += 1
        message = f"{self._sequence}:{body}".encode("utf-8")
        return hmac.new(self._secret, message, hashlib.sha256).hexdigest()

    @property
    def sequence(self) -> int:
        return self._sequence


def gateway_url() -> str:
    """Where the provider listens."""
    return os.environ.get("PAYMENT_GATEWAY_URL", "https://pay.harbor.example")


def check_charge(amount_in_cents: int, currency: str) -> None:
    """Refuse early what the provider would refuse anyway."""
    if currency not in SUPPORTED_CURRENCIES:
        raise GatewayRefused(f"currency {currency} is not supported")
    if amount_in_cents <= 0:
        raise GatewayRefused("nothing to charge")
