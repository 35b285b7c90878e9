"""Devices under load, and a reader that counts what came: raw MQTT here, Debian's azure-eventhub
there. A device keeps a message until it is acknowledged, reconnects with back-off and jitter, and
never gives a message up: what a careful firmware does."""
import asyncio
import base64
import hashlib
import hmac
import json
import random
import ssl
import threading
import time
import urllib.parse
import urllib.request

HOST = "localhost"


def sas(resource, key, policy=None, seconds=3600):
    expiry = str(int(time.time() + seconds))
    encoded = urllib.parse.quote(resource, safe="")
    signature = base64.b64encode(hmac.new(base64.b64decode(key), f"{encoded}\n{expiry}".encode(),
                                          hashlib.sha256).digest())
    token = f"SharedAccessSignature sr={encoded}&sig={urllib.parse.quote(signature, safe='')}&se={expiry}"
    return token + (f"&skn={policy}" if policy else "")


def parts(connection_string):
    return dict(part.split("=", 1) for part in connection_string.split(";") if part)


def text(value):
    raw = value.encode() if isinstance(value, str) else value
    return len(raw).to_bytes(2, "big") + raw


def packet(first, body):
    length, out = len(body), bytearray([first])
    while True:
        out.append((length % 128) | (0x80 if length > 127 else 0))
        length //= 128
        if not length:
            return bytes(out) + body


class Registry:
    """Creates devices over the service API."""

    def __init__(self, quickstart):
        self.owner = parts(quickstart["ownerConnectionString"])
        self.context = ssl.create_default_context(cafile=quickstart["caFile"])

    def create(self, names):
        keys = {name: base64.b64encode(hashlib.sha256(name.encode()).digest()).decode()
                for name in names}
        names = list(names)
        host = self.owner["HostName"]
        for start in range(0, len(names), 100):
            body = [{"id": name, "importMode": "create", "status": "enabled",
                     "authentication": {"type": "sas", "symmetricKey": {
                         "primaryKey": keys[name], "secondaryKey": keys[name]}}}
                    for name in names[start:start + 100]]
            request = urllib.request.Request(
                f"https://{host}/devices?api-version=2021-04-12", json.dumps(body).encode(),
                {"Authorization": sas(host, self.owner["SharedAccessKey"], "iothubowner"),
                 "Content-Type": "application/json"})
            with urllib.request.urlopen(request, context=self.context, timeout=60) as response:
                assert json.load(response)["isSuccessful"]
        return keys


class Device:
    def __init__(self, name, key, context, interval):
        self.name, self.key, self.context, self.interval = name, key, context, interval
        self.acknowledged = []         # message ids, in the order of their PUBACKs
        self.sent = 0
        self.longest_gap = 0.0         # seconds between two acknowledgements
        self.running = True

    async def run(self):
        delay, last = 0.05, time.monotonic()
        pending = None
        while self.running:
            try:
                reader, writer = await asyncio.wait_for(
                    asyncio.open_connection(HOST, 8883, ssl=self.context, server_hostname=HOST), 10)
                writer.write(packet(0x10, text("MQTT") + bytes([4, 0xC0, 0, 60]) + text(self.name)
                                    + text(f"{HOST}/{self.name}/?api-version=2021-04-12")
                                    + text(sas(f"{HOST}/devices/{self.name}", self.key))))
                answer = await asyncio.wait_for(reader.readexactly(4), 10)
                if answer[3] != 0:
                    raise ConnectionError(f"CONNACK {answer[3]}")
                delay = 0.05
                while self.running:
                    if pending is None:
                        pending = f"{self.name}/{self.sent}"
                        self.sent += 1
                    topic = (f"devices/{self.name}/messages/events/"
                             f"%24.mid={urllib.parse.quote(pending, safe='')}")
                    number = self.sent % 65535 + 1
                    writer.write(packet(0x32, text(topic) + number.to_bytes(2, "big") + b"x" * 200))
                    answer = await asyncio.wait_for(reader.readexactly(4), 15)
                    assert answer[0] == 0x40 and int.from_bytes(answer[2:4], "big") == number
                    self.acknowledged.append(pending)
                    pending = None
                    now = time.monotonic()
                    self.longest_gap, last = max(self.longest_gap, now - last), now
                    await asyncio.sleep(self.interval)
                writer.write(packet(0xE0, b""))
                writer.close()
            except (OSError, asyncio.IncompleteReadError, asyncio.TimeoutError, ConnectionError):
                await asyncio.sleep(delay * random.uniform(0.5, 1.0))
                delay = min(delay * 2, 1.0)


class Load:
    """Devices that send from start() to stop(), in a thread of their own."""

    def __init__(self, quickstart, devices=20, interval=0.05, prefix="load"):
        names = [f"{prefix}-{number}" for number in range(devices)]
        keys = Registry(quickstart).create(names)
        context = ssl.create_default_context(cafile=quickstart["caFile"])
        self.devices = [Device(name, keys[name], context, interval) for name in names]
        self.thread = threading.Thread(target=lambda: asyncio.run(self._run()), daemon=True)

    async def _run(self):
        await asyncio.gather(*(device.run() for device in self.devices))

    def start(self):
        self.thread.start()
        return self

    def stop(self):
        for device in self.devices:
            device.running = False
        self.thread.join(60)
        return self

    def count(self):
        return sum(len(device.acknowledged) for device in self.devices)

    def acknowledged(self):
        return {message for device in self.devices for message in device.acknowledged}

    def longest_gap(self):
        return max(device.longest_gap for device in self.devices)


def read_all(quickstart, until, seconds=30):
    """Message ids at the Event Hubs-compatible endpoint, read from the start of every partition
    until all of `until` are there or time is up: {id: "partition/offset"}."""
    from azure.eventhub import EventHubConsumerClient
    seen, missing = {}, set(until)
    client = EventHubConsumerClient.from_connection_string(
        quickstart["eventHubConnectionString"], "$Default",
        connection_verify=quickstart["caFile"])

    def on_events(context, events):
        for event in events:
            seen.setdefault(event.message_id, f"{context.partition_id}/{event.offset}")
            missing.discard(event.message_id)

    # By batches: one event at a time this client waits between two of them.
    thread = threading.Thread(target=lambda: client.receive_batch(
        on_events, starting_position="-1", max_batch_size=300, max_wait_time=1), daemon=True)
    thread.start()
    end = time.monotonic() + seconds
    while missing and time.monotonic() < end:
        time.sleep(0.2)
    client.close()
    thread.join(10)
    return seen
