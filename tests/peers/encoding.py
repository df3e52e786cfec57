"""Holds how rqtest encodes parameters and forms against Python's requests, byte for byte.

    encoding.py PATH-OF-RQTEST [SEED]

10,000 random requests are written to spec files, run by the real binary against a server that
records what arrives, and prepared by requests. What an author writes into a URL rqtest sends as it
is where requests changes it: DIFFERENCES lists how, and is held true on both sides.
"""

import asyncio
import json
import random
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import requests

CASES = 10_000
FILES = 8

# A target as it is written, as requests sends it, as rqtest sends it, and why.
DIFFERENCES = [
    ("/a/../b/./c", "/b/c", "/a/../b/./c", "the path is what may be tested"),
    ("/%7euser", "/~user", "/%7euser", "so is the way in which it is escaped"),
    ("/%e4", "/%E4", "/%e4", "so is the way in which it is escaped"),
    ("/100%?a=50%", "/100%25?a=50%25", "/100%?a=50%", "a `%` is never touched"),
    ("/a[1]?b[]=2", "/a%5B1%5D?b%5B%5D=2", "/a[1]?b[]=2", "people write brackets, and servers read them"),
    ("/a?", "/a", "/a?", "an empty query is one"),
    ("/a ", "/a%20", "/a", "white space around a URL is none of it"),
]

RESERVED = "!*'();:@&=+$,/?#[]%"
UNSAFE = " \"<>\\^`{|}~-._\t\n\r\x00\x1f\x7f"
LETTERS = "abcXYZ019"
BEYOND = "äßñéЖ中文日本語אب€\u200b\u202e\ufeff\ufffd🦀👩\u200d👩\u0301\U0010ffff"


def main(binary, seed):
    draw = random.Random(seed)
    cases = [random_case(draw) for _ in range(CASES)]
    expected = [prepared(case) for case in cases]
    for target, theirs, ours, _ in DIFFERENCES:
        case = {"target": target, "pairs": [], "form": False}
        assert prepared(case) == (theirs, b""), f"requests sends {target} as {prepared(case)}"
        cases.append(case)
        expected.append((ours, b""))
    arrived = asyncio.run(sent_by_rqtest(binary, cases))
    wrong = [number for number in range(len(cases)) if arrived.get(number) != expected[number]]
    for number in wrong[:10]:
        print(f"{cases[number]}\n  requests: {expected[number]}\n  rqtest:   {arrived.get(number)}")
    print(f"encoding: {len(cases) - len(wrong)} of {len(cases)} requests are as they should be, with the seed {seed}")
    return 1 if wrong else 0


def random_case(draw):
    """A target with or without a query and a fragment, and pairs for its query or for a form."""
    path = "/" + "/".join(random_piece(draw, "/") for _ in range(draw.randint(0, 3)))
    query = "&".join(f"{random_piece(draw, '')}={random_piece(draw, '')}" for _ in range(draw.randint(0, 3)))
    fragment = draw.choice(["", "", "#top", "#a?b=c&d", "#ä"])
    target = path + (f"?{query}" if query else "") + fragment
    names = [random_text(draw) for _ in range(draw.randint(0, 4))]
    pairs = [(draw.choice(names), random_value(draw)) for _ in range(draw.randint(0, 6)) if names]
    return {"target": target.rstrip(), "pairs": pairs, "form": draw.random() < 0.4}


def random_piece(draw, kept_apart):
    """A part of a URL, as an author writes it; `%` only begins an escape that requests leaves as it is."""
    kinds = ["a", "Z9", "-._~", "+", "%20", "%2F", "%C3%A4", "%00", ":@", "!$'()*,;", " ", '"<>', "\\^`{|}", "ä", "中", "🦀"]
    text = "".join(draw.choice(kinds) for _ in range(draw.randint(1, 4)))
    # A segment of dots alone would be taken for a way up.
    return "x" + text.replace("{{", "{") if kept_apart else text.replace("{{", "{")


def random_text(draw):
    alphabet = draw.choice([LETTERS, RESERVED, UNSAFE, BEYOND, LETTERS + RESERVED + UNSAFE + BEYOND])
    text = "".join(draw.choice(alphabet) for _ in range(draw.choice([0, 1, 1, 2, 3, 8, 40])))
    # What begins a template is not what is tested here.
    for opening in ("{{", "{%", "{#"):
        text = text.replace(opening, "{ ")
    return text


def random_value(draw):
    kind = draw.random()
    if kind < 0.7:
        return random_text(draw)
    if kind < 0.8:
        return draw.choice([0, 7, -1, 2**53, 1.5, -0.25])
    if kind < 0.85:
        return None
    return [random_text(draw) for _ in range(draw.randint(0, 3))]


def prepared(case):
    """Target and body as requests sends them."""
    name = "data" if case["form"] else "params"
    request = requests.Request("POST", "http://localhost" + case["target"], **{name: case["pairs"]}).prepare()
    return request.path_url, (request.body or "").encode()


async def sent_by_rqtest(binary, cases):
    """Target and body of each case as they arrive from rqtest."""
    arrived = {}
    server = await asyncio.start_server(lambda reader, writer: record(reader, writer, arrived), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        for file in range(FILES):
            numbers = range(file, len(cases), FILES)
            requests_of_file = [spec_of(number, cases[number], port) for number in numbers]
            Path(folder, f"{file}.yaml").write_text(as_yaml({"requests": requests_of_file}), "utf-8")
        rqtest = await asyncio.create_subprocess_exec(binary, "run", "--quiet", folder, stdout=subprocess.PIPE)
        output, _ = await rqtest.communicate()
    server.close()
    if rqtest.returncode != 0:
        print(output.decode()[:3000])
    return arrived


def spec_of(number, case, port):
    """A request of a spec file."""
    pairs = [{name: value} for name, value in case["pairs"]]
    return {
        "method": "POST",
        "url": f"http://localhost:{port}{case['target']}",
        "headers": {"X-Case": str(number)},
        "form" if case["form"] else "params": pairs,
    }


def as_yaml(value):
    """JSON is YAML, but for surrogates in escapes, and for characters that YAML wants escaped."""
    text = json.dumps(value, ensure_ascii=False)
    return re.sub("[\x7f-\x9f\u2028\u2029\ufeff]", lambda match: f"\\u{ord(match[0]):04x}", text)


async def record(reader, writer, arrived):
    try:
        while True:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("ascii").split("\r\n")
            fields = dict(line.lower().split(": ", 1) for line in head[1:] if line)
            body = await reader.readexactly(int(fields.get("content-length", 0)))
            arrived[int(fields["x-case"])] = (head[0].split(" ")[1], body)
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
    except asyncio.IncompleteReadError:
        writer.close()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 1))
