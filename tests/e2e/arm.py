"""The management API by hand: a signed-in client that sends requests and follows operations."""
import json
import ssl
import urllib.error
import urllib.parse
import urllib.request

from installation import wait_for

API = "api-version=2023-06-30"


class Arm:
    def __init__(self, quickstart, url=None):
        self.url = url or quickstart["controlUrl"]
        self.quickstart = quickstart
        self.context = ssl.create_default_context(cafile=quickstart["caFile"])
        self.token = None
        form = urllib.parse.urlencode({
            "grant_type": "client_credentials", "client_id": quickstart["clientId"],
            "client_secret": quickstart["clientSecret"],
            "scope": "https://management.azure.com/.default"}).encode()
        status, answer, _ = self.send("POST", "/adfs/oauth2/token/", form,
                                      "application/x-www-form-urlencoded")
        assert status == 200, answer
        self.token = answer["access_token"]
        self.group = (f"/subscriptions/{quickstart['subscriptionId']}/resourceGroups/"
                      f"{quickstart['resourceGroup']}")

    def send(self, method, target, body=None, kind="application/json", headers=()):
        """(status, body as JSON or None, headers)"""
        data = json.dumps(body).encode() if isinstance(body, (dict, list)) else body
        request = urllib.request.Request(self.url + target, data=data, method=method)
        request.add_header("Content-Type", kind)
        if self.token:
            request.add_header("Authorization", "Bearer " + self.token)
        for name, value in headers:
            request.add_header(name, value)
        try:
            with urllib.request.urlopen(request, context=self.context, timeout=30) as answer:
                text, status, got = answer.read(), answer.status, answer.headers
        except urllib.error.HTTPError as error:
            text, status, got = error.read(), error.code, error.headers
        return status, json.loads(text) if text else None, got

    def hub_path(self, name, rest="", api=API):
        return f"{self.group}/providers/Microsoft.Devices/IotHubs/{name}{rest}?{api}"

    def create_hub(self, name, location="westus2", **document):
        body = {"location": location, "sku": {"name": "S1", "capacity": 1}, **document}
        status, answer, _ = self.send("PUT", self.hub_path(name), body)
        assert status == 201, answer

    def hub(self, name):
        status, answer, _ = self.send("GET", self.hub_path(name))
        assert status == 200, answer
        return answer

    def wait_active(self, names, seconds=60):
        wait_for(f"{len(names)} hubs to be active", lambda: all(
            self.hub(name)["properties"].get("state") == "Active" for name in names), seconds)
