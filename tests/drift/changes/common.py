"""What the parts have in common: how a change is written down, found and made.

A part is a Python file beside this one. Each of its functions under `@change(...)` makes one change out of band:

    @change("vpc-dns-off", "aws_vpc.main", "change", ["enable_dns_hostnames"])
    def vpc_dns_off(aws, state):
        aws("ec2").modify_vpc_attribute(VpcId=state["aws_vpc.main"]["id"], EnableDnsHostnames={"Value": False})

`aws(service)` gives a boto3 client on the local endpoint, `state` the attributes of each instance by its address.
The part's list `CHANGES` holds them in their order.

    python common.py list [PART]                         every change, as JSON
    python common.py make ENDPOINT STATE_FILE PART NAME [PART NAME]...  makes them, one after the other
"""

import importlib
import json
import pathlib
import sys

REGION = "eu-central-1"
KINDS = ("change", "delete", "noop")


def change(name, resource, kind, expect, why_blind=None, besides=None):
    """Notes one change in the list `CHANGES` of the file it stands in.

    `resource` is the address of the instance that differs afterwards, `kind` one of `KINDS`, `expect` the paths of
    the attributes that differ (none for `delete` and `noop`), `why_blind` why `terraform plan` cannot see it here.
    `besides` says of other addresses why `terraform plan` sees them otherwise than the tool.
    """
    if kind not in KINDS:
        raise ValueError(f"change {name!r}: kind is {kind!r}, which is none of {', '.join(KINDS)}")
    if (kind == "change") != bool(expect):
        raise ValueError(f"change {name!r}: attributes are expected of kind `change`, and of no other")

    def noted(do):
        changes = do.__globals__.setdefault("CHANGES", [])
        if any(known["name"] == name for known in changes):
            raise ValueError(f"change {name!r} is there twice")
        changes.append(
            {
                "name": name,
                "resource": resource,
                "kind": kind,
                "expect": list(expect),
                "why_blind": why_blind,
                "besides": dict(besides or {}),
                "do": do,
            }
        )
        return do

    return noted


def clients(endpoint, region=REGION):
    """Clients on this endpoint, by service; each is made once."""
    import boto3

    made = {}

    def client(service):
        if service not in made:
            made[service] = boto3.client(
                service,
                endpoint_url=endpoint,
                region_name=region,
                aws_access_key_id="terraform",
                aws_secret_access_key="terraform",
            )
        return made[service]

    return client


def instances(file):
    """The attributes of each managed instance of a state file (version 4), by address."""
    found = {}
    for resource in json.loads(pathlib.Path(file).read_text())["resources"]:
        if resource["mode"] != "managed":
            continue
        module = resource["module"] + "." if "module" in resource else ""
        for instance in resource["instances"]:
            index = f"[{json.dumps(instance['index_key'])}]" if "index_key" in instance else ""
            found[f"{module}{resource['type']}.{resource['name']}{index}"] = instance["attributes"]
    return found


def parts():
    """The names of all parts."""
    here = pathlib.Path(__file__)
    return sorted(file.stem for file in here.parent.glob("*.py") if file.stem != here.stem)


def load(part):
    """The changes of one part."""
    return importlib.import_module(part).CHANGES


def main(arguments):
    """Lists changes, or makes some."""
    match arguments:
        case ["list", *names]:
            listed = [
                {"part": part} | {name: value for name, value in entry.items() if name != "do"}
                for part in names or parts()
                for entry in load(part)
            ]
            json.dump(listed, sys.stdout, indent=1)
        case ["make", endpoint, file, *names] if names and len(names) % 2 == 0:
            aws, state = clients(endpoint), instances(file)
            for part, name in zip(names[::2], names[1::2]):
                found = [entry for entry in load(part) if entry["name"] == name]
                if not found:
                    sys.exit(f"{part} has no change {name!r}")
                found[0]["do"](aws, state)
        case _:
            sys.exit(__doc__)


if __name__ == "__main__":
    # The parts import this file by its name: without this it would be there twice.
    sys.modules["common"] = sys.modules["__main__"]
    main(sys.argv[1:])
