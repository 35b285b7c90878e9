"""Exports and imports of identities against a real blob service: npm azurite."""
import base64
import datetime
import hashlib
import hmac
import json
import subprocess
import tempfile
import urllib.error
import urllib.parse
import urllib.request

from email.utils import parsedate_to_datetime

from installation import CLIENTS, Installation, skip, wait_for
from rest import Rest

DEVICES = 2000
ACCOUNT = "devstoreaccount1"   # Azurite's own, with its published key
KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
PORT = 10000
BLOBS = f"http://127.0.0.1:{PORT}/{ACCOUNT}"

if not (CLIENTS / "node_modules" / "azurite").exists():
    skip("azurite is not installed")


def signature(resource, permissions, container, blob=""):
    """A service SAS, as Azure's documentation makes it (version 2020-12-06)."""
    expiry = (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=2)).strftime(
        "%Y-%m-%dT%H:%M:%SZ")
    name = f"/blob/{ACCOUNT}/{container}" + (f"/{blob}" if blob else "")
    text = "\n".join([permissions, "", expiry, name, "", "", "https,http", "2020-12-06", resource,
                      "", "", "", "", "", "", ""])
    digest = hmac.new(base64.b64decode(KEY), text.encode(), hashlib.sha256).digest()
    return urllib.parse.urlencode({"sp": permissions, "se": expiry, "spr": "https,http",
                                   "sv": "2020-12-06", "sr": resource,
                                   "sig": base64.b64encode(digest).decode()})


def account_signature():
    expiry = (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=2)).strftime(
        "%Y-%m-%dT%H:%M:%SZ")
    text = "\n".join([ACCOUNT, "rwdlac", "b", "sco", "", expiry, "", "https,http", "2020-12-06",
                      "", ""])
    digest = hmac.new(base64.b64decode(KEY), text.encode(), hashlib.sha256).digest()
    return urllib.parse.urlencode({"sv": "2020-12-06", "ss": "b", "srt": "sco", "sp": "rwdlac",
                                   "se": expiry, "spr": "https,http",
                                   "sig": base64.b64encode(digest).decode()})


def blob(method, path, data=None, more="", **headers):
    query = "&".join(filter(None, [more, account_signature()]))
    request = urllib.request.Request(f"{BLOBS}/{path}?{query}", data=data, method=method,
                                     headers={name.replace("_", "-"): value
                                              for name, value in headers.items()})
    with urllib.request.urlopen(request, timeout=60) as answer:
        return answer.read()


