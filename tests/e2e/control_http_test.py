"""Bad HTTP on the management port: classes 30 and 34. An error or a close, never a second answer,
and honest clients go on being served."""
import socket
import ssl
import urllib.parse

from installation import Installation


def smuggled(head, body=b""):
    return head.replace(b"\n", b"\r\n") + body


HEALTH = b"GET /health HTTP/1.1\nHost: h\n"
BAD_INPUT_30 = {
    "both Transfer-Encoding and Content-Length": smuggled(
        b"POST /adfs/oauth2/token HTTP/1.1\nHost: h\nContent-Length: 4\nTransfer-Encoding: chunked\n\n",
        b"0\r\n\r\nGET /health HTTP/1.1\r\nHost: h\r\n\r\n"),
    "two Content-Lengths": smuggled(
        b"POST /adfs/oauth2/token HTTP/1.1\nHost: h\nContent-Length: 0\nContent-Length: 5\n\n", b"AAAAA"),
    "a signed Content-Length": smuggled(
        b"POST /adfs/oauth2/token HTTP/1.1\nHost: h\nContent-Length: +5\n\n", b"AAAAA"),
    "a hexadecimal Content-Length": smuggled(
        b"POST /adfs/oauth2/token HTTP/1.1\nHost: h\nContent-Length: 0x5\n\n", b"AAAAA"),
    "a bare LF in a chunk extension": smuggled(
        b"POST /adfs/oauth2/token HTTP/1.1\nHost: h\nTransfer-Encoding: chunked\n\n", b"5;a\nAAAAA\r\n0\r\n\r\n"),
    "a folded header": smuggled(HEALTH + b"X: a\n b\n\n"),
    "a blank before the colon": smuggled(HEALTH + b"X : a\n\n"),
    "an unknown Transfer-Encoding": smuggled(
        b"POST /adfs/oauth2/token HTTP/1.1\nHost: h\nTransfer-Encoding: xchunked\n\n", b"0\r\n\r\n"),
}
BAD_INPUT_34 = {
    "a request line of 1 MB": b"GET /" + b"a" * 1_000_000 + b" HTTP/1.1\r\nHost: h\r\n\r\n",
    "100,000 headers": smuggled(HEALTH) + b"".join(b"A%d: b\r\n" % i for i in range(100_000)) + b"\r\n",
}

with Installation() as it:
    url = urllib.parse.urlsplit(it.quickstart["controlUrl"])
    context = ssl.create_default_context(cafile=it.quickstart["caFile"])

    def connect():
        raw = socket.create_connection((url.hostname, url.port), timeout=90)
        return context.wrap_socket(raw, server_hostname=url.hostname)

    def talk(sent):
        """What comes back until the server closes (or has answered)."""
        with connect() as connection:
            received = b""
            try:
                connection.sendall(sent)
                while chunk := connection.recv(65536):
                    received += chunk
            except (ConnectionError, ssl.SSLError):
                pass
            return received

    def healthy():
        with connect() as connection:
            connection.sendall(smuggled(HEALTH + b"Connection: close\n\n"))
            return connection.recv(4096).startswith(b"HTTP/1.1 200")

    assert healthy()
    for cases in (BAD_INPUT_30, BAD_INPUT_34):
        for name, sent in cases.items():
            answer = talk(sent)
            assert answer == b"" or answer.startswith((b"HTTP/1.1 4", b"HTTP/1.1 501")), (name, answer[:200])
            assert answer.count(b"HTTP/1.1 ") <= 1, f"{name}: smuggled: {answer[:400]}"
            assert healthy(), name
            print("ok:", name)

    # Slowloris: headers and bodies that never end are cut off, and nobody else waits for them.
    slow = [connect() for _ in range(60)]
    for number, connection in enumerate(slow):
        connection.sendall(smuggled(HEALTH) if number % 2 else smuggled(
            b"POST /adfs/oauth2/token HTTP/1.1\nHost: h\nContent-Length: 100\n\n", b"a"))
    assert healthy()
    for connection in slow:
        connection.settimeout(120)
        try:
            assert connection.recv(4096)[:12] in (b"", b"HTTP/1.1 408"), "a slow client was served"
        except (ConnectionError, ssl.SSLError):
            pass
        connection.close()
    assert healthy()
    print("ok: slow headers and slow bodies are cut off")
