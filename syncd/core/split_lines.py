"""Text in chunks of any size into physical lines, in linear time and with bounded memory.

Knows nothing of what stands in a line. Refuses nothing: a line over the limit is handed on cut short, as
the last one, for the reader to refuse in its own words.
"""

from collections.abc import Iterable, Iterator


def split_lines(chunks: Iterable[str], end: str, limit: int) -> Iterator[str]:
    """Given text and the character that ends a line, yield each line with its end; the last may lack it.

    A line of more than `limit` characters may come cut short (but longer than `limit`), and is the last.
    """
    parts: list[str] = []
    size = 0
    for chunk in chunks:
        first, *others = chunk.split(end)
        parts.append(first)
        size += len(first)
        if others:
            yield "".join(parts) + end
            last = others.pop()
            for line in others:
                yield line + end
            parts, size = [last], len(last)
        if size > limit:
            break
    if size:
        yield "".join(parts)
