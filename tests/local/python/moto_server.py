"""Runs moto's server on a free loopback port, and ends with its parent.

The port is chosen by the kernel (port 0) and printed as the first line of standard output, so no other process can
take it in between. The parent holds the other end of standard input: when that closes, because the parent stopped,
crashed or was killed, this process ends too.
"""

import os
import sys
import threading

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import make_server


def end_with_parent() -> None:
    while sys.stdin.buffer.read(4096):
        pass
    os._exit(0)


def main() -> None:
    server = make_server("127.0.0.1", 0, DomainDispatcherApplication(create_backend_app), threaded=True)
    threading.Thread(target=end_with_parent, daemon=True).start()
    print(server.server_port, flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
