"""Connects to each address:port of the arguments, and prints those that do not answer with the reason."""

import socket
import sys
from concurrent.futures import ThreadPoolExecutor


def dial(target):
    """None where it answers, else a sentence."""
    host, port = target.rsplit(":", 1)
    try:
        socket.create_connection((host, int(port)), timeout=5).close()
    except OSError as error:
        return f"{target}: {error}"
    return None


with ThreadPoolExecutor(16) as pool:
    for complaint in pool.map(dial, sys.argv[1:]):
        if complaint is not None:
            print(complaint)
