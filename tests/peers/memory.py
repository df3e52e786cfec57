"""Holds how much memory rqtest takes against what it may take, whatever goes through it.

    memory.py PATH-OF-RQTEST

A server on loopback sends what it is asked for and takes what it is sent; the files are sparse.
"""

import gzip
import json
import os
import socketserver
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

MIB = 1 << 20
GIB = 1 << 30
PIECE = bytes(MIB)

# What is done, what the report must say of it, and the most MiB that it may take. The cap is 64 MiB,
# and a buffer that grows is copied, and so is there twice for a moment.
CASES = [
    ("download a GiB into a file", {"get": "{api}/1024", "output": "out.bin", "max_body": "2GiB"}, None, 20),
    ("upload a file of a GiB", {"post": "{api}/", "file": "big.bin"}, None, 20),
    ("upload two of them as parts", {"post": "{api}/", "multipart": [{"name": "a", "file": "big.bin"}] * 2}, None, 20),
    ("read an endless body up to the cap", {"get": "{api}/endless"}, "too-large", 256),
    ("read a bomb of 2 GiB up to the cap", {"get": "{api}/bomb"}, "too-large", 200),
    ("read a bomb on the way to a redirect", {"get": "{api}/bomb/redirect"}, "too-large", 200),
]


def main(binary):
    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Peer)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    api = f"http://127.0.0.1:{server.server_address[1]}"
    failures = 0
    with tempfile.TemporaryDirectory() as folder:
        os.truncate(os.open(Path(folder, "big.bin"), os.O_CREAT | os.O_WRONLY), GIB)
        for name, request, error, most in CASES:
            spec = {"requests": [{"name": name, "timeout": "120s", "expect": {"status": 200}} | request]}
            Path(folder, "spec.yaml").write_text(json.dumps(spec).replace("{api}", api))
            ended, peak = run(binary, folder)
            right = ended == (error or "passed") and peak <= most
            failures += not right
            print(f"memory: {'' if right else 'WRONG: '}{name}: {ended}, {peak:.1f} MiB of {most}")
    return 1 if failures else 0


def run(binary, folder):
    """The kind of the error, or the verdict; and the peak of the memory in MiB."""
    # Forked off a small program, since a process begins with the peak of the one that forked it.
    command = ["/usr/bin/time", "--format", "%M", "--output", "peak", binary, "run", "spec.yaml", "--json", "report.json"]
    subprocess.run(command, cwd=folder, stdout=subprocess.DEVNULL, check=False)
    case = json.loads(Path(folder, "report.json").read_text())["files"][0]["cases"][0]
    error = case["attempts"][0]["error"]
    peak = int(Path(folder, "peak").read_text().split()[-1]) / 1024
    return error["kind"] if error else case["verdict"], peak


class Peer(socketserver.StreamRequestHandler):
    """Sends MiBs of zeros, as many as the path says, or without end, or as a bomb."""

    def handle(self):
        method, path, _ = self.rfile.readline().decode().split(" ")
        length = 0
        while (line := self.rfile.readline()) not in (b"\r\n", b""):
            name, value = line.decode().split(": ", 1)
            if name.lower() == "content-length":
                length = int(value)
        try:
            self.answer(method, path, length)
        except ConnectionError:
            pass  # It had enough.

    def answer(self, method, path, length):
        if method == "POST":
            while length > 0:
                length -= len(self.rfile.read1(min(length, MIB)))
            self.say("200 OK", 0)
        elif path == "/endless":
            self.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n")
            while True:
                self.wfile.write(PIECE)
        elif path.startswith("/bomb"):
            bomb = gzip.compress(bytes(4 * MIB)) * 512
            status = "302 Found\r\nLocation: /next" if path.endswith("redirect") else "200 OK"
            self.say(status + "\r\nContent-Encoding: gzip", len(bomb))
            self.wfile.write(bomb)
        else:
            count = int(path[1:])
            self.say("200 OK", count * MIB)
            for _ in range(count):
                self.wfile.write(PIECE)

    def say(self, first, length):
        head = f"HTTP/1.1 {first}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n"
        self.wfile.write(head.encode())


if __name__ == "__main__":
    sys.exit(main(os.path.abspath(sys.argv[1])))
