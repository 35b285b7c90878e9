#!/usr/bin/env python3
"""Style checks that matter enough to fail a build: layers, sizes, words, coroutine statements.

usage: tools/tidy.py [--self-test]      exit status 1 when anything is found
"""
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
SOURCE_LINES_MAX = 600
HEADER_LINES_MAX = 260
COLUMNS_MAX = 100

# Third parties by the word src/LAYERS uses for them.
THIRD_PARTIES = {
    "xxhash": r"xxhash\.h",
    "boost/json": r"boost/json",
    "boost/beast-http": r"boost/(beast|asio/buffer|asio/error)",
    "openssl-crypto": r"openssl/(evp|hmac|crypto|sha|err|x509|bn|asn1|params|bio|ec|core_names|param_build)",
    "openssl": r"openssl/",
    "ldns": r"ldns/",
    "protobuf": r"google/protobuf",
    "asio": r"boost/(asio|system)",
    "beast": r"boost/beast",
    "rocksdb": r"rocksdb/",
    "spdlog": r"spdlog/",
    "curl": r"curl/",
    "prometheus": r"prometheus/",
    "CLI11": r"CLI/",
}
# In the pure layers: nothing that reads a clock, the world, or waits.
IMPURE = re.compile(
    r"std::(chrono::(system|steady)_clock|random_device|thread\b|mutex|condition_variable|this_thread"
    r"|filesystem|[io]?fstream)|\b(getenv|gettimeofday|clock_gettime|time\(nullptr\)|::open\(|socket\()")
PURE = {"base", "codec", "ports", "record", "identity", "hub", "failover", "concierge", "partition",
        "replica", "gateway", "region", "control"}
BANNED = [
    (re.compile(r"\bFIXME\b|\bXXX\b|#if 0\b"), "unfinished or dead code"),
    (re.compile(r"\bTODO\b"), "a TODO: file it as an issue instead"),
    (re.compile(r"catch \(\.\.\.\)(?!.*panic)"), "catch (...) hides what happened"),
    (re.compile(r"using namespace std;"), "using namespace std"),
]


def read_layers(text):
    """folder -> (folders it may include, regex of third parties it may include)."""
    layers, seen = {}, []
    for line in text.splitlines():
        line = line.split("#")[0].strip()
        if not line:
            continue
        name, rest = line.split(":", 1)
        ours, _, theirs = rest.partition("|")
        allowed = ours.split()
        for folder in allowed:
            if folder not in seen:
                raise SystemExit(f"src/LAYERS: {name} names {folder}, which is not above it")
        patterns = [THIRD_PARTIES[word] for word in theirs.split()]
        layers[name] = (set(allowed) | {name}, patterns)
        seen.append(name)
    return layers


def check_includes(folder, text, layers, where):
    allowed, patterns = layers[folder]
    every = list(THIRD_PARTIES.values())
    for number, line in enumerate(text.splitlines(), 1):
        if match := re.match(r'#include "([a-z_]+)/', line):
            if match.group(1) in layers and match.group(1) not in allowed:
                yield f"{where}:{number}: {folder} may not include {match.group(1)} (src/LAYERS)"
        elif match := re.match(r"#include <([^>]+)>", line):
            header = match.group(1)
            known = any(re.match(p, header) for p in every)
            if known and not any(re.match(p, header) for p in patterns):
                yield f"{where}:{number}: {folder} may not include <{header}> (src/LAYERS)"


def check_text(text, where, pure):
    lines = text.splitlines()
    limit = HEADER_LINES_MAX if where.endswith(".hpp") else SOURCE_LINES_MAX
    if len(lines) > limit:
        yield f"{where}: {len(lines)} lines, the most is {limit}"
    for number, line in enumerate(lines, 1):
        if len(line) > COLUMNS_MAX:
            yield f"{where}:{number}: {len(line)} columns, the most is {COLUMNS_MAX}"
        if line != line.rstrip():
            yield f"{where}:{number}: blanks at the end of the line"
        if "co_await" in line and not line.lstrip().startswith("//"):
            statement = line.split("co_await", 1)[1]
            if "{" in statement or "[" in statement.replace("[[", ""):
                yield f"{where}:{number}: braces or a lambda in a co_await statement (GCC 12)"
        for pattern, why in BANNED:
            if pattern.search(line):
                yield f"{where}:{number}: {why}"
        if pure and IMPURE.search(line.split("//")[0]):
            yield f"{where}:{number}: this layer does not touch the world"


