"""The concierge as a device sees it: asked over HTTPS, believed only with a pinned key."""
import base64
import json
import ssl
import urllib.error
import urllib.request

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


def decode(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


class Concierges:
    """What the concierges of an installation say."""

    def __init__(self, quickstart):
        self.context = ssl.create_default_context(cafile=quickstart["caFile"])
        with open(quickstart["conciergeKeysFile"], encoding="utf8") as file:
            self.keys = [Ed25519PublicKey.from_public_bytes(decode(key["x"]))
                         for key in json.load(file)["keys"]]

    def get(self, url, path):
        """Status, headers and body; status None: nobody there."""
        try:
            with urllib.request.urlopen(url + path, context=self.context, timeout=5) as answer:
                return answer.status, answer.headers, answer.read()
        except urllib.error.HTTPError as refused:
            return refused.code, refused.headers, refused.read()
        except OSError:
            return None, {}, b""

    def status(self, url, path):
        return self.get(url, path)[0]

    def signed(self, body, signature):
        header, _, tag = signature.split(".")
        text = header + "." + base64.urlsafe_b64encode(body).rstrip(b"=").decode()
        for key in self.keys:
            try:
                key.verify(decode(tag), text.encode())
                return True
            except InvalidSignature:
                continue
        return False

    def directions(self, url, host):
        """The answer, its signature verified; None when there is none."""
        status, headers, body = self.get(url, f"/concierge/v1/hubs/{host}")
        if status != 200:
            return None
        assert self.signed(body, headers["Concierge-Signature"]), (url, body)
        return json.loads(body)

    def region(self, url, host):
        answer = self.directions(url, host)
        return answer and answer["region"]
