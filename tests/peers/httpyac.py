"""Holds what rqtest sends for the corpus of `.http` files against what httpYac sends for them.

    httpyac.py PATH-OF-RQTEST PATH-OF-HTTPYAC [FILE...]

Each file of tests/inputs/http/EDITOR goes through both, rqtest with `--dialect httpyac`, against a
server that records what arrives: method, target, header fields and body have to be the same.
DIFFERENCES lists where they are not, each with its rule, and is held true too.
"""

import difflib
import re
import shutil
import subprocess
import sys
import tempfile
import threading
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

CORPUS = Path(__file__).resolve().parent.parent / "inputs" / "http"
AT_ONCE = 2
SECONDS = 120

# What the clients add of their own accord; the length is that of the body, which is compared.
CLIENT_FIELDS = {"host", "connection", "content-length", "user-agent", "accept-encoding"}
ANSWER = b'{"id": 7, "text": "a b", "list": [1], "tag": "{{x}}"}'
DRAWN = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")

# Why they differ, by the name of the rule.
RULES = {
}

# The files that they send differently, and the rule of each.
DIFFERENCES = {
}


class Recorder(ThreadingHTTPServer):
    """Keeps what it is sent, in one way of writing for both."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.authority = f"127.0.0.1:{self.server_port}"
        self.received = []
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def taken(self):
        taken, self.received = self.received, []
        return taken


class Handler(BaseHTTPRequestHandler):
    def handle_one_request(self):
        self.raw_requestline = self.rfile.readline(65537)
        self.close_connection = True
        if not self.raw_requestline or not self.parse_request():
            return
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.received.append(self.shown(body))
        self.send_response(200)
        for name, value in (("X-Token", "t1"), ("Content-Type", "application/json"), ("Content-Length", str(len(ANSWER)))):
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(ANSWER)

    def shown(self, body):
        fields = ((name.lower(), value.strip()) for name, value in self.headers.items())
        written = sorted(f"{name}: {value}" for name, value in fields if name not in CLIENT_FIELDS and (name, value) != ("accept", "*/*"))
        lines = [f"{self.command} {self.path}", *written, "", body.decode("utf-8", "backslashreplace")]
        return DRAWN.sub("UUID", "\n".join(lines).replace(self.server.authority, "HOST"))

    def log_message(self, *_):
        pass


def main(binary, httpyac, *names):
    files = sorted(path for path in CORPUS.glob("*/*.*") if path.suffix in {".http", ".rest"} and not path.name.startswith("err_"))
    chosen = [path for path in files if not names or key(path) in names]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        differences = dict(zip(map(key, chosen), pool.map(lambda path: difference(path, binary, httpyac), chosen)))
    wrong = 0
    for name, found in differences.items():
        if bool(found) != (name in DIFFERENCES):
            wrong += 1
            print(f"{name}: {found or 'listed as different, and is not'}")
    for rule in RULES:
        if rule not in DIFFERENCES.values():
            wrong += 1
            print(f"no file is different by the rule {rule}")
    by_rule = sum(bool(found) for found in differences.values()) - wrong
    print(f"httpyac: {len(chosen)} files, {wrong} not as they should be, {max(by_rule, 0)} different by a known rule")
    return 1 if wrong else 0


def key(path):
    return f"{path.parent.name}/{path.name}"


def difference(path, binary, httpyac):
    """What the two send differently, as lines of a difference."""
    server = Recorder()
    given = [f"host=http://{server.authority}", f"authority={server.authority}"]
    environment = ["--env", "dev"] if (path.parent / "http-client.env.json").exists() else []
    ours = [binary, "run", path.name, "--dialect", "httpyac", "--quiet", *environment]
    theirs = [httpyac, "send", path.name, "--all", "--output", "none", "--no-color", *environment, "--var", *given]
    try:
        sent = [sent_by(command, path, server) for command in (ours + [part for one in given for part in ("--var", one)], theirs)]
    finally:
        server.shutdown()
        server.server_close()
    lines = [text.splitlines() for text in sent]
    return "\n".join(difflib.unified_diff(lines[1], lines[0], "httpyac", "rqtest", lineterm="", n=20))


def sent_by(command, path, server):
    """What arrives when a command is run in a copy of the file's folder."""
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(path.parent, folder, dirs_exist_ok=True)
        quiet = {name: subprocess.DEVNULL for name in ("stdin", "stdout", "stderr")}
        try:
            subprocess.run(command, cwd=folder, timeout=SECONDS, **quiet)
        except subprocess.TimeoutExpired:
            return f"it did not end within {SECONDS} seconds"
    return "\n=====\n".join(server.taken())


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
