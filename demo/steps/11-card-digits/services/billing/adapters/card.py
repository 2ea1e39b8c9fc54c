"""Payments by card."""

from platform_core import money

from ..gateway import SUPPORTED_CURRENCIES, check_charge


def mask_card(number: str, visible: int = 4) -> str:
    """A card number with all but its last digits hidden."""
    if not 0 <= visible <= 4:
        raise ValueError("at most four digits may be shown")
    digits = [char for char in number if char.isdigit()]
    if len(digits) < 12:
        raise ValueError("a card number has at least 12 digits")
    hidden = "*" * (len(digits) - visible)
    shown = "".join(digits[len(digits) - visible :])
    return f"{hidden}{shown}"


def validate_currency(code: str, terminal: str = "online") -> str:
    """The platform's check, and what the terminal can do on top of it."""
    currency = money.validate_currency(code)
    if terminal == "online":
        return currency
    offline = sorted(SUPPORTED_CURRENCIES - {"JPY"})
    if currency not in offline:
        raise ValueError(f"{currency} needs an online terminal")
    return currency


def prepare_charge(number: str, amount_in_cents: int, currency: str) -> dict[str, object]:
    """The request to the provider, as it may be logged."""
    checked = validate_currency(currency)
    check_charge(amount_in_cents, checked)
    return {"card": mask_card(number), "amount": amount_in_cents, "currency": checked}
