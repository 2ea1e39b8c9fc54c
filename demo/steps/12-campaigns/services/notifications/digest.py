"""One message a day instead of many."""

from platform_core.context import RequestContext

from .layouts import fill
from .messages import Message

PLAIN_FOOTER = (
    "You receive this message because you ordered from a shop that uses Harbor. "
    "Harbor GmbH, Kai 1, 20457 Hamburg. Reply STOP to receive no more of them."
)


def summarise(messages: list[Message], keep: int = 3) -> str:
    """The first messages in short, and how many there are besides."""
    shown = [f"* {message.preview()}" for message in messages[:keep]]
    hidden = len(messages) - len(shown)
    if hidden > 0:
        shown.append(f"... and {hidden} more")
    shown.append("")
    return "\n".join(shown)


def digest_for(recipient: str, messages: list[Message], context: RequestContext) -> Message:
    """All messages of a day in one."""
    body = fill("Today:\n{items}", {"items": summarise(messages)}) + PLAIN_FOOTER
    context.metadata.update({"digest_of": len(messages), "digest_to": recipient})
    return Message(recipient, "Your day with Harbor", body)
