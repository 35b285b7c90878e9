"""Control's REST API, plainly: one request, its status, headers and JSON."""
import json
import ssl
import urllib.error
import urllib.parse
import urllib.request


class Rest:
    def __init__(self, installation, url=None):
        self.installation = installation
        quickstart = installation.quickstart
        self.url = url or quickstart["controlUrl"]
        self.tls = ssl.create_default_context(cafile=quickstart["caFile"])
        form = {"grant_type": "client_credentials", "client_id": quickstart["clientId"],
                "client_secret": quickstart["clientSecret"],
                "scope": "https://management.azure.com/.default"}
        self.token = None
        status, _, body = self.call("POST", "/adfs/oauth2/token/", urllib.parse.urlencode(form))
        assert status == 200, body
        self.token = body["access_token"]

    def call(self, method, path, body=None, headers=None, timeout=30):
        """(status, headers, JSON or text). `body`: text as it is, anything else as JSON."""
        data = body.encode() if isinstance(body, str) else body
        all_headers = dict(headers or {})
        if data is not None and not isinstance(data, bytes):
            data = json.dumps(data).encode()
            all_headers.setdefault("Content-Type", "application/json")
        if self.token:
            all_headers["Authorization"] = "Bearer " + self.token
        request = urllib.request.Request(self.url + path, data=data, method=method,
                                         headers=all_headers)
        try:
            answer = urllib.request.urlopen(request, context=self.tls, timeout=timeout)
        except urllib.error.HTTPError as error:
            answer = error
        text = answer.read().decode()
        try:
            return answer.status, answer.headers, json.loads(text)
        except ValueError:
            return answer.status, answer.headers, text

    def hub_path(self, rest="", hub=None):
        quickstart = self.installation.quickstart
        return (f"/subscriptions/{quickstart['subscriptionId']}/resourceGroups/"
                f"{quickstart['resourceGroup']}/providers/Microsoft.Devices/IotHubs/"
                f"{hub or quickstart['hub']}{rest}?api-version=2023-06-30")

    def data(self, method, path, body=None, headers=None, hub=None):
        """The hub's own REST API, through control."""
        hub = hub or self.installation.quickstart["hub"]
        return self.call(method, f"/tandem/v1/hubs/{hub}/data/{path}", body, headers)
