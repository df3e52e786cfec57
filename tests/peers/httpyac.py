"""Holds what rqtest sends for the corpus of `.http` files against what httpYac sends for them.

    httpyac.py PATH-OF-RQTEST PATH-OF-HTTPYAC

Each folder tests/inputs/http/EDITOR goes through both, rqtest with `--dialect httpyac`. Each file
has a server of its own that records what arrives: method, target, header fields and body have to
be the same. DIFFERENCES lists where they are not, each with its rule, and is held true too.
"""

import difflib
import re
import shutil
import subprocess
import sys
import tempfile
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

CORPUS = Path(__file__).resolve().parent.parent / "inputs" / "http"
SECONDS = 600

# What the clients add of their own accord; the length is that of the body, which is compared.
CLIENT_FIELDS = {"host", "connection", "content-length", "user-agent", "accept-encoding"}
ANSWER = b'{"id": 7, "text": "a b", "list": [1], "tag": "{{x}}"}'
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
DRAWN = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")

# Why they differ, by the name of the rule.
RULES = {
    "environments": "httpYac knows no `$shared`, and no `.user` files of Visual Studio",
    "graphql-field": "httpYac sends `X-Request-Type` along",
    "graphql-type": "httpYac adds no content type to GraphQL where another field says what it is",
    "graphql-word": "httpYac takes `GRAPHQL` for POST",
    "illegal": "httpYac leaves `|` in a query as it is, which RFC 3986 does not allow there",
    "made-up": "httpYac has no names of Java Faker",
    "note": "httpYac asks whether to go on, and stops where nobody answers",
    "percent": "httpYac has no `{{%x}}`",
    "references": "httpYac knows an exchange by its request's name alone, not by `name.response`",
    "undefined": "httpYac sends nothing for what the environment has not, where rqtest does not send",
    "white-space": "httpYac takes blank lines before a body off, and leaves white space after it",
}

# The files that they send differently, and the rule of each.
DIFFERENCES = {
    "httpyac/gql_fragment.http": "graphql-field",
    "httpyac/graphql.http": "graphql-field",
    "httpyac/name_and_reference.http": "references",
    "jetbrains/faker_name.http": "made-up",
    "jetbrains/no_auto_encoding.http": "illegal",
    "kulala/graphql.http": "graphql-type",
    "kulala/graphql_method.http": "graphql-word",
    "kulala/response_header_of_named_request.http": "references",
    "kulala/shared_environment.http": "environments",
    "standard/white_space_around_body.http": "white-space",
    "visualstudio/request_variable.http": "references",
    "visualstudio/request_variable_body.http": "references",
    "visualstudio/request_variable_xml.http": "references",
    "visualstudio/shared_environment.http": "environments",
    "visualstudio/user_environment.http": "environments",
    "vscode/file_variable_of_request_variable.http": "references",
    "vscode/graphql.http": "graphql-field",
    "vscode/no_redirect_and_note.http": "note",
    "vscode/process_env.http": "undefined",
    "vscode/request_variable_header.http": "references",
    "vscode/request_variable_json_path.http": "references",
    "vscode/request_variable_of_request.http": "references",
    "vscode/request_variable_whole_body.http": "references",
    "vscode/request_variable_xml_path.http": "references",
    "vscode/url_encoded_variable.http": "percent",
}


class Recorder(ThreadingHTTPServer):
    """Keeps what it is sent, in one way of writing for both."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.authority = f"127.0.0.1:{self.server_port}"
        self.received = []
        threading.Thread(target=self.serve_forever, daemon=True).start()


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


def main(binary, httpyac):
    found = {}
    for folder in sorted(path for path in CORPUS.iterdir() if path.is_dir()):
        found |= differences(folder, binary, httpyac)
    wrong = [name for name, difference in found.items() if bool(difference) != (name in DIFFERENCES)]
    for name in wrong:
        print(f"{name}: {found[name] or 'listed as different, and is not'}")
    unused = RULES.keys() - DIFFERENCES.values()
    if unused:
        print(f"nothing is different by {', '.join(sorted(unused))}")
    by_rule = sum(bool(difference) for difference in found.values()) - sum(name not in DIFFERENCES for name in wrong)
    print(f"httpyac: {len(found)} files, {by_rule} different by a known rule, {len(wrong)} not as they should be")
    return 1 if wrong or unused else 0


def differences(folder, binary, httpyac):
    """The files of a folder, and what the two send differently for each, as the lines of a difference."""
    names = [path.name for path in sorted(folder.iterdir()) if path.suffix in {".http", ".rest"} and not path.name.startswith("err_")]
    environment = ["--env", "dev"] if (folder / "http-client.env.json").exists() else []
    theirs = sent_by([httpyac, "send", "--all", "--output", "none", "--no-color", *environment], folder, names)
    ours = sent_by([binary, "run", "--dialect", "httpyac", "--quiet", *environment], folder, names)
    compared = {}
    for name in names:
        lines = difflib.unified_diff(theirs[name], ours[name], "httpyac", "rqtest", lineterm="", n=20)
        compared[f"{folder.name}/{name}"] = "\n".join(lines)
    return compared


def sent_by(command, folder, names):
    """What arrives for each file, as lines, when a command is run with all of them, and then with
    each that sent nothing alone: one file may have stopped the others."""
    servers = {name: Recorder() for name in names}
    run(command, folder, servers, names)
    for name in names:
        if not servers[name].received:
            run(command, folder, servers, [name])
    for server in servers.values():
        server.shutdown()
        server.server_close()
    return {name: "\n=====\n".join(server.received).splitlines() for name, server in servers.items()}


def run(command, folder, servers, names):
    """Runs a command in a copy of a folder, whose files have their servers' addresses."""
    with tempfile.TemporaryDirectory() as copy:
        shutil.copytree(folder, copy, dirs_exist_ok=True)
        # Its jar would hold for all files.
        (Path(copy) / ".httpyac.json").write_text('{"cookieJarEnabled": false}')
        for name in names:
            point(Path(copy) / name, servers[name].authority)
        program, verb, *options = command
        quiet = {name: subprocess.DEVNULL for name in ("stdin", "stdout", "stderr")}
        subprocess.run([program, verb, *names, *options], cwd=copy, timeout=SECONDS, **quiet)


def point(path, authority):
    """Defines above all requests of a file where its server is."""
    text = path.read_bytes().removeprefix(BYTE_ORDER_MARK)
    definitions = f"@host = http://{authority}\n@authority = {authority}\n\n###\n".encode()
    path.write_bytes(definitions + text)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