def check_tree(root):
    layers = read_layers((root / "src/LAYERS").read_text())
    tracked = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=root, text=True,
                             capture_output=True, check=True).stdout.split("\n")
    for name in tracked:
        path = root / name
        if not name.endswith((".cpp", ".hpp")) or not path.exists():
            continue
        text = path.read_text()
        folder = name.split("/")[1] if name.startswith("src/") else None
        test = re.search(r"_(test|fuzz|bench)\.cpp$", name)
        if folder and folder in layers and not test:
            yield from check_includes(folder, text, layers, name)
        yield from check_text(text, name, folder in PURE and not test)
        if name.endswith(".hpp") and "#pragma once" not in text:
            yield f"{name}: no #pragma once"
    sources = [(name, (root / name).read_text()) for name in tracked
               if name.startswith("src/") and name.endswith(".cpp")
               and not name.endswith("_test.cpp") and (root / name).exists()]
    yield from check_events(sources, (root / "docs/operating/events.md").read_text())
    for name in tracked:
        if name.endswith(".md") and (root / name).exists():
            yield from check_page(root, name)


def check_events(sources, page):
    """Every event that is logged is on the page of events, and every one on the page is logged."""
    logged = {}
    for name, text in sources:
        for call in re.findall(r"\blog_event\(([^{;]*)", text):
            for event in re.findall(r'"([^"]+)"', call):
                logged.setdefault(event, name)
    listed = set(re.findall(r"^\| `([a-z_.]+)` \|", page, flags=re.M))
    for event in sorted(logged.keys() - listed):
        yield f"{logged[event]}: event {event} is not in docs/operating/events.md"
    for event in sorted(listed - logged.keys()):
        yield f"docs/operating/events.md: nobody logs {event}"


def check_page(root, name):
    text = (root / name).read_text()
    outside = re.sub(r"```.*?```", "", text, flags=re.S)
    if len(re.findall(r"^# ", outside, flags=re.M)) != 1:
        yield f"{name}: a page has one title"
    for target in re.findall(r"\]\(([^)#\s]+)\)", outside):
        if not re.match(r"[a-z]+:", target) and not (root / name).parent.joinpath(target).exists():
            yield f"{name}: link to {target}, which is not there"


def self_test():
    """Every check is shown a bad sample."""
    layers = read_layers("base: | \nhub: base | boost/json\n")
    bad = [
        list(check_includes("base", '#include "hub/x.hpp"', layers, "f.cpp")),
        list(check_includes("hub", "#include <openssl/evp.h>", layers, "f.cpp")),
        list(check_text("x" * 101, "f.cpp", False)),
        list(check_text("\n" * 601, "f.cpp", False)),
        list(check_text("a = co_await f(T{1});", "f.cpp", False)),
        list(check_text("std::chrono::steady_clock::now();", "f.cpp", True)),
        list(check_text("// " + "TO" + "DO later", "f.cpp", False)),
        list(check_events([("f.cpp", 'log_event(Level::info, "a.new", {});')], "")),
        list(check_events([("f.cpp", 'log_event(l, a ? "a.b" : "a.c", {});')], "| `a.b` | info |")),
        list(check_events([], "| `an.old` | info | | gone |")),
        list(check_text("x ", "f.cpp", False)),
    ]
    good = list(check_includes("hub", '#include "base/x.hpp"\n#include <boost/json.hpp>', layers, "f"))
    if not all(bad) or good:
        raise SystemExit(f"tidy's own test failed: {bad} {good}")


if __name__ == "__main__":
    self_test()
    findings = list(check_tree(ROOT))
    print("\n".join(findings) if findings else "tidy: nothing found")
    sys.exit(1 if findings else 0)
