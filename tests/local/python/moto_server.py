"""Runs moto's server on a free loopback port, and ends with its parent.

The port is chosen by the kernel (port 0) and printed as the first line of standard output, so no other process can
take it in between. The parent holds the other end of standard input: when that closes, because the parent stopped,
crashed or was killed, this process ends too.

`POST /moto-api/afterhours/fork` copies the account: a child process goes on with everything that is there, on a port of
its own, which is the answer. It ends with this process, or by `POST /moto-api/afterhours/end`.
"""

import os
import sys
import threading

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import make_server

MOTO = DomainDispatcherApplication(create_backend_app)
# Open for writing here only: its end is seen by every child when this process has gone.
ALIVE, HELD = os.pipe()


def end_with(descriptor: int) -> None:
    while os.read(descriptor, 4096):
        pass
    os._exit(0)


def fork(server_of_parent) -> int:
    child = make_server("127.0.0.1", 0, ending, threaded=True)
    pid = os.fork()
    if pid == 0:
        os.close(HELD)
        server_of_parent.socket.close()
        threading.Thread(target=end_with, args=(ALIVE,), daemon=True).start()
        child.serve_forever()
        os._exit(0)
    threading.Thread(target=os.waitpid, args=(pid, 0), daemon=True).start()
    child.socket.close()
    return child.server_port


def answer(start_response, text):
    # With a length the body is not cut into chunks, which the one-line client of these calls cannot read.
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(len(text)))])
    return [text.encode()]


def ending(environ, start_response):
    if environ["PATH_INFO"] == "/moto-api/afterhours/end":
        threading.Timer(0.05, os._exit, (0,)).start()
        return answer(start_response, "ends")
    return MOTO(environ, start_response)


def main() -> None:
    def forking(environ, start_response):
        if environ["PATH_INFO"] == "/moto-api/afterhours/fork":
            return answer(start_response, str(fork(server)))
        return MOTO(environ, start_response)

    server = make_server("127.0.0.1", 0, forking, threaded=True)
    threading.Thread(target=end_with, args=(sys.stdin.fileno(),), daemon=True).start()
    print(server.server_port, flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
