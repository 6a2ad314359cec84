"""Loopback ports for servers that must know theirs before they start, and have it again after a crash.

None lies where the kernel takes the ports of outgoing connections from, nor does the one 10,000 above, which is the bus
of a cluster's node. Test runs that go on at once keep apart by locks on the bytes of one file, byte n for port n; the
kernel gives a lock back when its process ends, however it does.
"""

import fcntl
import os
import random
import socket
import tempfile
from pathlib import Path
from typing import Final

BUS: Final = 10_000
EPHEMERAL: Final = Path("/proc/sys/net/ipv4/ip_local_port_range")
USUAL: Final = 32_768  # where the range begins on Linux if nobody changed it
LOWEST: Final = 1_024  # below are ports of the administrator

_locks = (Path(tempfile.gettempdir()) / f"baton-ports-{os.getuid()}").open("a")
_ours: set[int] = set()


def _range() -> range:
    """10,000 ports at most, so that no port is another's bus."""
    ephemeral = int(EPHEMERAL.read_text().split()[0]) if EPHEMERAL.exists() else USUAL
    above = (ephemeral if ephemeral > LOWEST + 2 * BUS else USUAL) - BUS
    return range(above - BUS, above)


def take_port() -> int:
    """A port on which nobody listens, nor on its bus; ours until `give_back`."""
    for port in random.SystemRandom().sample(_range(), BUS):  # a seed would lead every run to the same ports
        if port in _ours or not _locked(port):
            continue
        if _free(port) and _free(port + BUS):
            _ours.add(port)
            return port
        fcntl.lockf(_locks, fcntl.LOCK_UN, 1, port)
    raise RuntimeError("every loopback port for tests is taken")


def give_back(port: int) -> None:
    if port in _ours:
        _ours.remove(port)
        fcntl.lockf(_locks, fcntl.LOCK_UN, 1, port)


def _locked(port: int) -> bool:
    try:
        fcntl.lockf(_locks, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, port)
    except OSError:
        return False
    return True


def _free(port: int) -> bool:
    with socket.socket() as probe:
        # As servers do it: a port is free although connections that have ended linger on it.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
