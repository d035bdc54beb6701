"""A page taken apart as a browser does it: its tags, and what stands between them."""

from html.parser import HTMLParser


class Page(HTMLParser):
    """The tags of a page with their attributes in the order of the text, and its words."""

    def __init__(self, html: bytes) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, tuple[tuple[str, str | None], ...]]] = []
        self.open: list[str] = []
        self.texts: list[str] = []
        self.feed(html.decode("utf-8"))
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, tuple(attrs)))
        if tag not in {"bdi", "wbr", "span", "strong", "mark"}:
            self.texts.append(" ")
        if tag not in {"meta", "br", "wbr"}:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open and self.open[-1] != "style":
            self.texts.append(data)

    def handle_comment(self, data):
        raise AssertionError(f"a comment: {data}")

    def handle_pi(self, data):
        raise AssertionError(f"a processing instruction: {data}")

    @property
    def text(self) -> str:
        """All words, with single spaces."""
        return " ".join("".join(self.texts).split())

    def count(self, tag: str, **attributes: str) -> int:
        """Return how often a tag stands there with (at least) these attributes; `class_` is class."""
        wanted = {(name.rstrip("_"), value) for name, value in attributes.items()}
        return sum(name == tag and wanted <= set(given) for name, given in self.tags)
