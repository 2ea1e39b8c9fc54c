"""What travels with a request through the services."""

from dataclasses import dataclass, field


@dataclass
class RequestContext:
    """Who asked for what. Change the metadata with the methods below."""

    tenant: str
    request_id: str
    metadata: dict[str, object] = field(default_factory=dict)

    def set_metadata(self, key: str, value: object) -> None:
        if not key:
            raise ValueError("metadata needs a key")
        self.metadata[key] = value

    def merge_metadata(self, values: dict[str, object]) -> None:
        for key, value in values.items():
            self.set_metadata(key, value)

    def label(self) -> str:
        return f"{self.tenant}/{self.request_id}"
