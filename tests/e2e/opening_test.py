"""The first words of a newcomer: verbs and options that are wrong, a data directory that cannot be
used, an authority that was lost. Each is told, with what to do, and nothing wrong is kept."""
import json
import os
import pathlib
import shutil
import socket
import ssl
import subprocess
import tempfile
import time

from installation import TANDEM, Installation

scratch = pathlib.Path(tempfile.mkdtemp(prefix="tandem-test-"))
os.chmod(scratch, 0o755)


def refused(*words, has=(), status=1):
    """What `tandem` says on standard error, in a moment, and that it ended with `status`."""
    done = subprocess.run([TANDEM, *map(str, words)], capture_output=True, text=True, timeout=20,
                          cwd="/")
    assert done.returncode == status, (words, done)
    for part in has:
        assert str(part) in done.stderr, (words, part, done.stderr)
    return done.stderr


try:
    said = refused("foo", has=("`foo`", "up", "--help"), status=2)
    refused("principal", "foo", has=("`foo`", "create"), status=2)
    refused("up", "--foo", status=2)
    assert subprocess.run([TANDEM, "--help"], capture_output=True).returncode == 0
    print("ok: what is no verb is named:", said.splitlines()[0][:60])

    # ---- data directories that cannot be used are not taken for another `tandem up`
    file = scratch / "file"
    file.write_text("text")
    readonly = scratch / "readonly"
    readonly.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "ro", "none", readonly], check=True)
    for place in (file, file / "below", readonly, readonly / "data"):
        said = refused("up", "--data-dir", place, has=(place, "--data-dir"))
        assert "another `tandem up`" not in said, said
    subprocess.run(["umount", readonly], check=True)
    private = scratch / "private"
    private.mkdir(0o700)
    stranger = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", TANDEM]
    if subprocess.run([*stranger, "--help"], capture_output=True, cwd="/").returncode == 0:
        done = subprocess.run([*stranger, "up", "--data-dir", private], capture_output=True,
                              text=True, timeout=20, cwd="/")
        assert done.returncode == 1 and "ermission denied" in done.stderr, done
    print("ok: an unusable data directory is told:", said.strip()[:100])

    # ---- options that are wrong
    data = scratch / "data"
    for option, value in (("--address", "notanip"), ("--region-addresses", "x"),
                          ("--regions", "foo"), ("--regions", "a=A,a=B"), ("--mqtt-port", "0"),
                          ("--subscription", "a b/c"), ("--failovers-per-day", "-3")):
        refused("up", "--data-dir", data, option, value,
                has=(option, value.split("=")[0]))
        assert not (data / "installation.json").exists(), option
    print("ok: options that are wrong are told, and not kept")

    with Installation("--mqtt-port", "18883") as it:
        connection = it.quickstart["deviceConnectionString"]
        assert connection.startswith("HostName=localhost:18883;"), connection
        assert connection in it.tandem("env").stdout
        told = (it.dir / "up.log").read_text()
        assert connection in told and "MQTT is on port 18883" in told, told
        it.node("one_message.mjs", timeout=60)
        print("ok: the printed connection string leads to the port that was asked for")

        # ---- a name that no hub has: in a second or two, and why
        context = ssl.create_default_context(cafile=it.quickstart["caFile"])
        began = time.monotonic()
        try:
            with socket.create_connection(("127.0.0.1", 443), timeout=20) as plain:
                context.wrap_socket(plain, server_hostname="nohub.localhost").close()
            raise AssertionError("a hub that is not there answered")
        except ssl.SSLError as error:
            assert "UNRECOGNIZED_NAME" in str(error), error
        assert time.monotonic() - began < 5
        print("ok: a name that no hub has is refused at once")

        it.down()
        before = (it.dir / "installation.json").read_text()
        refused("up", "--data-dir", it.dir, "--address", "notanip", has=("--address", "notanip"))
        assert (it.dir / "installation.json").read_text() == before
        for lost in (["ca.key"], ["ca.crt"], ["ca.key", "ca.crt"]):
            for name in lost:
                (it.dir / "pki" / name).rename(scratch / name)
            refused("up", "--data-dir", it.dir, has=[it.dir / "pki", *lost])
            for name in lost:
                assert not (it.dir / "pki" / name).exists(), "an authority was made anew"
                (scratch / name).rename(it.dir / "pki" / name)
        it.up()
        assert json.loads((it.dir / "installation.json").read_text())["edgePorts"]["mqtt"] == 18883
        print("ok: a lost authority is told and not replaced; with it back, all is as it was")
finally:
    shutil.rmtree(scratch, ignore_errors=True)
