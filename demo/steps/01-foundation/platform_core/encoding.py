"""JSON as Harbor writes it."""

import json
from datetime import date, datetime
from decimal import Decimal


def canonical_json(value: object) -> str:
    """JSON with sorted keys and no spaces, so that equal values have equal text."""
    text = json.dumps(
        value,
        sort_keys=True,
        separators=(",", ":"),
        ensure_ascii=False,
        allow_nan=False,
    )
    if "\u2028" in text or "\u2029" in text:
        text = text.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
    return text


class HarborEncoder(json.JSONEncoder):
    """Writes amounts as text and instants in ISO 8601."""

    def default(self, o: object) -> object:
        if isinstance(o, Decimal):
            return format(o, "f")
        if isinstance(o, (date, datetime)):
            return o.isoformat()
        if isinstance(o, (set, frozenset)):
            return sorted(o)
        return super().default(o)
