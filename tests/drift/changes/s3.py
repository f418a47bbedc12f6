"""Changes of buckets and of what stands beside them."""

import json

from common import change

MODELS = "aws_s3_bucket.models"
PAGES = 'aws_s3_bucket.site["pages"]'
SHARED = "aws_s3_bucket_policy.shared"
ALL_USERS = "http://acs.amazonaws.com/groups/global/AllUsers"
BLIND_TO_ACL = (
    "provider 3 never reads `acl` again: it sees a canned ACL that became another one as new grants beside"
    " `private`, and does not see one that became `private`"
)

BLIND_TO_MEANING = "provider 3 keeps the policy's text as S3 gives it: it sees another text that means the same"


def name(state, address):
    return state[address]["id"]


def lifecycle(aws, state):
    return aws("s3").get_bucket_lifecycle_configuration(Bucket=name(state, MODELS))["Rules"]


def put_lifecycle(aws, state, rules):
    aws("s3").put_bucket_lifecycle_configuration(
        Bucket=name(state, MODELS), LifecycleConfiguration={"Rules": rules}
    )


def policy(state, address):
    return json.loads(state[address]["policy"])


def put_policy(aws, state, address, document, **form):
    aws("s3").put_bucket_policy(Bucket=name(state, address), Policy=json.dumps(document, **form))


def notifications(aws, state):
    found = aws("s3").get_bucket_notification_configuration(
        Bucket=name(state, "aws_s3_bucket_notification.shared")
    )
    return found["TopicConfigurations"]


def put_notifications(aws, state, topics):
    aws("s3").put_bucket_notification_configuration(
        Bucket=name(state, "aws_s3_bucket_notification.shared"),
        NotificationConfiguration={"TopicConfigurations": topics},
    )


# Buckets.


@change("versioning-suspended", MODELS, "change", ["versioning"])
def versioning_suspended(aws, state):
    aws("s3").put_bucket_versioning(
        Bucket=name(state, MODELS), VersioningConfiguration={"Status": "Suspended"}
    )


@change("versioning-enabled", "aws_s3_bucket.plain", "change", ["versioning"])
def versioning_enabled(aws, state):
    aws("s3").put_bucket_versioning(
        Bucket=name(state, "aws_s3_bucket.plain"), VersioningConfiguration={"Status": "Enabled"}
    )


@change("encryption-weaker", MODELS, "change", ["server_side_encryption_configuration"])
def encryption_weaker(aws, state):
    aws("s3").put_bucket_encryption(
        Bucket=name(state, MODELS),
        ServerSideEncryptionConfiguration={
            "Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]
        },
    )


@change("encryption-other-key", MODELS, "change", ["server_side_encryption_configuration"])
def encryption_other_key(aws, state):
    aws("s3").put_bucket_encryption(
        Bucket=name(state, MODELS),
        ServerSideEncryptionConfiguration={
            "Rules": [
                {
                    "ApplyServerSideEncryptionByDefault": {
                        "SSEAlgorithm": "aws:kms",
                        "KMSMasterKeyID": "arn:aws:kms:eu-central-1:999999999999:key/foreign",
                    },
                    "BucketKeyEnabled": True,
                }
            ]
        },
    )


@change("encryption-removed", MODELS, "change", ["server_side_encryption_configuration"])
def encryption_removed(aws, state):
    aws("s3").delete_bucket_encryption(Bucket=name(state, MODELS))


@change(
    "encryption-by-default",
    "aws_s3_bucket.plain",
    "noop",
    [],
    why_blind="provider 3 takes AWS's own AES256 for a change; it is what S3 does without any configuration",
)
def encryption_by_default(aws, state):
    aws("s3").put_bucket_encryption(
        Bucket=name(state, "aws_s3_bucket.plain"),
        ServerSideEncryptionConfiguration={
            "Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]
        },
    )


@change("policy-open", MODELS, "change", ["policy"])
def policy_open(aws, state):
    document = policy(state, MODELS)
    document["Statement"][1]["Principal"] = "*"
    put_policy(aws, state, MODELS, document)


@change("policy-without-condition", MODELS, "change", ["policy"])
def policy_without_condition(aws, state):
    document = policy(state, MODELS)
    del document["Statement"][0]
    put_policy(aws, state, MODELS, document)


