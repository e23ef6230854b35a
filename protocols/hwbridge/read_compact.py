# Reads a compact document (backup.md, "The compact form") from stdin and prints a path and a secret key a line.
# Decrypt on a machine that is offline:  age -d -i key.txt backup.age | python3 read_compact.py
import struct
import sys

document = sys.stdin.buffer.read()
if document[:4] != b"HWC1":
    sys.exit("this is not a compact document; if it begins with '{', it is JSON and can be read as it is")
(count,) = struct.unpack(">H", document[12:14])
at, index = 14, 0
for _ in range(count):
    form, at, path = document[at], at + 1, "-"
    if form == 2:
        (index,) = struct.unpack(">I", document[at : at + 4])
        at += 4
    if form in (1, 2):
        path = f"m/12381/3600/{index}/0/0"
        index = (index + 1) % 2**32
    if form == 3:
        (length,) = struct.unpack(">H", document[at : at + 2])
        path = document[at + 2 : at + 2 + length].decode("ascii")
        at += 2 + length
    print(path, document[at : at + 32].hex())
    at += 32
