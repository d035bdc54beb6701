"""Puts the house in order after a start: what stands in work/ goes on from its state.

What is on the disk is the truth and the ledger follows. Can itself be killed and done again: each step leaves
a state that this very table knows.

    in ledger   file in work   then
    no          yes            taken, but not written down: it is judged like a new one
    claimed     yes            it is judged
    judging     yes            the death counts against it, and it is judged alone; after three it is set aside
    carrying    yes            its orders go on; without its side file it is judged again
    settled     yes            it is filed
    settled     no             it was filed: it is closed; where nothing of it is, its report is still written
    claimed     no             the claim never happened: forgotten
    carrying    no             somebody took it out of work/: it is settled without its original; forgotten without
                               its side file
    closed      yes            dropped into work/ by hand: it is judged like a new one
"""

from collections.abc import Iterable
from dataclasses import replace
from random import Random

from syncd.config.model import SourceConfig
from syncd.core.evidence import list_sidecars
from syncd.core.model import Claim
from syncd.core.names import folder_name, report_name, show_name
from syncd.edges.beside import list_beside, list_beside_claims, put_back_beside, remove_beside
from syncd.edges.claims import (
    claim,
    find_judged,
    find_original,
    list_claimed,
    list_judged,
    list_strays,
    made_folder,
    name_judged,
    remove_claim,
    remove_folder,
    remove_judged,
)
from syncd.edges.clock import Clock
from syncd.edges.ledger import Ledger
from syncd.edges.ledger_files import (
    FileRow,
    add_file,
    close_file,
    count_deaths,
    find_file,
    forget_file,
    list_in_folder,
    list_open_files,
    list_unfinished_folders,
    put_back_judging,
)
from syncd.edges.log import say
from syncd.edges.spool import name_taken, prepare_folder, remove_leftovers, stat_file, sync_folder
from syncd.flows.taking import make_claim_id


def recover_files(sources: Iterable[SourceConfig], ledger: Ledger, clock: Clock, random: Random) -> list[FileRow]:
    """Given the sources, bring ledger and work folders together; return every open file, oldest first.

    Raise StorageError or LedgerError if the machine refuses.
    """
    known = {source.name: source for source in sources}
    count_deaths(ledger)
    unfinished = list_unfinished_folders(ledger)
    for source in known.values():
        for folder in (source.inbox, source.done, source.failed):
            prepare_folder(folder)
        prepare_folder(source.work, mode=0o700)
        remove_leftovers(source.inbox)
        remove_leftovers(source.work, source.done, source.failed)
        # Done and failed fill up over the years: looked through only where a file was just about to be filed.
        for outcome, folder in (("done", source.done), ("failed", source.failed)):
            if (source.name, outcome) in unfinished:
                remove_leftovers(folder)
        adopt_strays(source, ledger, clock, random)
    rows, orphans = [], []
    for row in list_open_files(ledger):
        its_source = known.get(row.claim.source)
        if its_source is None:
            orphans.append(row.claim)
        elif (kept := _recover_file(row, its_source, ledger)) is not None:
            rows.append(kept)
    ledger.commit()
    for orphan in orphans:  # said last: a machine that refuses is tried over and over
        say(
            "file_without_source",
            "its source is no longer in the config; put the source back to let it go on",
            level="WARNING",
            source=orphan.source,
            file=show_name(orphan.name),
        )
    return rows


def adopt_strays(source: SourceConfig, ledger: Ledger, clock: Clock, random: Random) -> None:
    """Take in what stands in the work folder and is not in the ledger; the caller commits what else it wrote."""
    for stray in list(list_strays(source.work)):
        claim_id = make_claim_id(clock, random)
        with made_folder(source.work, claim_id):
            taken = claim(source.work, source.work, stray, claim_id)
        if taken is not None:
            sync_folder(source.work / claim_id)
            sync_folder(source.work)
    _adopt_claimed(source, ledger, clock, random)
    _remove_spent_judged(source, ledger)
    for claim_id in list(list_beside_claims(source.work)):
        if find_file(ledger, claim_id) is None:  # a claim that did not come about: its marker goes back
            put_back_beside(source.work, claim_id, source.inbox)
        else:
            remove_beside(source.work, claim_id)


