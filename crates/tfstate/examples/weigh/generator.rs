//! States of any size, made as they are read.

use std::fmt::Write as _;
use std::io::{self, Read};

/// A state of at least so many bytes, laid out as Terraform writes it: blanks for more than a third, and long lists
/// of dependencies.
#[derive(Debug)]
pub(crate) struct Generated {
    bytes: u64,
    given: u64,
    resources: u64,
    piece: Vec<u8>,
    position: usize,
    ended: bool,
}

impl Generated {
    /// Of at least so many bytes.
    pub(crate) fn of(bytes: u64) -> Self {
        let head = "{\n  \"version\": 4,\n  \"terraform_version\": \"1.13.4\",\n  \"serial\": 812,\n  \"lineage\": \"5d1f6c3a-2b7e-4a90-9c0d-6e5f4a3b2c1d\",\n  \"outputs\": {},\n  \"resources\": [\n";
        Self {
            bytes,
            given: 0,
            resources: 0,
            piece: head.as_bytes().to_vec(),
            position: 0,
            ended: false,
        }
    }

    /// The next resource, or the end.
    fn advance(&mut self) {
        self.position = 0;
        self.piece.clear();
        if self.given >= self.bytes && self.resources > 0 {
            if !self.ended {
                self.piece
                    .extend_from_slice(b"\n  ],\n  \"check_results\": null\n}\n");
            }
            self.ended = true;
            return;
        }
        let comma = if self.resources == 0 { "" } else { ",\n" };
        let text = format!("{comma}{}", resource(self.resources));
        self.piece.extend_from_slice(text.as_bytes());
        self.resources += 1;
    }
}

impl Read for Generated {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.position >= self.piece.len() && !self.ended {
            self.advance();
        }
        let mut rest = self.piece.get(self.position..).unwrap_or_default();
        let count = rest.read(into)?;
        self.position += count;
        self.given += u64::try_from(count).unwrap_or_default();
        Ok(count)
    }
}

/// Four instances of an EC2 instance in a module, with 25 dependencies each.
fn resource(number: u64) -> String {
    let mut text = format!(
        "    {{\n      \"module\": \"module.team[{module}].module.workers[\\\"blue\\\"]\",\n      \"mode\": \"managed\",\n      \"type\": \"aws_instance\",\n      \"name\": \"worker_{number}\",\n      \"provider\": \"provider[\\\"registry.terraform.io/hashicorp/aws\\\"]\",\n      \"instances\": [\n",
        module = number % 40
    );
    for index in 0..4 {
        let comma = if index == 0 { "" } else { ",\n" };
        // Writing to a String does not fail.
        let _ = write!(
            text,
            "{comma}        {{\n          \"index_key\": {index},\n          \"schema_version\": 2,\n          \"attributes\": {{\n"
        );
        let id = number * 4 + index;
        for (name, value) in [
            ("ami", "\"ami-0abcdef1234567890\"".to_owned()),
            ("arn", format!("\"arn:aws:ec2:eu-central-1:111122223333:instance/i-{id:017x}\"")),
            ("availability_zone", "\"eu-central-1a\"".to_owned()),
            ("credit_specification", "[]".to_owned()),
            ("ebs_block_device", "[]".to_owned()),
            ("ebs_optimized", "false".to_owned()),
            ("id", format!("\"i-{id:017x}\"")),
            ("instance_type", "\"m6i.large\"".to_owned()),
            ("ipv6_addresses", "[]".to_owned()),
            ("metadata_options", "[\n              {\n                \"http_endpoint\": \"enabled\",\n                \"http_put_response_hop_limit\": 1,\n                \"http_tokens\": \"required\"\n              }\n            ]".to_owned()),
            ("private_dns", format!("\"ip-10-0-{}-{}.eu-central-1.compute.internal\"", id / 256 % 256, id % 256)),
            ("root_block_device", format!("[\n              {{\n                \"delete_on_termination\": true,\n                \"volume_id\": \"vol-{id:017x}\",\n                \"volume_size\": 100,\n                \"volume_type\": \"gp3\"\n              }}\n            ]")),
            ("source_dest_check", "true".to_owned()),
            ("subnet_id", format!("\"subnet-{:017x}\"", id % 12)),
            ("tags", format!("{{\n              \"Name\": \"worker-{id}\",\n              \"team\": \"ml-team\"\n            }}")),
            ("tags_all", format!("{{\n              \"Name\": \"worker-{id}\",\n              \"managed-by\": \"terraform\",\n              \"team\": \"ml-team\"\n            }}")),
            ("user_data", "\"0123456789abcdef0123456789abcdef01234567\"".to_owned()),
            ("vpc_security_group_ids", format!("[\n              \"sg-{:017x}\",\n              \"sg-{:017x}\"\n            ]", id % 30, id % 31)),
        ] {
            let _ = writeln!(text, "            \"{name}\": {value},");
        }
        text.push_str("            \"volume_tags\": null\n          },\n          \"sensitive_attributes\": [\n            [\n              {\n                \"type\": \"get_attr\",\n                \"value\": \"user_data\"\n              }\n            ]\n          ],\n          \"identity_schema_version\": 0,\n          \"identity\": {\n            \"account_id\": \"111122223333\",\n            \"region\": \"eu-central-1\"\n          },\n          \"private\": \"eyJlMmJmYjczMC1lY2FhLTExZTYtOGY4OC0zNDM2M2JjN2M0YzAiOnsiY3JlYXRlIjo2MDAwMDAwMDAwMDB9fQ==\",\n          \"dependencies\": [\n");
        for dependency in 0..25 {
            let comma = if dependency == 24 { "" } else { "," };
            let _ = writeln!(
                text,
                "            \"module.team.module.network.aws_route_table_association.private_{dependency}\"{comma}"
            );
        }
        text.push_str("          ]\n        }");
    }
    text.push_str("\n      ]\n    }");
    text
}
