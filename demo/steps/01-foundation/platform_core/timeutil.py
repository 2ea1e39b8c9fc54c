"""Reading and writing instants."""

from datetime import datetime, timezone


def parse_timestamp(raw: str) -> datetime:
    """An ISO 8601 instant in UTC; without an offset it is taken as UTC."""
    text = raw.strip()
    if text.endswith(("Z", "z")):
        text = text[:-1] + "+00:00"
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=timezone.utc)
    return moment.astimezone(timezone.utc)


def format_timestamp(moment: datetime) -> str:
    """The inverse of `parse_timestamp`, to the second."""
    if moment.tzinfo is None:
        raise ValueError("an instant needs an offset")
    return moment.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
