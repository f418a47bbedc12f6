//! Rules of security groups in three styles.

use super::*;

const GROUP: &str = "<item><groupId>sg-1</groupId><ownerId>111122223333</ownerId><groupName>web</groupName><groupDescription>d</groupDescription><vpcId>vpc-1</vpcId>\
     <ipPermissions>\
     <item><ipProtocol>tcp</ipProtocol><fromPort>443</fromPort><toPort>443</toPort>\
     <ipRanges><item><cidrIp>10.0.0.0/8</cidrIp><description>web</description></item><item><cidrIp>192.168.0.0/16</cidrIp><description>web</description></item></ipRanges>\
     <ipv6Ranges><item><cidrIpv6>fd00::/8</cidrIpv6><description>web</description></item></ipv6Ranges>\
     <groups><item><groupId>sg-2</groupId><userId>111122223333</userId></item><item><groupId>sg-3</groupId><userId>444455556666</userId></item></groups></item>\
     <item><ipProtocol>-1</ipProtocol><groups><item><groupId>sg-1</groupId><userId>111122223333</userId></item></groups></item>\
     </ipPermissions><ipPermissionsEgress>\
     <item><ipProtocol>tcp</ipProtocol><fromPort>443</fromPort><toPort>443</toPort><prefixListIds><item><prefixListId>pl-1</prefixListId></item></prefixListIds></item>\
     </ipPermissionsEgress></item>";

fn script() -> Script {
    Script::new([whole("DescribeSecurityGroups", "securityGroupInfo", GROUP)])
}

fn block(members: Value) -> Value {
    let mut block = attributes(json!({
        "cidr_blocks": [], "ipv6_cidr_blocks": [], "prefix_list_ids": [], "security_groups": [], "self": false,
        "description": "", "protocol": "tcp", "from_port": 443, "to_port": 443,
    }));
    block.extend(attributes(members));
    Value::Object(block)
}

fn inline() -> Value {
    json!({
        "name": "web", "description": "d", "vpc_id": "vpc-1", "revoke_rules_on_delete": true,
        "ingress": [
            block(json!({ "protocol": "all", "from_port": 0, "to_port": 0, "self": true })),
            // Terraform keeps blocks as they were configured, whatever AWS puts together.
            block(json!({ "cidr_blocks": ["192.168.0.0/16"], "description": "web" })),
            block(json!({ "protocol": "6", "cidr_blocks": ["10.0.0.0/8"], "ipv6_cidr_blocks": ["fd00:0::/8"], "description": "web" })),
            block(json!({ "security_groups": ["444455556666/sg-3", "sg-2"] })),
        ],
        "egress": [block(json!({ "prefix_list_ids": ["pl-1"] }))],
    })
}

type Change = fn(&mut Value);

#[tokio::test(start_paused = true)]
async fn inline_rules_are_compared_source_by_source() {
    let found = read(
        &script(),
        &wanted(&[("aws_security_group", &["sg-1"])], false),
    )
    .await;
    let group = object(&found, "aws_security_group", "sg-1");
    assert_eq!(differs(group, inline()), Vec::<String>::new());
    let changes: [(&str, Change); 7] = [
        ("ingress", |state| {
            state["ingress"][1]["cidr_blocks"] = json!(["192.168.0.0/24"]);
        }),
        ("ingress", |state| {
            state["ingress"][1]["description"] = json!("other");
        }),
        ("ingress", |state| {
            state["ingress"][2]["ipv6_cidr_blocks"] = json!([]);
        }),
        ("ingress", |state| {
            state["ingress"][3]["to_port"] = json!(444);
        }),
        ("ingress", |state| {
            state["ingress"][0]["protocol"] = json!("udp");
        }),
        ("ingress", |state| state["ingress"][3]["self"] = json!(true)),
        ("egress", |state| state["egress"] = json!([])),
    ];
    for (path, change) in changes {
        let mut state = inline();
        change(&mut state);
        assert_eq!(differs(group, state.clone()), [path], "{state}");
    }
}

fn rule(members: Value) -> Value {
    let mut rule = attributes(json!({
        "security_group_id": "sg-1", "type": "ingress", "protocol": "tcp", "from_port": 443, "to_port": 443,
        "cidr_blocks": [], "ipv6_cidr_blocks": [], "prefix_list_ids": [], "self": false,
        "source_security_group_id": null, "description": "",
    }));
    rule.extend(attributes(members));
    Value::Object(rule)
}

