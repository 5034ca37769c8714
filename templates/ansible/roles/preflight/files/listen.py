"""Accepts connections on free TCP ports for a while: whether the other hosts can come in is asked from there."""

import select
import socket
import sys
import time

until = time.time() + float(sys.argv[1])
open_ports = []
for port in sys.argv[2:]:
    server = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        server.bind(("0.0.0.0", int(port)))
        server.listen(16)
        open_ports.append(server)
    except OSError:
        # Somebody listens already: that one answers.
        server.close()
while time.time() < until and open_ports:
    ready, _, _ = select.select(open_ports, [], [], 1)
    for server in ready:
        server.accept()[0].close()
