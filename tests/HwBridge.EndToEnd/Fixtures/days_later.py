"""Reads a record of drills as protocols/hwbridge/drill-record.md has it, and makes it N days older: as if N days had gone by."""
import hashlib
import struct
import sys

path, days = sys.argv[1], int(sys.argv[2])
with open(path, 'rb') as file:
    record = bytearray(file.read())
assert len(record) == 4096 and record[:8] == b'HWDRILL1'
assert hashlib.sha256(record[:4064]).digest() == record[4064:]
(count,) = struct.unpack_from('>H', record, 12)
for offset in [8] + [64 + 32 * entry + day for entry in range(count) for day in (16, 20)]:
    (day,) = struct.unpack_from('>i', record, offset)
    struct.pack_into('>i', record, offset, day - days if day else 0)
record[4064:] = hashlib.sha256(record[:4064]).digest()
with open(path, 'wb') as file:
    file.write(record)
print(f'{count} entries, {days} days older')
