"""Tables of plain text."""


def table(rows: list[tuple[str, ...]]) -> str:
    """Rows with columns that line up."""
    if not rows:
        return ""
    widths = [max(len(cell) for cell in column) for column in zip(*rows)]
    lines = []
    for row in rows:
        cells = [cell.ljust(width) for cell, width in zip(row, widths)]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)
