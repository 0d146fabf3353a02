#!/usr/bin/env python3
"""A receiver of Rustle's reports, as docs/REPORT.md describes it. Standard library only.

    receiver.py FOLDER [--port 8443] [--cert server.pem] [--token-file FILE] [--key public.pem]

Every event becomes one line of FOLDER/<run>.jsonl, once. `--key` needs the program openssl."""
import argparse, base64, gzip, hmac, io, json, os, re, ssl, subprocess, tempfile, threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

LARGEST = 64 << 20  # Bytes of a body, packed or not.
lock, known = threading.Lock(), {}

class Receiver(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"  # One connection serves many requests.
    timeout = 60

    def do_POST(self):
        length, run = int(self.headers.get("Content-Length", "-1")), self.headers.get("Rustle-Run", "")
        if not 0 <= length <= LARGEST:
            self.close_connection = True
            return self.answer(413)
        body = self.rfile.read(length)
        if args.token and not hmac.compare_digest(self.headers.get("Authorization", ""), args.token):
            return self.answer(401)
        if len(body) < length or not re.fullmatch("[0-9a-f]{32}", run) or args.key and not self.is_signed(run, body):
            return self.answer(400)
        if self.headers.get("Content-Encoding") == "gzip":
            body = gzip.GzipFile(fileobj=io.BytesIO(body)).read(LARGEST + 1)
        report = json.loads(body) if len(body) <= LARGEST else {}
        if report.get("format") != 1 or report.get("run") != run:
            return self.answer(400)
        try:
            with lock:
                keep(os.path.join(args.folder, run + ".jsonl"), report)
        except OSError:
            return self.answer(503)
        self.answer(204)  # Only now: what is acknowledged is never sent again.

    def is_signed(self, run, body):
        found = re.search(r"ed25519=([A-Za-z0-9+/]+=*)", self.headers.get("Rustle-Signature", ""))
        with tempfile.TemporaryDirectory() as folder:
            message, signature = os.path.join(folder, "message"), os.path.join(folder, "signature")
            open(message, "wb").write(f"rustle-report-1\n{run}\n".encode() + body)
            open(signature, "wb").write(base64.b64decode(found[1]) if found else b"")
            return not subprocess.run(["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", args.key, "-rawin",
                                       "-in", message, "-sigfile", signature], capture_output=True).returncode

    def answer(self, status):
        self.send_response(status)
        if status != 204:
            self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass

def keep(path, report):
    with open(path, "a+b") as file:
        numbers = known.pop(path, None)
        if numbers is None:
            file.seek(0)
            whole = [line for line in file if line.endswith(b"\n")]  # The last may be torn, if writing it failed.
            file.truncate(sum(map(len, whole)))
            numbers = {json.loads(line)["number"] for line in whole}
        for number, event in enumerate(report["events"], report["first"]):
            if number not in numbers:  # An event may come again: its number tells.
                file.write(json.dumps({"number": number, **event}).encode() + b"\n")
        file.flush()
        os.fsync(file.fileno())
    known[path] = numbers | set(range(report["first"], report["first"] + report["count"]))

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("folder")
parser.add_argument("--port", type=int, default=8443)
for option in ["--cert", "--token-file", "--key"]:
    parser.add_argument(option, metavar="FILE")
args = parser.parse_args()
args.token = "Bearer " + open(args.token_file).read().strip() if args.token_file else None
# Without a certificate only this machine is listened to, in the clear.
server = ThreadingHTTPServer(("" if args.cert else "127.0.0.1", args.port), Receiver)
if args.cert:  # The certificates and the key, in one file.
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(args.cert)
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
print(server.server_address[1], flush=True)
server.serve_forever()