def _adopt_claimed(source: SourceConfig, ledger: Ledger, clock: Clock, random: Random) -> None:
    """Take in files that are not in the ledger, and remove folders that nothing is left in for anybody."""
    adopted = []
    for folder, names in list(list_claimed(source.work)):
        known = {row.claim.name: row for row in list_in_folder(ledger, folder)}
        if not names and all(row.state == "closed" for row in known.values()):
            remove_folder(source.work, folder)
        for name in names:
            row = known.get(name)
            if row is None:
                claim_id = _choose_id(source, folder, name, ledger, alone=len(names) == 1 and not known)
                made = Claim(claim_id or f"{folder}.{make_claim_id(clock, random)}", source.name, name, clock.now())
            elif row.state == "closed":
                forget_file(ledger, row.claim.id)
                made = Claim(row.claim.id, source.name, name, clock.now())
            else:
                continue
            add_file(ledger, made)
            adopted.append(made)
    if adopted:
        ledger.commit()  # before it is said: a ledger that refuses is tried over and over
    for made in adopted:
        say("file_adopted", source=source.name, file=show_name(made.name), claim=made.id)


def _choose_id(source: SourceConfig, folder: str, name: str, ledger: Ledger, *, alone: bool) -> str | None:
    """Return the id that a file was claimed under, as far as the disk tells, if no other file has it."""
    sidecars = set(list_sidecars(name, source.complete))
    candidates = [
        claim_id
        for claim_id in (list_beside_claims(source.work) if sidecars else ())
        if folder_name(claim_id) == folder and not sidecars.isdisjoint(list_beside(source.work, claim_id))
    ]
    if alone and folder_name(folder) == folder:
        candidates.append(folder)
    return next((claim_id for claim_id in candidates if find_file(ledger, claim_id) is None), None)


def _remove_spent_judged(source: SourceConfig, ledger: Ledger) -> None:
    """Remove the side files, which hold customer data, of folders whose files are all filed."""
    for folder in list(list_judged(source.work)):
        if _is_over(ledger, folder):
            remove_judged(name_judged(source.work, folder))


def _is_over(ledger: Ledger, folder: str) -> bool:
    """Return whether nothing of a folder in work is open."""
    return all(row.state == "closed" for row in list_in_folder(ledger, folder))


def _is_filed(row: FileRow, source: SourceConfig) -> bool:
    """Return whether a settled file, or a report about it, stands where it was to go."""
    folder, name = source.done if row.outcome == "done" else source.failed, row.filed_as or row.claim.name
    return name_taken(folder, (name, report_name(name)))


def _recover_file(row: FileRow, source: SourceConfig, ledger: Ledger) -> FileRow | None:
    """Apply the table to one open file; return it if it goes on."""
    # Never by exists(): a disk that fails is no file that is gone.
    judged = stat_file(find_judged(source.work, row.claim.id)) is not None
    if stat_file(find_original(source.work, row.claim)) is not None:
        if row.state == "carrying" and not judged:
            put_back_judging(ledger, row.claim.id)
            return replace(row, state="claimed")
        return row
    if row.state == "settled":
        if judged and not _is_filed(row, source):
            return row
        close_file(ledger, row.claim.id, row.outcome or "failed")
        _let_go(row, source, ledger)
        return None
    if row.state == "carrying" and judged:
        return row
    say(
        "claim_forgotten",
        "its file is no longer in the work folder",
        level="WARNING",
        source=source.name,
        file=show_name(row.claim.name),
        claim=row.claim.id,
    )
    forget_file(ledger, row.claim.id)
    _let_go(row, source, ledger)
    return None


def _let_go(row: FileRow, source: SourceConfig, ledger: Ledger) -> None:
    ledger.commit()
    if _is_over(ledger, folder_name(row.claim.id)):
        remove_claim(source.work, row.claim.id)
