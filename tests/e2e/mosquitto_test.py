"""mosquitto_pub and mosquitto_sub as raw devices."""
import subprocess
import time

from installation import Installation, wait_for
from load import HOST, parts, read_all, sas

with Installation() as it:
    device = parts(it.quickstart["deviceConnectionString"])
    name, key = device["DeviceId"], device["SharedAccessKey"]

    def words(program, client=name, password=None):
        return [program, "-h", HOST, "-p", "8883", "--cafile", it.quickstart["caFile"], "-i", client,
                "-u", f"{HOST}/{client}/?api-version=2021-04-12",
                "-P", password or sas(f"{HOST}/devices/{client}", key), "-V", "mqttv311"]

    def publish(topic, *more, client=name, password=None):
        return subprocess.run([*words("mosquitto_pub", client, password), "-t", topic, *more],
                              capture_output=True, text=True, timeout=20)

    events = f"devices/{name}/messages/events/"
    assert publish(events + "%24.mid=one&%24.ct=application%2Fjson&a=b", "-q", "1", "-m", "{}").returncode == 0
    assert publish(events + "%24.mid=two", "-q", "0", "-m", "zero").returncode == 0
    assert publish(events + "%24.mid=three", "-q", "1", "-r", "-m", "retained").returncode == 0
    print("ok: QoS 0 and 1")
    refused = publish(events, "-q", "1", "-m", "x", password=sas(f"{HOST}/devices/{name}", "AAAA" * 10 + "AAA="))
    assert refused.returncode == 5, refused
    unknown = publish("devices/nobody/messages/events/", "-q", "1", "-m", "x", client="nobody")
    assert unknown.returncode == 5 and unknown.stderr == refused.stderr, unknown
    print("ok: a wrong key and an unknown device look the same")
    for topic in ("somewhere/else", "devices/other/messages/events/", "$SYS/x"):
        assert publish(topic, "-q", "1", "-m", "x").returncode != 0, topic
    assert publish(events, "-q", "2", "-m", "x").returncode != 0
    print("ok: other topics and QoS 2 close the connection")

    will = subprocess.Popen([*words("mosquitto_sub"), "-t", f"devices/{name}/messages/devicebound/#",
                             "-q", "1", "--will-topic", events + "%24.mid=will", "--will-payload", "gone",
                             "--will-qos", "1"])
    time.sleep(1)
    will.kill()
    twin = subprocess.Popen([*words("mosquitto_sub"), "-t", "$iothub/twin/res/#", "-C", "1", "-v"],
                            stdout=subprocess.PIPE, text=True)
    time.sleep(1)
    twin.terminate()

    seen = read_all(it.quickstart, {"one", "two", "three", "will"}, 30)
    assert {"one", "two", "three", "will"} <= set(seen), seen
    print("ok: the will and all messages were read")
