"""Receipts for payments by card."""

from pathlib import Path


def mask_card(number: str) -> str:
    """The card number as it is printed."""
    digits = [char for char in number if char.isdigit()]
    if len(digits) < 12:
        raise ValueError("a card number has at least 12 digits")
    hidden = "*" * (len(digits) - 4)
    shown = "".join(digits[-4:])
    return f"{hidden}{shown}"


def receipt_text(number: str, amount: str) -> str:
    """What is printed on the receipt."""
    return f"Paid {amount} by card {mask_card(number)}\n"


def write_receipt(path: Path, number: str, amount: str) -> None:
    """Write the receipt to a file of its own."""
    from services.billing.archive import atomic_write

    with atomic_write(path) as stream:
        stream.write(receipt_text(number, amount))
