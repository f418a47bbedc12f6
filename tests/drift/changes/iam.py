"""Changes of roles, policies, instance profiles and identity providers.

Roles of provider 3 hold all their inline policies and attachments: what changes an inline policy, or attaches or
detaches a policy, changes the role as well. A new notation of a document is a change to the provider's refresh; by
meaning it is none.
"""

import json

from common import change

WORKER = 'aws_iam_role.worker["training"]'
READ = 'aws_iam_policy.managed["read"]'


def document(text):
    """A policy document that may be changed in place."""
    return json.loads(text)


def statements(text, *, indent=None, edit=None):
    """The document with its statements changed, in another notation."""
    parsed = document(text)
    for statement in parsed["Statement"]:
        if edit is not None:
            edit(statement)
    return json.dumps(parsed, indent=indent)


def put_version(aws, state, address, text, default=True):
    """A new version of a managed policy."""
    aws("iam").create_policy_version(
        PolicyArn=state[address]["arn"], PolicyDocument=text, SetAsDefault=default
    )


@change("iam-role-trusts-everybody", WORKER, "change", ["assume_role_policy"])
def role_trusts_everybody(aws, state):
    def widen(statement):
        statement["Principal"] = {"AWS": "*"}

    role = state[WORKER]
    aws("iam").update_assume_role_policy(
        RoleName=role["name"], PolicyDocument=statements(role["assume_role_policy"], edit=widen)
    )


@change("iam-role-condition-dropped", "aws_iam_role.bare[1]", "change", ["assume_role_policy"])
def role_condition_dropped(aws, state):
    role = state["aws_iam_role.bare[1]"]
    text = statements(role["assume_role_policy"], edit=lambda statement: statement.pop("Condition"))
    aws("iam").update_assume_role_policy(RoleName=role["name"], PolicyDocument=text)


@change("iam-role-session", "aws_iam_role.bare[0]", "change", ["max_session_duration"])
def role_session(aws, state):
    role = state["aws_iam_role.bare[0]"]
    aws("iam").update_role(RoleName=role["name"], Description="", MaxSessionDuration=43200)


@change("iam-role-description", WORKER, "change", ["description"])
def role_description(aws, state):
    role = state[WORKER]
    aws("iam").update_role(
        RoleName=role["name"],
        Description="Runs anything",
        MaxSessionDuration=role["max_session_duration"],
    )


@change(
    "iam-role-boundary-removed",
    'aws_iam_role.worker["batch"]',
    "change",
    ["permissions_boundary"],
    "provider 3 keeps the boundary of its state where the answer has none",
)
def role_boundary_removed(aws, state):
    role = state['aws_iam_role.worker["batch"]']
    aws("iam").delete_role_permissions_boundary(RoleName=role["name"])


@change(
    "iam-role-boundary-other",
    'aws_iam_role.worker["inference"]',
    "change",
    ["permissions_boundary"],
)
def role_boundary_other(aws, state):
    role = state['aws_iam_role.worker["inference"]']
    aws("iam").put_role_permissions_boundary(
        RoleName=role["name"], PermissionsBoundary=state["aws_iam_policy.shared"]["arn"]
    )


@change("iam-role-tag", WORKER, "change", ["tags.team", "tags.owner"])
def role_tag(aws, state):
    name = state[WORKER]["name"]
    aws("iam").tag_role(
        RoleName=name,
        Tags=[{"Key": "team", "Value": "quant"}, {"Key": "owner", "Value": "ops"}],
    )


@change("iam-role-inline-added", "aws_iam_role.closed", "change", ["inline_policy[name=extra]"])
def role_inline_added(aws, state):
    aws("iam").put_role_policy(
        RoleName=state["aws_iam_role.closed"]["name"],
        PolicyName="extra",
        PolicyDocument=json.dumps(
            {
                "Version": "2012-10-17",
                "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"},
            }
        ),
    )


@change(
    "iam-role-inline-changed",
    "aws_iam_role.inline",
    "change",
    ["inline_policy[name=logs].policy"],
)
def role_inline_changed(aws, state):
    role = state["aws_iam_role.inline"]
    text = next(entry["policy"] for entry in role["inline_policy"] if entry["name"] == "logs")

    def widen(statement):
        statement["Resource"] = "*"

    aws("iam").put_role_policy(
        RoleName=role["name"], PolicyName="logs", PolicyDocument=statements(text, edit=widen)
    )


@change("iam-role-inline-removed", "aws_iam_role.inline", "change", ["inline_policy[name=metrics]"])
def role_inline_removed(aws, state):
    name = state["aws_iam_role.inline"]["name"]
    aws("iam").delete_role_policy(RoleName=name, PolicyName="metrics")


