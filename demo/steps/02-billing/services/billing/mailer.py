"""Mail about invoices, until there is a service for it."""


def invoice_mail(customer: str, number: str) -> str:
    """The text of the mail that goes out with an invoice."""
    greeting = f"Dear {customer},"
    body = f"please find attached your invoice {number}."
    return "\n\n".join([greeting, body, "Harbor Billing"])
