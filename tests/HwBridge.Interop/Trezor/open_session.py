"""Opens a session with a passphrase through the maker's own library and leaves it open.

usage: open_session.py PORT
Prints the session id in hex.
"""

import sys

from trezorlib import ethereum, tools
from trezorlib.client import TrezorClient
from trezorlib.transport import get_transport
from trezorlib.ui import ClickUI

client = TrezorClient(get_transport("udp:127.0.0.1:" + sys.argv[1]), ui=ClickUI(passphrase_on_host=True))
ethereum.get_address(client, tools.parse_path("m/44h/60h/0h/0/0"))
print(client.session_id.hex())
client.close()