@change("iam-role-attached", "aws_iam_role.closed", "change", ["managed_policy_arns"])
def role_attached(aws, state):
    aws("iam").attach_role_policy(
        RoleName=state["aws_iam_role.closed"]["name"], PolicyArn=state[READ]["arn"]
    )


@change("iam-role-detached", "aws_iam_role.inline", "change", ["managed_policy_arns"])
def role_detached(aws, state):
    aws("iam").detach_role_policy(
        RoleName=state["aws_iam_role.inline"]["name"], PolicyArn=state[READ]["arn"]
    )


@change("iam-role-deleted", "aws_iam_role.closed", "delete", [])
def role_deleted(aws, state):
    aws("iam").delete_role(RoleName=state["aws_iam_role.closed"]["name"])


@change("iam-role-made-anew", "aws_iam_role.closed", "change", ["unique_id"])
def role_made_anew(aws, state):
    role = state["aws_iam_role.closed"]
    aws("iam").delete_role(RoleName=role["name"])
    aws("iam").create_role(
        RoleName=role["name"],
        Path=role["path"],
        AssumeRolePolicyDocument=role["assume_role_policy"],
    )


@change("iam-role-policy-widened", 'aws_iam_role_policy.bucket["batch"]', "change", ["policy"])
def role_policy_widened(aws, state):
    policy = state['aws_iam_role_policy.bucket["batch"]']

    def widen(statement):
        statement["Action"] = "s3:*"

    aws("iam").put_role_policy(
        RoleName=policy["role"],
        PolicyName=policy["name"],
        PolicyDocument=statements(policy["policy"], edit=widen),
    )


@change("iam-role-policy-deleted", 'aws_iam_role_policy.bucket["training"]', "delete", [])
def role_policy_deleted(aws, state):
    policy = state['aws_iam_role_policy.bucket["training"]']
    aws("iam").delete_role_policy(RoleName=policy["role"], PolicyName=policy["name"])


@change("iam-attachment-deleted", 'aws_iam_role_policy_attachment.read["inference"]', "delete", [])
def attachment_deleted(aws, state):
    attachment = state['aws_iam_role_policy_attachment.read["inference"]']
    aws("iam").detach_role_policy(
        RoleName=attachment["role"], PolicyArn=attachment["policy_arn"]
    )


@change("iam-policy-new-default", READ, "change", ["policy"])
def policy_new_default(aws, state):
    def widen(statement):
        statement["Action"] = ["s3:*"]

    put_version(aws, state, READ, statements(state[READ]["policy"], edit=widen))


@change("iam-policy-tag-removed", READ, "change", ["tags.team"])
def policy_tag_removed(aws, state):
    aws("iam").untag_policy(PolicyArn=state[READ]["arn"], TagKeys=["team"])


@change("iam-policy-deleted", "aws_iam_policy.spare", "delete", [])
def policy_deleted(aws, state):
    aws("iam").delete_policy(PolicyArn=state["aws_iam_policy.spare"]["arn"])


@change("iam-shared-detached", "aws_iam_policy_attachment.shared", "change", ["roles"])
def shared_detached(aws, state):
    aws("iam").detach_role_policy(
        RoleName=state["aws_iam_role.bare[1]"]["name"],
        PolicyArn=state["aws_iam_policy.shared"]["arn"],
    )


@change("iam-shared-attached-to-user", "aws_iam_policy_attachment.shared", "change", ["users"])
def shared_attached_to_user(aws, state):
    aws("iam").create_user(UserName="somebody")
    aws("iam").attach_user_policy(
        UserName="somebody", PolicyArn=state["aws_iam_policy.shared"]["arn"]
    )


@change("iam-profile-other-role", "aws_iam_instance_profile.worker[1]", "change", ["role"])
def profile_other_role(aws, state):
    profile = state["aws_iam_instance_profile.worker[1]"]
    iam = aws("iam")
    iam.remove_role_from_instance_profile(
        InstanceProfileName=profile["name"], RoleName=profile["role"]
    )
    iam.add_role_to_instance_profile(
        InstanceProfileName=profile["name"], RoleName=state["aws_iam_role.inline"]["name"]
    )


@change("iam-profile-tag", "aws_iam_instance_profile.empty", "change", ["tags.team"])
def profile_tag(aws, state):
    aws("iam").tag_instance_profile(
        InstanceProfileName=state["aws_iam_instance_profile.empty"]["name"],
        Tags=[{"Key": "team", "Value": "ml"}],
    )