@change("inline-policy-removed", MODELS, "change", ["policy"])
def inline_policy_removed(aws, state):
    aws("s3").delete_bucket_policy(Bucket=name(state, MODELS))


@change(
    "policy-nobody-wrote",
    "aws_s3_bucket.plain",
    "change",
    ["policy"],
    why_blind="provider 3 reads the policy of a bucket only if the bucket has one in its configuration",
)
def policy_nobody_wrote(aws, state):
    bucket = name(state, "aws_s3_bucket.plain")
    statement = {
        "Effect": "Allow",
        "Principal": "*",
        "Action": "s3:GetObject",
        "Resource": f"arn:aws:s3:::{bucket}/*",
    }
    aws("s3").put_bucket_policy(
        Bucket=bucket, Policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    )


@change("policy-rearranged", MODELS, "noop", [], why_blind=BLIND_TO_MEANING)
def policy_rearranged(aws, state):
    document = policy(state, MODELS)
    document["Statement"].reverse()
    for statement in document["Statement"]:
        if isinstance(statement["Action"], list):
            statement["Action"].reverse()
        statement["Resource"] = list(reversed(statement["Resource"]))
    put_policy(aws, state, MODELS, document, indent=4)


@change("acl-public", "aws_s3_bucket.plain", "change", ["acl"], why_blind=BLIND_TO_ACL)
def acl_public(aws, state):
    aws("s3").put_bucket_acl(Bucket=name(state, "aws_s3_bucket.plain"), ACL="public-read")


@change("acl-private-again", "aws_s3_bucket.plain", "noop", [])
def acl_private_again(aws, state):
    aws("s3").put_bucket_acl(Bucket=name(state, "aws_s3_bucket.plain"), ACL="private")


@change("acl-closed", PAGES, "change", ["acl"], why_blind=BLIND_TO_ACL)
def acl_closed(aws, state):
    aws("s3").put_bucket_acl(Bucket=name(state, PAGES), ACL="private")


@change("grant-added", "aws_s3_bucket.grants", "change", ["grant"])
def grant_added(aws, state):
    bucket = name(state, "aws_s3_bucket.grants")
    acl = aws("s3").get_bucket_acl(Bucket=bucket)
    grants = acl["Grants"] + [
        {"Grantee": {"Type": "Group", "URI": ALL_USERS}, "Permission": "WRITE"}
    ]
    aws("s3").put_bucket_acl(
        Bucket=bucket, AccessControlPolicy={"Grants": grants, "Owner": acl["Owner"]}
    )


@change("grants-reordered", "aws_s3_bucket.grants", "noop", [])
def grants_reordered(aws, state):
    bucket = name(state, "aws_s3_bucket.grants")
    acl = aws("s3").get_bucket_acl(Bucket=bucket)
    aws("s3").put_bucket_acl(
        Bucket=bucket,
        AccessControlPolicy={"Grants": acl["Grants"][::-1], "Owner": acl["Owner"]},
    )


@change("logging-stopped", MODELS, "change", ["logging"])
def logging_stopped(aws, state):
    aws("s3").put_bucket_logging(Bucket=name(state, MODELS), BucketLoggingStatus={})


@change("logging-elsewhere", MODELS, "change", ["logging"])
def logging_elsewhere(aws, state):
    aws("s3").put_bucket_logging(
        Bucket=name(state, MODELS),
        BucketLoggingStatus={
            "LoggingEnabled": {
                "TargetBucket": name(state, "aws_s3_bucket.logs"),
                "TargetPrefix": "elsewhere/",
            }
        },
    )


@change("lifecycle-sooner", MODELS, "change", ["lifecycle_rule"])
def lifecycle_sooner(aws, state):
    rules = lifecycle(aws, state)
    rules[0]["Expiration"] = {"Days": 61}
    put_lifecycle(aws, state, rules)


@change("lifecycle-rule-disabled", MODELS, "change", ["lifecycle_rule"])
def lifecycle_rule_disabled(aws, state):
    rules = lifecycle(aws, state)
    rules[0]["Status"] = "Disabled"
    put_lifecycle(aws, state, rules)


