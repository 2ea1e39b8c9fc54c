"""A tamper-evident trail of what billing did."""

import hashlib
import json

from platform_core.timeutil import parse_timestamp


def canonical_json(value: object) -> str:
    """Equal values must give equal text, the digests depend on it."""
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


class AuditTrail:
    """Records, each chained to the one before by its digest."""

    def __init__(self) -> None:
        self.records: list[dict[str, object]] = []

    def append(self, action: str, at: str, **details: object) -> str:
        body = {
            "action": action,
            "at": parse_timestamp(at).isoformat(),
            "details": details,
            "previous": self.records[-1]["digest"] if self.records else "",
        }
        digest = hashlib.sha256(canonical_json(body).encode("utf-8")).hexdigest()
        self.records.append({**body, "digest": digest})
        return digest

    def is_intact(self) -> bool:
        previous = ""
        for record in self.records:
            body = {key: record[key] for key in record if key != "digest"}
            expected = hashlib.sha256(canonical_json(body).encode("utf-8")).hexdigest()
            if record["digest"] != expected or record["previous"] != previous:
                return False
            previous = expected
        return True
