"""Errors of the orders service."""

from platform_core import errors


class ValidationError(errors.ValidationError):
    """Adds the code that the shop shows next to the field."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(field, reason)
        self.code = f"ORD-{field.upper()}"

    def as_dict(self) -> dict[str, object]:
        shown = super().as_dict()
        shown["code"] = self.code
        return shown
