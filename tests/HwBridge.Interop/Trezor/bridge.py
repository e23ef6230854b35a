"""Lists the Trezors behind a bridge and asks the first for an address, through the maker's own library.

usage: bridge.py PORT
Prints the number of devices, the address, and what the bridge says when the session was taken away.
"""

import sys

from trezorlib import ethereum
from trezorlib.client import TrezorClient
from trezorlib.tools import parse_path
from trezorlib.transport import TransportException, bridge
from trezorlib.ui import ClickUI

bridge.TREZORD_HOST = "http://127.0.0.1:" + sys.argv[1]
devices = list(bridge.BridgeTransport.enumerate())
print(len(devices))
client = TrezorClient(devices[0], ui=ClickUI())
print(ethereum.get_address(client, parse_path("m/44h/60h/0h/0/0")))
first = next(iter(bridge.BridgeTransport.enumerate()))
first.begin_session()
first.end_session()
try:
    first.session = "999"
    first.write(0, b"")
except TransportException as refused:
    print(refused)
client.close()
