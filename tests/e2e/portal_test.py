"""The portal as control serves it, and Microsoft's failover tutorial in it, start to end."""
import gzip
import http.client
import json
import re
import ssl
import urllib.parse

from browser import need_portal
from installation import Installation

FIRST_LOAD_BYTES_MAX = 250_000

need_portal()


def get(it, path, method="GET", **headers):
    """As the bytes are sent: no client here tidies the path."""
    url = urllib.parse.urlparse(it.quickstart["controlUrl"])
    context = ssl.create_default_context(cafile=it.quickstart["caFile"])
    connection = http.client.HTTPSConnection(url.hostname, url.port, context=context, timeout=60)
    connection.request(method, path, headers={key.replace("_", "-"): value
                                              for key, value in headers.items()})
    response = connection.getresponse()
    body = response.read()
    connection.close()
    return response, body


def serves_its_files(it):
    for path in ("/", "/portal"):
        response, _ = get(it, path)
        assert (response.status, response.headers["Location"]) == (302, "/portal/"), path
    response, page = get(it, "/portal/", Accept_Encoding="gzip")
    assert response.status == 200 and response.headers["Content-Encoding"] == "gzip"
    assert "frame-ancestors 'none'" in response.headers["Content-Security-Policy"]
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    first_load = len(page)
    page = gzip.decompress(page).decode()
    assets = re.findall(r'(?:src|href)="(/portal/[^"]+\.(?:js|css))"', page)
    assert assets, page
    for asset in assets:
        response, body = get(it, asset, Accept_Encoding="gzip")
        assert response.status == 200 and "immutable" in response.headers["Cache-Control"], asset
        first_load += len(body)
    print(f"first load: {first_load / 1000:.1f} kB compressed")
    assert first_load < FIRST_LOAD_BYTES_MAX
    assert get(it, "/portal/", method="DELETE")[0].status == 405


def bad_35_no_path_leads_out(it):
    secret = json.loads((it.dir / "quickstart.json").read_text())["clientSecret"].encode()
    for up in ("../", "..%2f", "%2e%2e/", "%2e%2e%2f", "..%5c", "....//", "%252e%252e%252f"):
        for depth in (1, 3, 12):
            for target in ("quickstart.json", str(it.dir / "quickstart.json").lstrip("/"),
                           "etc/passwd"):
                _, body = get(it, "/portal/" + up * depth + target)
                assert secret not in body and b"root:" not in body, (up, depth, target)


with Installation() as it:
    serves_its_files(it)
    bad_35_no_path_leads_out(it)
    it.node("portal_tutorial.mjs", timeout=540)
