"""Runs a script of a test with boto3 against the local AWS: `client(service)` and `args` are given, JSON is printed."""

import json
import os
import sys

import boto3
from botocore.config import Config

CONFIG = Config(retries={"total_max_attempts": 1}, user_agent_appid="test", s3={"addressing_style": "path"})


def client(service, region=None):
    return boto3.client(
        service,
        endpoint_url=os.environ["AWS_ENDPOINT_URL"],
        region_name=region or os.environ["AWS_REGION"],
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=CONFIG,
    )


if __name__ == "__main__":
    with open(sys.argv[1], encoding="utf-8") as code:
        exec(compile(code.read(), sys.argv[1], "exec"), {"client": client, "args": json.loads(sys.argv[2]), "json": json})
