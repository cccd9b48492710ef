"""What is reported of one file of a fares feed."""

from railfair.domain.feed import ImportReport, Rejection


class FileReport:
    """Counts the records of the file *name* in the report of the import, and for itself.

    *read* is how many were read, *bad* are those that count against the file.
    """

    def __init__(self, name: str, report: ImportReport) -> None:
        self.name = name
        self.read = 0
        self.bad: list[Rejection] = []
        self._report = report

    def count_read(self, kind: str, number: int = 1) -> None:
        """Count *number* records of a kind as read."""
        self.read += number
        self._report.count_read(kind, number)

    def count_kept(self, kind: str, number: int = 1) -> None:
        """Count *number* records of a kind as kept."""
        self._report.count_kept(kind, number)

    def count_left_out(self, kind: str, number: int = 1) -> None:
        """Count *number* records of a kind as left out."""
        for _ in range(number):
            self._report.count_left_out(kind)

    def reject(self, line: int, record: str, why: str) -> None:
        """Report a record that is bad."""
        self.bad.append(self.set_aside(line, record, why))

    def set_aside(self, line: int, record: str, why: str) -> Rejection:
        """Report a record that is as it may be, but says nothing that could be kept."""
        rejection = Rejection(file=self.name, line=line, record=record, why=why)
        self._report.reject(rejection)
        return rejection

    def note(self, what: str) -> None:
        """Note something about the file."""
        self._report.notes.append(f"{self.name}: {what}")