@change("lifecycle-rule-removed", MODELS, "change", ["lifecycle_rule"])
def lifecycle_rule_removed(aws, state):
    put_lifecycle(aws, state, lifecycle(aws, state)[1:])


@change("lifecycle-removed", MODELS, "change", ["lifecycle_rule"])
def lifecycle_removed(aws, state):
    aws("s3").delete_bucket_lifecycle(Bucket=name(state, MODELS))


@change(
    "lifecycle-reordered",
    MODELS,
    "noop",
    [],
    why_blind="provider 3 keeps the rules as a list; S3 gives their order no meaning",
)
def lifecycle_reordered(aws, state):
    put_lifecycle(aws, state, lifecycle(aws, state)[::-1])


@change("lifecycle-put-again", MODELS, "noop", [])
def lifecycle_put_again(aws, state):
    put_lifecycle(aws, state, lifecycle(aws, state))


@change("cors-any-origin", MODELS, "change", ["cors_rule"])
def cors_any_origin(aws, state):
    rules = aws("s3").get_bucket_cors(Bucket=name(state, MODELS))["CORSRules"]
    rules[0]["AllowedOrigins"] = ["*"]
    aws("s3").put_bucket_cors(Bucket=name(state, MODELS), CORSConfiguration={"CORSRules": rules})


@change(
    "cors-methods-reordered",
    MODELS,
    "noop",
    [],
    why_blind="provider 3 keeps the methods as a list; their order has no meaning",
)
def cors_methods_reordered(aws, state):
    rules = aws("s3").get_bucket_cors(Bucket=name(state, MODELS))["CORSRules"]
    rules[0]["AllowedMethods"].reverse()
    rules[0]["AllowedOrigins"].reverse()
    aws("s3").put_bucket_cors(Bucket=name(state, MODELS), CORSConfiguration={"CORSRules": rules})


@change("acceleration-suspended", MODELS, "change", ["acceleration_status"])
def acceleration_suspended(aws, state):
    aws("s3").put_bucket_accelerate_configuration(
        Bucket=name(state, MODELS), AccelerateConfiguration={"Status": "Suspended"}
    )


@change("bucket-tag", MODELS, "change", ["tags.Team"])
def bucket_tag(aws, state):
    tags = {**state[MODELS]["tags"], "Team": "ops"}
    aws("s3").put_bucket_tagging(
        Bucket=name(state, MODELS),
        Tagging={"TagSet": [{"Key": key, "Value": value} for key, value in tags.items()]},
    )


@change("bucket-tags-reordered", MODELS, "noop", [])
def bucket_tags_reordered(aws, state):
    tags = reversed(state[MODELS]["tags"].items())
    aws("s3").put_bucket_tagging(
        Bucket=name(state, MODELS),
        Tagging={"TagSet": [{"Key": key, "Value": value} for key, value in tags]},
    )


@change("website-page", PAGES, "change", ["website"])
def website_page(aws, state):
    aws("s3").put_bucket_website(
        Bucket=name(state, PAGES),
        WebsiteConfiguration={"IndexDocument": {"Suffix": "start.html"}},
    )


@change("website-removed", PAGES, "change", ["website"])
def website_removed(aws, state):
    aws("s3").delete_bucket_website(Bucket=name(state, PAGES))


@change("retention-shorter", "aws_s3_bucket.ledger", "change", ["object_lock_configuration"])
def retention_shorter(aws, state):
    aws("s3").put_object_lock_configuration(
        Bucket=name(state, "aws_s3_bucket.ledger"),
        ObjectLockConfiguration={
            "ObjectLockEnabled": "Enabled",
            "Rule": {"DefaultRetention": {"Mode": "GOVERNANCE", "Days": 1}},
        },
    )


@change("replication-stopped", "aws_s3_bucket.source", "change", ["replication_configuration"])
def replication_stopped(aws, state):
    aws("s3").delete_bucket_replication(Bucket=name(state, "aws_s3_bucket.source"))


@change("bucket-deleted", "aws_s3_bucket.plain", "delete", [])
def bucket_deleted(aws, state):
    aws("s3").delete_bucket(Bucket=name(state, "aws_s3_bucket.plain"))


# What stands beside them.