fn key(rule: &Value) -> String {
    let kind = catalog::find("aws_security_group_rule").unwrap();
    kind.key(&attributes(rule.clone())).unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_rule_is_there_when_the_group_has_all_its_sources() {
    let there = [
        rule(
            json!({ "cidr_blocks": ["192.168.0.0/16", "10.0.0.0/8"], "ipv6_cidr_blocks": ["fd00:0:0::/8"], "description": "web" }),
        ),
        rule(json!({ "protocol": "6", "cidr_blocks": ["10.0.0.0/8"], "description": "web" })),
        rule(json!({ "source_security_group_id": "sg-2" })),
        rule(json!({ "source_security_group_id": "444455556666/sg-3" })),
        // The group itself, as it is written before and after a refresh.
        rule(json!({ "protocol": "-1", "from_port": 0, "to_port": 65535, "self": true })),
        rule(
            json!({ "protocol": "-1", "from_port": 0, "to_port": 0, "self": true, "source_security_group_id": "sg-1" }),
        ),
        rule(
            json!({ "protocol": "-1", "from_port": -1, "to_port": -1, "source_security_group_id": "sg-1" }),
        ),
        rule(json!({ "type": "egress", "prefix_list_ids": ["pl-1"] })),
    ];
    let gone = [
        rule(json!({ "cidr_blocks": ["10.0.0.0/8", "172.16.0.0/12"], "description": "web" })),
        rule(json!({ "cidr_blocks": ["10.0.0.0/8"], "to_port": 444 })),
        rule(json!({ "cidr_blocks": ["10.0.0.0/8"], "protocol": "udp" })),
        rule(json!({ "cidr_blocks": ["10.0.0.0/8"], "type": "egress" })),
        rule(json!({ "cidr_blocks": ["10.0.0.0/8"], "security_group_id": "sg-9" })),
        rule(json!({ "self": true })),
    ];
    let all: Vec<String> = there.iter().chain(&gone).map(key).collect();
    let names: Vec<&str> = all.iter().map(String::as_str).collect();
    let found = read(
        &script(),
        &wanted(&[("aws_security_group_rule", &names)], false),
    )
    .await;
    for state in there {
        let live = object(&found, "aws_security_group_rule", &key(&state));
        let compared = compared(live, state.clone());
        assert_eq!(compared.differences, [], "{state}");
        assert_eq!(compared.unknown, Vec::<String>::new());
        assert_eq!(compared.compared, 11);
    }
    for state in gone {
        let key = key(&state);
        assert!(
            !keys(&found, "aws_security_group_rule").contains(&key.as_str()),
            "{state}"
        );
    }
    assert_eq!(of(&found, "aws_security_group_rule").incomplete, None);
}

#[tokio::test(start_paused = true)]
async fn descriptions_of_a_rule_are_compared_at_all_its_sources() {
    let state = rule(
        json!({ "cidr_blocks": ["10.0.0.0/8"], "source_security_group_id": "sg-2", "description": "web" }),
    );
    let key = key(&state);
    let found = read(
        &script(),
        &wanted(&[("aws_security_group_rule", &[&key])], false),
    )
    .await;
    let live = object(&found, "aws_security_group_rule", &key);
    // One source has the text, the other has none.
    assert_eq!(differs(live, state), ["description"]);
}

#[tokio::test(start_paused = true)]
async fn a_group_written_before_its_standalone_rules_is_not_different_for_them() {
    let rules = [
        rule(
            json!({ "cidr_blocks": ["192.168.0.0/16", "10.0.0.0/8"], "ipv6_cidr_blocks": ["fd00::/8"] }),
        ),
        rule(json!({ "source_security_group_id": "sg-2" })),
        rule(json!({ "source_security_group_id": "sg-3" })),
        rule(json!({ "type": "egress", "prefix_list_ids": ["pl-1"] })),
        rule(json!({ "protocol": "-1", "self": true })),
    ];
    let all: Vec<String> = rules.iter().map(key).collect();
    let names: Vec<&str> = all.iter().map(String::as_str).collect();
    let before = json!({ "ingress": [], "egress": [] });
    let kinds: &[(&'static str, &[&str])] = &[
        ("aws_security_group", &["sg-1"]),
        ("aws_security_group_rule", &names),
    ];
    let found = read(&script(), &wanted(kinds, true)).await;
    let group = object(&found, "aws_security_group", "sg-1");
    assert_eq!(differs(group, before.clone()), Vec::<String>::new());
    assert_eq!(differs(group, inline()), Vec::<String>::new());
    // What the state's group has and AWS has not is different all the same.
    let mut more = inline();
    more["ingress"][1]["cidr_blocks"] = json!(["192.168.0.0/16", "198.51.100.0/24"]);
    assert_eq!(differs(group, more), ["ingress"]);

    // A rule that no state names shows as a change of the group, and once only.
    let kinds: &[(&'static str, &[&str])] = &[
        ("aws_security_group", &["sg-1"]),
        ("aws_security_group_rule", &names[..4]),
    ];
    let found = read(&script(), &wanted(kinds, true)).await;
    let group = object(&found, "aws_security_group", "sg-1");
    assert_eq!(differs(group, before), ["ingress"]);
    assert_eq!(keys(&found, "aws_security_group_rule").len(), 4);
}

#[tokio::test(start_paused = true)]
async fn rules_that_no_state_names_are_listed_for_groups_that_states_fill() {
    let named = key(&rule(json!({ "cidr_blocks": ["10.0.0.0/8"] })));
    let found = read(
        &script(),
        &wanted(&[("aws_security_group_rule", &[&named])], true),
    )
    .await;
    let listing = of(&found, "aws_security_group_rule");
    assert_eq!(listing.objects.len(), 7);
    let other = object(&found, "aws_security_group_rule", "sg-1|ingress|-1|||sg-1");
    assert_eq!(other.id, "sg-1_ingress_-1_0_0_self");
    let other = object(
        &found,
        "aws_security_group_rule",
        "sg-1|ingress|tcp|443|443|192.168.0.0/16",
    );
    assert_eq!(other.id, "sg-1_ingress_tcp_443_443_192.168.0.0/16");
    assert_eq!(other.attributes["cidr_blocks"], json!(["192.168.0.0/16"]));
    // Groups that states do not fill are left alone.
    let found = read(
        &script(),
        &wanted(&[("aws_security_group_rule", &[])], true),
    )
    .await;
    assert_eq!(of(&found, "aws_security_group_rule").objects, []);
}

const RULES: &str = "<item><securityGroupRuleId>sgr-1</securityGroupRuleId><groupId>sg-1</groupId><groupOwnerId>111122223333</groupOwnerId><isEgress>false</isEgress>\
     <ipProtocol>tcp</ipProtocol><fromPort>443</fromPort><toPort>443</toPort><cidrIpv4>10.0.0.0/8</cidrIpv4><description>web</description>\
     <tagSet><item><key>Team</key><value>ml-team</value></item></tagSet></item>\
     <item><securityGroupRuleId>sgr-2</securityGroupRuleId><groupId>sg-1</groupId><groupOwnerId>111122223333</groupOwnerId><isEgress>true</isEgress>\
     <ipProtocol>-1</ipProtocol><fromPort>-1</fromPort><toPort>-1</toPort><cidrIpv6>::/0</cidrIpv6></item>\
     <item><securityGroupRuleId>sgr-3</securityGroupRuleId><groupId>sg-1</groupId><groupOwnerId>111122223333</groupOwnerId><isEgress>false</isEgress>\
     <ipProtocol>-1</ipProtocol><fromPort>-1</fromPort><toPort>-1</toPort><referencedGroupInfo><groupId>sg-1</groupId><userId>111122223333</userId></referencedGroupInfo></item>";

#[tokio::test(start_paused = true)]
async fn rules_with_ids_of_their_own_are_compared_one_by_one() {
    let script = Script::new([
        whole("DescribeSecurityGroupRules", "securityGroupRuleSet", RULES),
        whole("DescribeSecurityGroups", "securityGroupInfo", GROUP),
    ]);
    let kinds: &[(&'static str, &[&str])] = &[
        ("aws_security_group", &["sg-1"]),
        (
            "aws_vpc_security_group_ingress_rule",
            &["sgr-1", "sgr-2", "sgr-3"],
        ),
        ("aws_vpc_security_group_egress_rule", &["sgr-1", "sgr-2"]),
    ];
    let found = read(&script, &wanted(kinds, false)).await;
    assert_eq!(
        keys(&found, "aws_vpc_security_group_ingress_rule"),
        ["sgr-1", "sgr-3"]
    );
    assert_eq!(
        keys(&found, "aws_vpc_security_group_egress_rule"),
        ["sgr-2"]
    );
    let state = json!({
        "security_group_id": "sg-1", "ip_protocol": "tcp", "from_port": 443, "to_port": 443, "cidr_ipv4": "10.0.0.0/8",
        "cidr_ipv6": null, "description": "web", "tags": { "Team": "ml-team" },
    });
    let web = object(&found, "aws_vpc_security_group_ingress_rule", "sgr-1");
    assert_eq!(differs(web, state.clone()), Vec::<String>::new());
    assert_eq!(
        web.arn.as_deref(),
        Some("arn:aws:ec2:eu-central-1:111122223333:security-group-rule/sgr-1")
    );
    let mut other = state;
    other["cidr_ipv4"] = json!("10.0.0.0/9");
    other["description"] = json!(null);
    assert_eq!(differs(web, other), ["cidr_ipv4", "description"]);
    for port in [json!(null), json!(-1), json!(0)] {
        let state = json!({ "security_group_id": "sg-1", "ip_protocol": "-1", "from_port": port, "to_port": port, "cidr_ipv6": "::/0" });
        let all = object(&found, "aws_vpc_security_group_egress_rule", "sgr-2");
        assert_eq!(differs(all, state), Vec::<String>::new());
    }
    // The group was written before these rules, but has one more that nobody names.
    let group = object(&found, "aws_security_group", "sg-1");
    let ingress = json!([
        block(
            json!({ "cidr_blocks": ["192.168.0.0/16"], "ipv6_cidr_blocks": ["fd00::/8"], "description": "web" })
        ),
        block(json!({ "security_groups": ["sg-2", "sg-3"] })),
    ]);
    assert_eq!(
        differs(group, json!({ "ingress": ingress })),
        Vec::<String>::new()
    );
    assert_eq!(
        differs(group, json!({ "ingress": [ingress[1]] })),
        ["ingress"]
    );
}
