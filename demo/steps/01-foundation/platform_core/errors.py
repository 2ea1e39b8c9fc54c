"""Errors that services report to their callers."""


class HarborError(Exception):
    """Base of every error that is safe to show to a caller."""

    status = 500


class ValidationError(HarborError):
    """Input that a caller sent is not acceptable."""

    status = 422

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}")
        self.field = field
        self.reason = reason

    def as_dict(self) -> dict[str, object]:
        return {"status": self.status, "field": self.field, "reason": self.reason}
