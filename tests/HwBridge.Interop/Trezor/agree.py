"""Asks a Trezor for key agreements through the maker's own library.

usage: agree.py PORT < REQUESTS
A request is a line of JSON: {"identity": {...}, "curve": "...", "peer": "hex"}.
Prints for each the session key in hex (this version of the library knows no public key in the answer).
"""

import json
import sys

from trezorlib import messages
from trezorlib.client import TrezorClient
from trezorlib.transport import get_transport
from trezorlib.ui import ClickUI

client = TrezorClient(get_transport("udp:127.0.0.1:" + sys.argv[1]), ui=ClickUI())
for line in sys.stdin:
    request = json.loads(line)
    answer = client.call(
        messages.GetECDHSessionKey(
            identity=messages.IdentityType(**request["identity"]),
            peer_public_key=bytes.fromhex(request["peer"]),
            ecdsa_curve_name=request["curve"],
        )
    )
    print(answer.session_key.hex())
client.close()
