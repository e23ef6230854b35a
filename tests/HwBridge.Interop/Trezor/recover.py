"""Checks a seed by matrix through the maker's own library (trezorctl reads those keys from a terminal only).

usage: recover.py PORT WORDS < KEYS
A key is a line: the digit of a place on the device's screen, or "back". Prints what the device says of the words.
"""

import sys

from trezorlib import device, exceptions, messages
from trezorlib.client import TrezorClient
from trezorlib.transport import get_transport
from trezorlib.ui import ClickUI


def key(kind):
    typed = sys.stdin.readline().strip()
    assert kind in (messages.WordRequestType.Matrix9, messages.WordRequestType.Matrix6), kind
    return device.RECOVERY_BACK if typed == "back" else typed


client = TrezorClient(get_transport("udp:127.0.0.1:" + sys.argv[1]), ui=ClickUI())
try:
    answer = device.recover(
        client,
        word_count=int(sys.argv[2]),
        type=messages.RecoveryDeviceType.Matrix,
        dry_run=True,
        input_callback=key,
    )
    print(answer.message)
except exceptions.TrezorFailure as failure:
    print(failure.failure.code, failure.failure.message)
client.close()
