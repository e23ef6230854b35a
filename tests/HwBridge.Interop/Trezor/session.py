"""Keeps a session of the maker's own library over a locked device, end and resumption.

usage: session.py PORT
Prints the address before, after LockDevice and resumption, and after EndSession with a new session.
"""

import sys

from trezorlib import ethereum, tools
from trezorlib.client import TrezorClient
from trezorlib.transport import get_transport
from trezorlib.ui import ClickUI

PATH = tools.parse_path("m/44h/60h/0h/0/0")

client = TrezorClient(get_transport("udp:127.0.0.1:" + sys.argv[1]), ui=ClickUI(passphrase_on_host=True))
print(ethereum.get_address(client, PATH))
session = client.session_id
client.lock()
client.init_device(session_id=session)
assert client.session_id == session, "the session was not resumed"
print(ethereum.get_address(client, PATH))
client.end_session()
client.init_device()
assert client.session_id != session, "the ended session came back"
print(ethereum.get_address(client, PATH))
client.close()
