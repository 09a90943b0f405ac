"""Which addresses are of the public network: nothing is sent to another one unasked."""

from __future__ import annotations

import pytest

from greffe.transmission.channels import addresses


@pytest.mark.parametrize("address", [
    "fec0::1", "feff::1", "fe80::1", "fd00::1", "::", "::1", "::127.0.0.1", "::8.8.8.8", "::ffff:0:127.0.0.1",
    "::ffff:0:8.8.8.8", "::ffff:127.0.0.1", "::ffff:169.254.169.254", "64:ff9b::127.0.0.1", "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::7f00:1", "64:ff9b:1::808:808", "2002:7f00:1::", "2002:c0a8:101::1",
    "2001:0:7f00:1::f7f7:f7f7", "2001:0:808:808:0:0:80ff:fffe", "2001:db8::1", "3fff::1", "5f00::1", "100::1", "100:0:0:1::1", "ff02::1",
    "127.0.0.1", "10.1.2.3", "100.64.0.1", "169.254.169.254", "192.168.1.1", "198.18.0.1", "192.0.0.192", "192.0.0.9", "192.88.99.1",
    "168.63.129.16",
    "::ffff:192.0.0.192", "64:ff9b::c000:c0", "2002:c000:c0::1", "224.0.0.1", "240.0.0.1",
])  # fmt: skip
def test_no_private_address_counts_as_public(address: str):
    """Also where one of IPv4 stands inside: mapped, compatible, translated, NAT64, 6to4, Teredo (server or client)."""
    assert not addresses.public(address)
    assert addresses.inside(address)


@pytest.mark.parametrize("address", ["9.9.9.9", "::ffff:9.9.9.9", "64:ff9b::909:909", "2002:909:909::1", "2600::1"])
def test_public_addresses_stay_public(address: str):
    assert addresses.public(address)
