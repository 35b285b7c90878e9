"""Rows as Markdown tables, for people and for docs/performance.md."""


def table(header, rows):
    lines = ["| " + " | ".join(header) + " |", "|" + " --- |" * len(header)]
    lines += ["| " + " | ".join(str(cell) for cell in row) + " |" for row in rows]
    return "\n".join(lines) + "\n"


def ingest(rows):
    def cells(r):
        return (r["server"], r["connections"], r["window"], r["bytes"],
                "TLS" if r["tls"] else "plain", f"{r['rate']:,.0f}",
                f"{r['p50_us'] / 1000:.2f}", f"{r['p99_us'] / 1000:.2f}",
                f"{r['server_cpu_us']:.1f}",
                f"{r['syncs']:.3f}" if "syncs" in r else "",
                f"{r['disk']:.0f}" if "disk" in r else "")
    return table(("server", "connections", "window", "bytes", "", "messages/s", "p50 ms",
                  "p99 ms", "server CPU us/message", "syncs/message", "disk bytes/message"),
                 map(cells, rows))


def failover(rows):
    def cells(r):
        return (f"{r['registered']:,}", f"{r['connected']:,}", r["flips"],
                f"{r['flip_median']:.3f}", f"{r['flip_max']:.3f}", f"{r['gap_median']:.3f}",
                f"{r['gap_max']:.3f}",
                f"{r['import_seconds']:.1f}" if "import_seconds" in r else "")
    return table(("registered", "connected", "flips", "order to first acknowledgement, median s",
                  "max s", "longest gap of a device, median s", "max s", "import up to here, s"),
                 map(cells, rows))


def loss(rows):
    first = sorted(r["seconds"] for r in rows)
    return table(("runs", "median s", "max s", "each"),
                 [(len(first), f"{first[len(first) // 2]:.2f}", f"{first[-1]:.2f}",
                   ", ".join(f"{s:.2f}" for s in first))])


def evacuation(rows):
    return table(("evacuation", "hubs", "moved", "whole, s", "a hub, median s", "max s"),
                 ((r["kind"], r["hubs"], r["moved"], f"{r['seconds']:.2f}", f"{r['median']:.2f}",
                   f"{r['max']:.2f}") for r in rows))


def idle(rows):
    return table(("", "connections", "bytes a connection (PSS)"),
                 (("TLS" if r["tls"] else "plain", r["connections"], f"{r['bytes']:,.0f}")
                  for r in rows))


def lag(rows):
    return table(("messages/s", "samples", "lag p50 s", "p99 s", "max s", "records p99"),
                 ((f"{r['rate']:,.0f}", r["samples"], f"{r['seconds_p50']:.3f}",
                   f"{r['seconds_p99']:.3f}", f"{r['seconds_max']:.3f}", r["records_p99"])
                  for r in rows))


SECTIONS = {"ingest": ("Durable ingest", ingest), "failover": ("Planned failover", failover),
            "loss": ("Loss of the owner's region, automatic failover", loss),
            "evacuation": ("Evacuation of a region", evacuation),
            "idle": ("Memory of an idle connection", idle),
            "lag": ("Replication lag", lag)}


def markdown(results):
    m = results["machine"]
    text = (f"\n{m['cpu']}, {m['cores']} cores, {m['memory_gib']} GiB, Linux {m['kernel']}; "
            f"a synced write of 4 KiB takes {m['sync_us']} us; load {m['load']:.1f}.\n")
    for name, (title, make) in SECTIONS.items():
        if name in results:
            text += f"\n## {title}\n\n" + make(results[name])
    return text
