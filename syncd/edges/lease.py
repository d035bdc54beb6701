"""Asks the kernel whether somebody has a file open for writing, by a read lease that is given back at once.

Exact on a local disk, also for an upload that stands still; the kernel grants it to the file's owner or to
CAP_LEASE alone, and not on every file system. Refuses to say anything of writers that have gone.
"""

import fcntl
import os
import signal
from pathlib import Path


def find_writer(path: Path) -> bool | None:
    """Given a regular file, return whether somebody has it open for writing; None where the kernel does not tell.

    A file that vanished has no writer. Must be called on the main thread.
    """
    if signal.getsignal(signal.SIGIO) is signal.SIG_DFL:
        # Whoever opens the file while the lease is held makes the kernel send SIGIO, which would end the process.
        signal.signal(signal.SIGIO, signal.SIG_IGN)
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
    except FileNotFoundError:
        return False
    except OSError:  # unreadable, or no regular file: taking it will say so
        return None
    try:
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_RDLCK)
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    except BlockingIOError:
        return True
    except OSError:
        return None
    finally:
        os.close(descriptor)
    return False
