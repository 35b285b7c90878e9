"""Cuts between addresses of this namespace, by packet filter."""
import subprocess

PEER_PORT = 7400


def nft(*words):
    subprocess.run(["nft", *words], check=True)


def cut(*pairs):
    """Drops every packet between two addresses on the peer port, both ways."""
    nft("add", "table", "inet", "cut")
    nft("add", "chain", "inet", "cut", "in", "{ type filter hook input priority 0 ; }")
    for one, other in pairs:
        for a, b in ((one, other), (other, one)):
            for port in ("sport", "dport"):
                nft("add", "rule", "inet", "cut", "in", "ip", "saddr", a, "ip", "daddr", b, "tcp",
                    port, str(PEER_PORT), "drop")


def heal():
    nft("delete", "table", "inet", "cut")