def start_azurite(directory, environment):
    process = subprocess.Popen(
        ["node", CLIENTS / "node_modules/azurite/dist/src/blob/main.js", "--blobHost", "127.0.0.1",
         "--blobPort", str(PORT), "--location", directory, "--silent", "--skipApiVersionCheck"],
        env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def answers():
        try:
            blob("PUT", "ready", data=b"", more="restype=container")
            return True
        except urllib.error.HTTPError as error:
            return error.code == 409
        except OSError:
            assert process.poll() is None, "azurite ended"
            return False
    wait_for("azurite to answer", answers, 90)
    return process


def container(name):
    try:
        blob("PUT", name, data=b"", more="restype=container")
    except urllib.error.HTTPError as error:
        assert error.code == 409, error
    return f"{BLOBS}/{name}?{signature('c', 'racwdl', name)}"


with Installation("--failover-interval-seconds", "0", "--failovers-per-day", "0",
                  "--blob-allow", f"127.0.0.1:{PORT}") as it, \
        tempfile.TemporaryDirectory() as directory:
    azurite = start_azurite(directory, it.environment())
    try:
        rest = Rest(it)

        def start(verb, body):
            status, _, job = rest.call("POST", rest.hub_path(f"/{verb}"), body)
            assert status == 200, (status, job)
            assert job["status"] in ("enqueued", "running") and job["jobId"], job
            parsedate_to_datetime(job["startTimeUtc"])
            return job["jobId"]

        def job(name):
            status, _, shown = rest.call("GET", rest.hub_path(f"/jobs/{name}"))
            assert status == 200, (status, shown)
            return shown

        def finished(name, expected="completed", seconds=300):
            done = wait_for(f"job {name}", lambda: (
                lambda shown: shown if shown["status"] not in ("enqueued", "running") else None)(
                    job(name)), seconds, 0.2)
            assert done["status"] == expected, done
            parsedate_to_datetime(done["endTimeUtc"])
            assert "sig=" not in json.dumps(done), "a job shows the container's secret"
            return done

        def export(where, exclude=False):
            return finished(start("exportDevices", {"exportBlobContainerUri": where,
                                                    "excludeKeys": exclude}))

        def lines(path):
            return [json.loads(line) for line in blob("GET", path).decode().splitlines()]

        # ---- devices
        for first in range(0, DEVICES, 100):
            status, _, answer = rest.data("POST", "devices", [
                {"id": f"job-{n}", "status": "disabled" if n % 10 == 0 else "enabled",
                 "tags": {"n": n}, "properties": {"desired": {"rate": n}}}
                for n in range(first, first + 100)])
            assert status == 200 and answer["isSuccessful"], (status, answer)

        # ---- export
        where = container("exports")
        export(where)
        exported = {line["id"]: line for line in lines("exports/devices.txt")}
        assert len(exported) == DEVICES + 1, len(exported)
        key_of = lambda line: line["authentication"]["symmetricKey"]["primaryKey"]
        status, _, device = rest.data("GET", "devices/job-7")
        assert key_of(exported["job-7"]) == key_of(device) and exported["job-7"]["tags"] == {"n": 7}
        bare = container("bare")
        export(bare, exclude=True)
        text = blob("GET", "bare/devices.txt").decode()
        assert key_of(device) not in text and '"authentication":null' in text, text[:400]
        print(f"ok: {len(exported)} devices exported, with keys and without")

        # ---- deleted, and imported back
        gone = [f"job-{n}" for n in range(0, DEVICES, 2)]
        for first in range(0, len(gone), 100):
            status, _, answer = rest.data("POST", "devices", [
                {"id": name, "importMode": "delete"} for name in gone[first:first + 100]])
            assert status == 200 and answer["isSuccessful"], answer
        finished(start("importDevices", {"inputBlobContainerUri": where,
                                         "outputBlobContainerUri": where}))
        again = container("again")
        export(again)
        returned = {line["id"]: line for line in lines("again/devices.txt")}
        assert set(returned) == set(exported)
        for name, line in exported.items():
            for member in ("status", "authentication", "tags"):
                assert returned[name][member] == line[member], (name, member)
            assert returned[name]["properties"]["desired"].get("rate") \
                == line["properties"]["desired"].get("rate"), name
        assert blob("GET", "exports/importErrors.log") == b""
        print(f"ok: {len(gone)} devices deleted and imported back, keys and twins as they were")

        # ---- bad input 45: lines that are none, an endless one, what the hub refuses
        bad = container("bad")
        file = b"\xef\xbb\xbf" + b"\r\n".join([
            b'{"id":"new-1","importMode":"create"}', b"not json", b"", b'{"id":""}',
            b'{"id":"job-1","importMode":"create"}', b'{"id":"new-2","x":"' + b"y" * 3_000_000 + b'"}',
            b'{"id":"nobody","importMode":"delete"}', b'{"id":"bad id","importMode":"create"}',
            b'{"id":"new-1","importMode":"updateTwin","tags":{"a":1}}', b'{"id":"new-3"}'])
        blob("PUT", "bad/devices.txt", data=file, x_ms_blob_type="BlockBlob")
        finished(start("importDevices", {"inputBlobContainerUri": bad,
                                         "outputBlobContainerUri": bad}))
        errors = lines("bad/importErrors.log")
        assert [one["line"] for one in errors] == sorted(one["line"] for one in errors), errors
        assert {one["line"] for one in errors} == {2, 4, 5, 6, 7, 8}, errors
        assert rest.data("GET", "devices/new-3")[0] == 200
        assert rest.data("GET", "twins/new-1")[2]["tags"] == {"a": 1}
        print(f"ok: {len(errors)} bad lines in the error log, the others imported")

        # ---- what is refused, and what fails with a reason
        for body in ({}, {"exportBlobContainerUri": "x", "excludeKeys": False},
                     {"exportBlobContainerUri": where.split("?")[0], "excludeKeys": False},
                     {"exportBlobContainerUri": where},
                     {"exportBlobContainerUri": where, "excludeKeys": False,
                      "exportBlobName": "../x"},
                     {"exportBlobContainerUri": where, "excludeKeys": False,
                      "authenticationType": "identityBased"}):
            status, _, refused = rest.call("POST", rest.hub_path("/exportDevices"), body)
            assert status == 400 and where.split("sig=")[1] not in json.dumps(refused), refused
        for inside in ("https://127.0.0.1:7401/metrics?sig=x", "https://localhost:7443/c?sig=x",
                       "https://169.254.169.254/metadata?sig=x", "http://127.0.0.2:7401/c?sig=x"):
            name = start("exportDevices", {"exportBlobContainerUri": inside, "excludeKeys": True})
            reason = finished(name, "failed")["failureReason"]
            assert "must not be asked" in reason, (inside, reason)
        wrong = where.replace("sig=", "sig=AAAA")
        name = start("exportDevices", {"exportBlobContainerUri": wrong, "excludeKeys": True})
        assert "403" in finished(name, "failed")["failureReason"]
        missing = container("empty")
        name = start("importDevices", {"inputBlobContainerUri": missing,
                                       "outputBlobContainerUri": missing})
        assert "404" in finished(name, "failed")["failureReason"]
        assert rest.call("GET", rest.hub_path("/jobs/nothing"))[0] == 404
        status, _, listed = rest.call("GET", rest.hub_path("/jobs"))
        assert status == 200 and len(listed["value"]) >= 8, (status, listed)
        print("ok: servers inside, wrong signatures, missing blobs")

        # ---- one at a time; a failover and a restart of control in the middle
        large = container("large")
        file = b"\n".join(json.dumps({"id": f"many-{n}", "importMode": "create"}).encode()
                          for n in range(6000))
        blob("PUT", "large/devices.txt", data=file, x_ms_blob_type="BlockBlob")
        name = start("importDevices", {"inputBlobContainerUri": large,
                                       "outputBlobContainerUri": large})
        status, _, second = rest.call("POST", rest.hub_path("/exportDevices"),
                                      {"exportBlobContainerUri": where, "excludeKeys": True})
        assert status == 409, (status, second)
        it.failover()
        it.kill("control")
        it.start("control")
        it.wait_for_control()
        done = finished(name)
        assert blob("GET", "large/importErrors.log") == b"", blob("GET", "large/importErrors.log")
        status, _, statistics = rest.data("GET", "statistics/devices")
        assert statistics["totalDeviceCount"] == DEVICES + 1 + 2 + 6000, statistics
        print("ok: an import through a failover and a restart of control: " + done["statusMessage"])

    finally:
        azurite.terminate()
        azurite.wait(30)
