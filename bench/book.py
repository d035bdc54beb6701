"""What was measured: figures by work, contender and round; each set is a line in a file as soon as it is there."""

import json
from pathlib import Path

from bench.tables import median, median_ratio

Figures = dict[str, float]


class Book:
    """All figures of one programme; with `resume` also those that the file already holds."""

    def __init__(self, path: Path, *, resume: bool = False) -> None:
        self._path = path
        self._rounds: dict[tuple[str, str], dict[int, Figures]] = {}
        lines = path.read_text("utf-8").splitlines() if resume and path.exists() else []
        path.write_text("", "utf-8")
        for line in map(json.loads, lines):
            self.add(line["work"], line["who"], line["round"], line["figures"])

    def add(self, work: str, who: str, number: int, figures: Figures) -> None:
        """Write down what a contender did at a work in a round."""
        self._rounds.setdefault((work, who), {})[number] = figures
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps({"work": work, "who": who, "round": number, "figures": figures}) + "\n")

    def has(self, work: str, who: str, number: int) -> bool:
        """Return whether a round was measured."""
        return number in self._rounds.get((work, who), {})

    def list_contenders(self, work: str) -> list[str]:
        """Return who was measured at a work, in the order of their first rounds."""
        return [who for its_work, who in self._rounds if its_work == work]

    def list_works(self) -> list[str]:
        """Return every work that was measured, once."""
        return list(dict.fromkeys(work for work, _ in self._rounds))

    def count_rounds(self) -> int:
        """Return how many rounds the works have that were measured most often."""
        return max(map(len, self._rounds.values()), default=0)

    def find(self, work: str, who: str, name: str) -> float | None:
        """Return the median of a figure over the rounds, or None where it was not measured."""
        values = [figures[name] for figures in self._rounds.get((work, who), {}).values() if name in figures]
        return median(values) if values else None

    def find_all(self, work: str, who: str) -> Figures:
        """Return the median of each figure over the rounds."""
        names = dict.fromkeys(name for figures in self._rounds.get((work, who), {}).values() for name in figures)
        return {name: self.find(work, who, name) or 0.0 for name in names}

    def find_most(self, work: str, who: str, name: str) -> float | None:
        """Return the largest of a figure over the rounds, or None where it was not measured."""
        values = [figures[name] for figures in self._rounds.get((work, who), {}).values() if name in figures]
        return max(values, default=None)

    def find_ratio(self, work: str, who: str, name: str, base: str = "script") -> float | None:
        """Return the median of a figure's ratios to another contender's in the same rounds, or None."""
        ours, theirs = self._rounds.get((work, who), {}), self._rounds.get((work, base), {})
        both = [number for number in ours if number in theirs and name in ours[number] and theirs[number].get(name)]
        if not both:
            return None
        return median_ratio([ours[number][name] for number in both], [theirs[number][name] for number in both])
