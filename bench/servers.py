"""The servers that are measured: started here, ended here, by their process ids."""

import json
import os
import re
import resource
import shutil
import signal
import socket
import ssl
import subprocess
import time
import urllib.parse
import urllib.request
from pathlib import Path


def wait_for(what, seconds, condition):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            value = condition()
        except OSError:
            value = None
        if value:
            return value
        time.sleep(0.05)
    raise RuntimeError(f"waited {seconds} s in vain for {what}")


def descriptors(count):
    """For a child: the server may open that many files."""
    def apply():
        hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(count, hard), hard))
    return apply


def memory(pid):
    """Proportional set size in bytes."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) * 1024
    raise RuntimeError("no Pss")


def disk_bytes(pid):
    text = Path(f"/proc/{pid}/io").read_text()
    return int(re.search(r"^write_bytes: (\d+)", text, re.M)[1])


class Tandem:
    """`tandem up` in a directory of its own; with one region if not `paired`."""

    def __init__(self, build, directory, paired=True):
        self.binary = str(build / "tandem")
        self.dir = directory
        shutil.rmtree(directory, ignore_errors=True)
        if not paired:
            self._make_single()
        self._up()
        self.restarted = {}

    def _up(self):
        self.log = open(str(self.dir) + ".log", "w")
        self.process = subprocess.Popen(
            [self.binary, "up", "--data-dir", str(self.dir), "--mqtt-plain-port", "1883",
             "--failover-interval-seconds", "0", "--failovers-per-day", "0"],
            stdout=self.log, stderr=self.log, preexec_fn=descriptors(20000))
        wait_for("tandem up", 60, lambda: (self.dir / "quickstart.json").exists())
        self.quickstart = json.loads((self.dir / "quickstart.json").read_text())
        self.pids = {p["region"] or p["role"]: p["pid"] for p in self.quickstart["processes"]}
        self.addresses = {p["region"]: p["address"] for p in self.quickstart["processes"]
                          if p["region"]}
        self.ca = self.quickstart["caFile"]

    def _make_single(self):
        """An installation whose second region was never there: a hub without a pair."""
        self._up()
        self._end()
        path = self.dir / "installation.json"
        document = json.loads(path.read_text())
        document["regions"] = document["regions"][:1]
        path.write_text(json.dumps(document))
        for name in ("control", "edge", "westus2", "westcentralus", "quickstart.json"):
            target = self.dir / name
            shutil.rmtree(target) if target.is_dir() else target.unlink()

    def run(self, *arguments):
        return subprocess.run([self.binary, *arguments, "--data-dir", str(self.dir)], text=True,
                              capture_output=True)

    def hub_status(self):
        done = self.run("status", "--json")
        if done.returncode != 0:
            return None
        return json.loads(done.stdout)["hubs"][0]

    def owner(self):
        return wait_for("an owner", 30, lambda: (self.hub_status() or {}).get("owner"))

    def settled(self):
        """The pair follows, and lacks nothing."""
        def look():
            hub = self.hub_status()
            roles = {r["role"] for r in hub["regions"]} if hub else set()
            behind = any(r.get("catchingUp") for r in hub["regions"]) if hub else True
            linked = any(r.get("pairConnected") for r in hub["regions"]) if hub else False
            return hub and roles == {"serving", "following"} and linked and not behind
        wait_for("both regions", 60, look)

    def configure(self, *arguments):
        done = self.run("hub", "demo", *arguments)
        if done.returncode != 0:
            raise RuntimeError(done.stderr)

    def create_hubs(self, names):
        """Over the management API; returns when all of them serve."""
        context = ssl.create_default_context(cafile=self.ca)
        quickstart = self.quickstart

        def send(method, target, body, **headers):
            request = urllib.request.Request(quickstart["controlUrl"] + target, body.encode(),
                                             headers, method=method)
            return json.load(urllib.request.urlopen(request, context=context, timeout=30))
        token = send("POST", "/adfs/oauth2/token/", urllib.parse.urlencode({
            "grant_type": "client_credentials", "client_id": quickstart["clientId"],
            "client_secret": quickstart["clientSecret"]}))["access_token"]
        for name in names:
            send("PUT", f"/subscriptions/{quickstart['subscriptionId']}/resourceGroups/"
                 f"{quickstart['resourceGroup']}/providers/Microsoft.Devices/IotHubs/{name}"
                 "?api-version=2023-06-30",
                 json.dumps({"location": self.owner_of("demo"),
                             "sku": {"name": "S1", "capacity": 1}}),
                 **{"Authorization": "Bearer " + token, "Content-Type": "application/json"})
        wait_for("the hubs to serve", 300, lambda: all(
            hub["state"] == "Active" for hub in self.hubs().values()))

    def hubs(self):
        return {hub["name"]: hub for hub in json.loads(self.run("status", "--json").stdout)["hubs"]}

    def owner_of(self, hub):
        return self.hubs()[hub]["owner"]

    def page(self, region, name):
        url = f"http://{self.addresses[region]}:7401/{name}"
        return urllib.request.urlopen(url, timeout=2).read().decode()

    def metric(self, region, name):
        found = re.search(rf"^{name} (\S+)", self.page(region, "metrics"), re.M)
        return float(found[1]) if found else 0.0

    def kill(self, region):
        os.kill(self.pids[region], signal.SIGKILL)
        if region in self.restarted:
            self.restarted[region].wait()

    def restart(self, region):
        child = subprocess.Popen([self.binary, "region", region, "--data-dir", str(self.dir)],
                                 stdout=self.log, stderr=self.log, preexec_fn=descriptors(20000))
        self.restarted[region] = child
        self.pids[region] = child.pid

    def _end(self):
        self.process.terminate()
        self.process.wait(20)

    def close(self):
        for child in self.restarted.values():
            child.kill()
            child.wait()
        self._end()
        self.log.close()
        shutil.rmtree(self.dir, ignore_errors=True)

    def endpoint(self, tls=False, edge=False):
        address = "127.0.0.1" if edge else self.addresses[self.owner()]
        port = "8883" if tls else "1883"
        return ["--address", address, "--port", port, "--hub", str(self.dir),
                *(["--ca", self.ca] if tls else [])]


class Mosquitto:
    def __init__(self, directory, autosave):
        shutil.rmtree(directory, ignore_errors=True)
        directory.mkdir(parents=True)
        shutil.chown(directory, "nobody") if os.getuid() == 0 else None
        config = directory / "conf"
        config.write_text("listener 1884 127.0.0.1\nallow_anonymous true\n"
                          "max_inflight_messages 0\nset_tcp_nodelay true\n" +
                          (f"persistence true\nautosave_interval 1\n"
                           f"persistence_location {directory}/\nuser root\n" if autosave else
                           "persistence false\n"))
        self.process = subprocess.Popen(["mosquitto", "-c", str(config)],
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                        preexec_fn=descriptors(20000))
        time.sleep(0.5)
        self.pids = [self.process.pid]

    def endpoint(self):
        return ["--address", "127.0.0.1", "--port", "1884"]

    def close(self):
        self.process.terminate()
        self.process.wait(10)


class RabbitMq:
    """One node with the MQTT plugin, and a quorum queue that gets every message."""

    def __init__(self, directory):
        shutil.rmtree(directory, ignore_errors=True)
        directory.mkdir(parents=True)
        (directory / "rabbitmq.conf").write_text(
            "mqtt.listeners.tcp.default = 127.0.0.1:1885\nmqtt.allow_anonymous = true\n"
            "mqtt.default_user = guest\nmqtt.default_pass = guest\n"
            "listeners.tcp.default = 127.0.0.1:5673\n"
            "management.tcp.ip = 127.0.0.1\nmanagement.tcp.port = 15673\n")
        (directory / "enabled_plugins").write_text("[rabbitmq_mqtt,rabbitmq_management].\n")
        library = sorted(Path("/usr/lib/rabbitmq/lib").glob("rabbitmq_server-*"))[-1]
        self.environment = dict(
            os.environ, RABBITMQ_NODENAME="bench@localhost", RABBITMQ_BASE=str(directory),
            RABBITMQ_MNESIA_BASE=str(directory / "mnesia"), HOME=str(directory),
            RABBITMQ_LOG_BASE=str(directory), RABBITMQ_CONFIG_FILE=str(directory / "rabbitmq.conf"),
            RABBITMQ_ENABLED_PLUGINS_FILE=str(directory / "enabled_plugins"),
            RABBITMQ_PID_FILE=str(directory / "pid"), ERL_EPMD_ADDRESS="127.0.0.1",
            RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS="-kernel inet_dist_use_interface {127,0,0,1}")
        self.process = subprocess.Popen([str(library / "sbin" / "rabbitmq-server")],
                                        env=self.environment, stdout=open(directory / "out", "w"),
                                        stderr=subprocess.STDOUT, start_new_session=True)
        wait_for("RabbitMQ", 60, lambda: self._api("GET", "overview"))
        self._api("PUT", "queues/%2F/bench", {"durable": True,
                                             "arguments": {"x-queue-type": "quorum",
                                                           "x-max-length": 100000,
                                                           "x-overflow": "drop-head"}})
        self._api("POST", "bindings/%2F/e/amq.topic/q/bench", {"routing_key": "#"})
        time.sleep(1)
        wait_for("RabbitMQ's MQTT", 30,
                 lambda: socket.create_connection(("127.0.0.1", 1885)).close() or True)
        self.pids = [self._beam()]

    def _api(self, method, path, body=None):
        request = urllib.request.Request(
            "http://127.0.0.1:15673/api/" + path, method=method,
            data=json.dumps(body).encode() if body is not None else None,
            headers={"Authorization": "Basic Z3Vlc3Q6Z3Vlc3Q=",
                     "Content-Type": "application/json"})
        return urllib.request.urlopen(request, timeout=5).read() or True

    def _named(self, name):
        """Processes of that name in this network namespace, which nobody else has."""
        own = os.readlink("/proc/self/ns/net")
        for entry in Path("/proc").iterdir():
            try:
                if (entry.name.isdigit() and name in (entry / "comm").read_text() and
                        os.readlink(entry / "ns/net") == own):
                    yield int(entry.name)
            except OSError:
                continue

    def _beam(self):
        return next(self._named("beam"))

    def endpoint(self):
        return ["--address", "127.0.0.1", "--port", "1885"]

    def close(self):
        for pid in self.pids:
            os.kill(pid, signal.SIGKILL)
        self.process.wait(10)
        for pid in list(self._named("epmd")):   # the port mapper it has started
            os.kill(pid, signal.SIGKILL)