@change("iam-profile-deleted", "aws_iam_instance_profile.empty", "delete", [])
def profile_deleted(aws, state):
    name = state["aws_iam_instance_profile.empty"]["name"]
    aws("iam").delete_instance_profile(InstanceProfileName=name)


@change(
    "iam-provider-thumbprint",
    "aws_iam_openid_connect_provider.ci",
    "change",
    ["thumbprint_list"],
)
def provider_thumbprint(aws, state):
    aws("iam").update_open_id_connect_provider_thumbprint(
        OpenIDConnectProviderArn=state["aws_iam_openid_connect_provider.ci"]["arn"],
        ThumbprintList=["0123456789abcdef0123456789abcdef01234567"],
    )


@change("iam-provider-deleted", "aws_iam_openid_connect_provider.ci", "delete", [])
def provider_deleted(aws, state):
    arn = state["aws_iam_openid_connect_provider.ci"]["arn"]
    aws("iam").delete_open_id_connect_provider(OpenIDConnectProviderArn=arn)


@change("iam-noop-trust-in-lists", WORKER, "noop", [])
def noop_trust_in_lists(aws, state):
    def lists(statement):
        statement["Action"] = [statement["Action"]]
        statement["Principal"] = {name: [value] for name, value in statement["Principal"].items()}

    role = state[WORKER]
    aws("iam").update_assume_role_policy(
        RoleName=role["name"],
        PolicyDocument=statements(role["assume_role_policy"], edit=lists),
    )


@change("iam-noop-trust-conditions-turned", "aws_iam_role.bare[0]", "noop", [])
def noop_trust_conditions_turned(aws, state):
    def turned(statement):
        statement["Condition"]["StringEquals"]["sts:ExternalId"].reverse()

    role = state["aws_iam_role.bare[0]"]
    aws("iam").update_assume_role_policy(
        RoleName=role["name"],
        PolicyDocument=statements(role["assume_role_policy"], indent=2, edit=turned),
    )


@change("iam-noop-inline-turned", 'aws_iam_role_policy.bucket["batch"]', "noop", [])
def noop_inline_turned(aws, state):
    policy = state['aws_iam_role_policy.bucket["batch"]']
    parsed = document(policy["policy"])
    parsed["Statement"].reverse()
    for statement in parsed["Statement"]:
        statement["Action"].reverse()
        statement["Resource"].reverse()
    aws("iam").put_role_policy(
        RoleName=policy["role"],
        PolicyName=policy["name"],
        PolicyDocument=json.dumps(parsed, indent=4, sort_keys=True),
    )


@change("iam-noop-inline-flag-as-flag", 'aws_iam_role_policy.bucket["training"]', "noop", [])
def noop_inline_flag(aws, state):
    def flag(statement):
        if "Condition" in statement:
            statement["Condition"] = {"Bool": {"aws:SecureTransport": True}}

    policy = state['aws_iam_role_policy.bucket["training"]']
    aws("iam").put_role_policy(
        RoleName=policy["role"],
        PolicyName=policy["name"],
        PolicyDocument=statements(policy["policy"], edit=flag),
    )


@change("iam-noop-policy-version-same", READ, "noop", [])
def noop_policy_version_same(aws, state):
    def turned(statement):
        statement["Action"].reverse()
        statement["Resource"] = [statement["Resource"]]

    put_version(aws, state, READ, statements(state[READ]["policy"], indent=1, edit=turned))


@change("iam-noop-policy-version-not-in-force", 'aws_iam_policy.managed["write"]', "noop", [])
def noop_policy_version_not_in_force(aws, state):
    address = 'aws_iam_policy.managed["write"]'

    def widen(statement):
        statement["Action"] = "*"

    text = statements(state[address]["policy"], edit=widen)
    put_version(aws, state, address, text, default=False)


@change("iam-noop-tags-put-again", WORKER, "noop", [])
def noop_tags_put_again(aws, state):
    role = state[WORKER]
    tags = [{"Key": key, "Value": value} for key, value in reversed(role["tags"].items())]
    aws("iam").tag_role(RoleName=role["name"], Tags=tags)


@change("iam-noop-attached-again", "aws_iam_role.inline", "noop", [])
def noop_attached_again(aws, state):
    role = state["aws_iam_role.inline"]
    for arn in reversed(role["managed_policy_arns"]):
        aws("iam").detach_role_policy(RoleName=role["name"], PolicyArn=arn)
        aws("iam").attach_role_policy(RoleName=role["name"], PolicyArn=arn)
