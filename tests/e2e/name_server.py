"""Debian's knot as the authority for one zone, with dynamic updates for one key."""
import base64
import os
import pathlib
import subprocess
import tempfile

from installation import wait_for
from names import bind

ADDRESS = "127.0.0.53"
KNOTD, KNOTC = "/usr/sbin/knotd", "/usr/sbin/knotc"


class NameServer:
    def __init__(self, zone):
        self.zone = zone
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="tandem-knot-"))
        self.dir.chmod(0o755)
        self.secret = base64.b64encode(os.urandom(32)).decode()
        (self.dir / "zone").write_text(
            f"$ORIGIN {zone}.\n@ 60 SOA ns hostmaster 1 60 60 3600 5\n@ 60 NS ns\n"
            f"ns 60 A {ADDRESS}\n")
        self.configure(self.secret)
        self.log = open(self.dir / "log", "ab")
        self.process = subprocess.Popen([KNOTD, "-c", self.dir / "knot.conf"], stdout=self.log,
                                        stderr=self.log)
        wait_for("knot to answer", lambda: self.ask("ns." + zone) == [(60, ADDRESS)], 30)

    def configure(self, secret):
        (self.dir / "knot.conf").write_text(f"""
server:
    rundir: "{self.dir}"
    listen: {ADDRESS}@53
database:
    storage: "{self.dir}"
key:
  - id: tandem
    algorithm: hmac-sha256
    secret: "{secret}"
acl:
  - id: updates
    key: tandem
    action: update
log:
  - target: stdout
    any: info
zone:
  - domain: {self.zone}
    file: "{self.dir}/zone"
    zonefile-sync: -1
    zonefile-load: difference-no-serial
    journal-content: all
    acl: updates
""")

    def accept(self, secret):
        """From now on this is the key's secret."""
        self.configure(secret)
        subprocess.run([KNOTC, "-c", self.dir / "knot.conf", "-b", "reload"], check=True,
                       stdout=self.log, stderr=self.log)

    def key(self):
        return f"tandem:hmac-sha256:{self.secret}"

    def ask(self, name, kind="A"):
        """[(ttl, data)] as an authority gives it."""
        done = subprocess.run(["dig", f"@{ADDRESS}", "+noall", "+answer", "+norecurse", "+tries=1",
                               "+time=2", name, kind], capture_output=True, text=True)
        rows = [line.split(maxsplit=4) for line in done.stdout.splitlines()
                if line and not line.startswith(";")]
        return [(int(row[1]), row[4]) for row in rows if row[3] == kind]

    def become_resolver(self):
        """Whoever resolves a name in this namespace asks here."""
        bind("/etc/resolv.conf", f"nameserver {ADDRESS}\noptions timeout:1 attempts:2\n")

    def close(self):
        self.process.terminate()
        self.process.wait(20)