@change("shared-policy-wider", SHARED, "change", ["policy"])
def shared_policy_wider(aws, state):
    document = policy(state, SHARED)
    document["Statement"][0]["Action"] = "s3:*"
    put_policy(aws, state, SHARED, document)


@change("shared-policy-single-value", SHARED, "noop", [], why_blind=BLIND_TO_MEANING)
def shared_policy_single_value(aws, state):
    document = policy(state, SHARED)
    first, second = document["Statement"]
    first["Principal"] = {"AWS": ["123456789012"]}
    first["Resource"] = [first["Resource"]]
    second["Action"] = [second["Action"]]
    second["Condition"] = {"StringEquals": {"s3:x-amz-acl": "bucket-owner-full-control"}}
    put_policy(aws, state, SHARED, document)


@change(
    "shared-policy-deleted",
    SHARED,
    "delete",
    [],
    why_blind="provider 3 keeps a policy that is gone as an empty one; later ones drop it from the state",
)
def shared_policy_deleted(aws, state):
    aws("s3").delete_bucket_policy(Bucket=name(state, SHARED))


@change(
    "public-access-opened",
    "aws_s3_bucket_public_access_block.shared",
    "change",
    ["block_public_policy", "restrict_public_buckets"],
)
def public_access_opened(aws, state):
    aws("s3").put_public_access_block(
        Bucket=name(state, "aws_s3_bucket_public_access_block.shared"),
        PublicAccessBlockConfiguration={
            "BlockPublicAcls": True,
            "IgnorePublicAcls": True,
            "BlockPublicPolicy": False,
            "RestrictPublicBuckets": False,
        },
    )


@change("public-access-deleted", "aws_s3_bucket_public_access_block.shared", "delete", [])
def public_access_deleted(aws, state):
    aws("s3").delete_public_access_block(
        Bucket=name(state, "aws_s3_bucket_public_access_block.shared")
    )


@change("public-access-put-again", "aws_s3_bucket_public_access_block.copies[0]", "noop", [])
def public_access_put_again(aws, state):
    aws("s3").put_public_access_block(
        Bucket=name(state, "aws_s3_bucket_public_access_block.copies[0]"),
        PublicAccessBlockConfiguration={"BlockPublicAcls": True},
    )


@change("ownership-of-writers", "aws_s3_bucket_ownership_controls.shared", "change", ["rule"])
def ownership_of_writers(aws, state):
    aws("s3").put_bucket_ownership_controls(
        Bucket=name(state, "aws_s3_bucket_ownership_controls.shared"),
        OwnershipControls={"Rules": [{"ObjectOwnership": "ObjectWriter"}]},
    )


@change("ownership-deleted", "aws_s3_bucket_ownership_controls.shared", "delete", [])
def ownership_deleted(aws, state):
    aws("s3").delete_bucket_ownership_controls(
        Bucket=name(state, "aws_s3_bucket_ownership_controls.shared")
    )


@change("notification-narrower", "aws_s3_bucket_notification.shared", "change", ["topic"])
def notification_narrower(aws, state):
    topics = notifications(aws, state)
    for topic in topics:
        topic["Events"] = topic["Events"][:1]
    put_notifications(aws, state, topics)


@change("notification-receiver-removed", "aws_s3_bucket_notification.shared", "change", ["topic"])
def notification_receiver_removed(aws, state):
    put_notifications(aws, state, notifications(aws, state)[:1])


@change(
    "notification-reordered",
    "aws_s3_bucket_notification.shared",
    "noop",
    [],
    why_blind="provider 3 keeps the receivers as a list; their order has no meaning",
)
def notification_reordered(aws, state):
    topics = notifications(aws, state)[::-1]
    for topic in topics:
        topic["Events"].reverse()
    put_notifications(aws, state, topics)


@change("inventory-stopped", "aws_s3_bucket_inventory.shared", "change", ["enabled"])
def inventory_stopped(aws, state):
    bucket = name(state, "aws_s3_bucket_policy.shared")
    found = aws("s3").get_bucket_inventory_configuration(Bucket=bucket, Id="weekly")
    aws("s3").put_bucket_inventory_configuration(
        Bucket=bucket,
        Id="weekly",
        InventoryConfiguration={**found["InventoryConfiguration"], "IsEnabled": False},
    )
