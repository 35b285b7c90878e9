"""npm azure-iothub: queries over devices; the connection state of lists and queries after a
failover, when no device has come back yet."""
from installation import Installation, wait_for
from rest import Rest

FAST = ("--failover-interval-seconds", "0", "--failovers-per-day", "0")

with Installation(*FAST) as it:
    it.node("query.mjs")
    rest = Rest(it)
    query = {"query": "SELECT * FROM devices WHERE STARTS_WITH(deviceId,'query-')"}
    seen, continuation = [], None
    while True:
        headers = {"x-ms-max-item-count": "25"}
        if continuation:
            headers["x-ms-continuation"] = continuation
        status, answered, page = rest.data("POST", "devices/query", query, headers)
        assert status == 200 and len(page) <= 25, (status, page)
        seen += [twin["deviceId"] for twin in page]
        continuation = answered["x-ms-continuation"]
        if not continuation:
            break
    assert len(seen) == len(set(seen)) == 60, len(seen)
    for headers in ({"x-ms-max-item-count": "0"}, {"x-ms-max-item-count": "1001"},
                    {"x-ms-continuation": "nonsense"}):
        status, _, refused = rest.data("POST", "devices/query", query, headers)
        assert status == 400, (headers, status, refused)
    it.failover()
    status, _, page = wait_for(
        "the other region", lambda: rest.data("POST", "devices/query", query))
    assert status == 200, (status, page)
    print("ok: queries through control, and after a failover")
