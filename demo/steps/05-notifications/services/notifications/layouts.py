"""The frame around every message."""

PLAIN_FOOTER = (
    "You receive this message because you ordered from a shop that uses Harbor. "
    "Harbor GmbH, Kai 1, 20457 Hamburg. Reply STOP to receive no more of them."
)


def fill(layout: str, values: dict[str, str]) -> str:
    """Replace `{name}` in a layout; a name without a value is an error."""
    text = layout
    for name, value in values.items():
        text = text.replace("{" + name + "}", value)
    if "{" in text:
        missing = text.split("{", 1)[1].split("}", 1)[0]
        raise LookupError(f"no value for {missing}")
    return text


def with_footer(text: str) -> str:
    """The text, and who sent it."""
    return f"{text.rstrip()}\n\n-- \n{PLAIN_FOOTER}\n"
