"""Has a Trezor sign through the maker's own library.

usage: sign.py PORT < REQUESTS
A request is a line of JSON, the transaction or the message to sign:
{"nonce": 1, "gas_price": 1, "gas_limit": 1, "to": "0x…", "value": 1, "data": "hex", "chain_id": 1} or {"message": "text"}.
Prints for each r, s and v in hex.
"""

import json
import sys

from trezorlib import ethereum
from trezorlib.client import TrezorClient
from trezorlib.tools import parse_path
from trezorlib.transport import get_transport
from trezorlib.ui import ClickUI

ACCOUNT = parse_path("m/44h/60h/0h/0/0")

client = TrezorClient(get_transport("udp:127.0.0.1:" + sys.argv[1]), ui=ClickUI())
for line in sys.stdin:
    request = json.loads(line)
    if "message" in request:
        print(ethereum.sign_message(client, ACCOUNT, request["message"]).signature.hex())
    else:
        request["data"] = bytes.fromhex(request["data"])
        v, r, s = ethereum.sign_tx(client, ACCOUNT, **request)
        print(r.hex() + s.hex() + format(v, "x"))
client.close()
