"""Writes as etcd does, and prints the 99th percentile of a write in milliseconds."""

import os
import sys
import tempfile
import time

WRITES = 300
SIZE = 2300

folder = sys.argv[1]
while not os.path.isdir(folder):
    folder = os.path.dirname(folder)
handle, path = tempfile.mkstemp(prefix=".kp-fsync-", dir=folder)
os.unlink(path)
times = []
for _ in range(WRITES):
    os.write(handle, os.urandom(SIZE))
    began = time.perf_counter()
    os.fdatasync(handle)
    times.append((time.perf_counter() - began) * 1000)
os.close(handle)
print(f"{sorted(times)[int(WRITES * 0.99) - 1]:.1f}")
