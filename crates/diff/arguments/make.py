"""Lists the configurable arguments of resource types from a provider schema.

    python make.py SCHEMA.json TYPE... > aws-6.69.1.json

SCHEMA.json has the form of `terraform providers schema -json`. Arguments are those that are required or optional, at
any depth of blocks and nested attributes, as dotted paths without indices.
"""

import json
import sys


def arguments(block, prefix=""):
    for name, attribute in block.get("attributes", {}).items():
        configurable = attribute.get("required") or attribute.get("optional")
        if not configurable:
            continue
        nested = attribute.get("nested_type")
        if nested:
            yield from arguments(nested, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}"
    for name, nested in block.get("block_types", {}).items():
        yield from arguments(nested["block"], f"{prefix}{name}.")


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        (provider,) = json.load(file)["provider_schemas"].values()
    types = {}
    for name in sorted(sys.argv[2:]):
        types[name] = sorted(arguments(provider["resource_schemas"][name]["block"]))
    json.dump(types, sys.stdout, indent=1)
    print()


if __name__ == "__main__":
    main()
