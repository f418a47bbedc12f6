//! What AWS answers, in the shapes of states of several providers.

use super::*;

const FULL: &str = "<item><instanceId>i-1</instanceId><imageId>ami-1</imageId><instanceState><name>running</name></instanceState>\
    <keyName>ops</keyName><instanceType>t3.large</instanceType><placement><availabilityZone>eu-central-1a</availabilityZone>\
    <groupName/><tenancy>default</tenancy></placement><monitoring><state>pending</state></monitoring><privateIpAddress>10.0.0.4</privateIpAddress>\
    <sourceDestCheck>false</sourceDestCheck><groupSet><item><groupId>sg-1</groupId><groupName>a</groupName></item></groupSet>\
    <rootDeviceName>/dev/xvda</rootDeviceName><blockDeviceMapping>\
    <item><deviceName>/dev/xvda</deviceName><ebs><volumeId>vol-1</volumeId><deleteOnTermination>true</deleteOnTermination></ebs></item>\
    <item><deviceName>/dev/sdf</deviceName><ebs><volumeId>vol-2</volumeId><deleteOnTermination>false</deleteOnTermination></ebs></item></blockDeviceMapping>\
    <networkInterfaceSet><item><networkInterfaceId>eni-1</networkInterfaceId><subnetId>subnet-1</subnetId><attachment><deviceIndex>0</deviceIndex>\
    <networkCardIndex>0</networkCardIndex><deleteOnTermination>true</deleteOnTermination></attachment>\
    <privateIpAddressesSet><item><privateIpAddress>10.0.0.4</privateIpAddress><primary>true</primary></item>\
    <item><privateIpAddress>10.0.0.5</privateIpAddress><primary>false</primary></item></privateIpAddressesSet>ASSOCIATION</item></networkInterfaceSet>\
    <iamInstanceProfile><arn>arn:aws:iam::111122223333:instance-profile/team/worker</arn></iamInstanceProfile><ebsOptimized>true</ebsOptimized>\
    <cpuOptions><coreCount>1</coreCount><threadsPerCore>2</threadsPerCore></cpuOptions>\
    <capacityReservationSpecification><capacityReservationPreference>open</capacityReservationPreference></capacityReservationSpecification>\
    <hibernationOptions><configured>false</configured></hibernationOptions><enclaveOptions><enabled>false</enabled></enclaveOptions>\
    <metadataOptions><httpTokens>required</httpTokens><httpPutResponseHopLimit>1</httpPutResponseHopLimit><httpEndpoint>enabled</httpEndpoint>\
    <httpProtocolIpv6>disabled</httpProtocolIpv6><instanceMetadataTags>disabled</instanceMetadataTags></metadataOptions>\
    <maintenanceOptions><autoRecovery>default</autoRecovery></maintenanceOptions>\
    <privateDnsNameOptions><hostnameType>ip-name</hostnameType><enableResourceNameDnsARecord>false</enableResourceNameDnsARecord>\
    <enableResourceNameDnsAAAARecord>false</enableResourceNameDnsAAAARecord></privateDnsNameOptions>\
    <tagSet><item><key>Name</key><value>worker</value></item><item><key>aws:cloudformation:stack-name</key><value>s</value></item></tagSet></item>";

const DISKS: &str = "<item><volumeId>vol-1</volumeId><size>40</size><volumeType>gp3</volumeType><iops>3000</iops><throughput>125</throughput>\
    <encrypted>true</encrypted><kmsKeyId>arn:aws:kms:eu-central-1:111122223333:key/k</kmsKeyId></item>\
    <item><volumeId>vol-2</volumeId><size>8</size><volumeType>gp2</volumeType><iops>100</iops><encrypted>false</encrypted><snapshotId/></item>";

/// `#!/bin/sh` and an end of line.
const USER_DATA: &str = "<value>IyEvYmluL3NoCg==</value>";

/// What provider 3.39.0 writes of it.
fn version_3() -> Value {
    json!({
        "ami": "ami-1", "associate_public_ip_address": false, "availability_zone": "eu-central-1a", "cpu_core_count": 1,
        "cpu_threads_per_core": 2, "credit_specification": [{"cpu_credits": "standard"}], "disable_api_termination": true,
        "ebs_block_device": [], "ebs_optimized": true, "enclave_options": [{"enabled": false}], "ephemeral_block_device": [],
        "get_password_data": false, "hibernation": false, "host_id": null, "iam_instance_profile": "worker", "id": "i-1",
        "instance_initiated_shutdown_behavior": "stop", "instance_type": "t3.large", "ipv6_address_count": 0,
        "ipv6_addresses": [], "key_name": "ops", "monitoring": true, "network_interface": [], "outpost_arn": "",
        "metadata_options": [{"http_endpoint": "enabled", "http_put_response_hop_limit": 1, "http_tokens": "required"}],
        "placement_group": "", "private_ip": "10.0.0.4", "secondary_private_ips": ["10.0.0.5"], "security_groups": [],
        "root_block_device": [{
            "delete_on_termination": true, "device_name": "/dev/xvda", "encrypted": true, "iops": 3000,
            "kms_key_id": "arn:aws:kms:eu-central-1:111122223333:key/k", "tags": {}, "throughput": 125,
            "volume_id": "vol-1", "volume_size": 40, "volume_type": "gp3",
        }],
        "source_dest_check": false, "subnet_id": "subnet-1", "tags": {"Name": "worker"}, "tags_all": {"Name": "worker"},
        "tenancy": "default", "user_data": "bd971bec88149956458a10fc9c5ecb3eb99dd452", "user_data_base64": null,
        "volume_tags": null, "vpc_security_group_ids": ["sg-1"],
    })
}

async fn full(association: &str, user_data: &str) -> Live {
    let mut replies = details(user_data);
    replies.push(instances(&FULL.replace("ASSOCIATION", association)));
    replies.push(volumes(DISKS));
    replies.push(answer("DescribeInstanceCreditSpecifications", "", ""));
    let script = Script::new(replies);
    let kinds: &[(&'static str, &[&str])] = &[
        ("aws_instance", &["i-1"]),
        ("aws_volume_attachment", &["/dev/sdf|vol-2|i-1"]),
        ("aws_eip", &["eipalloc-1"]),
    ];
    let found = read(&script, &wanted(kinds, false)).await;
    let live = object(&found, "aws_instance", "i-1");
    assert_eq!(live.holes, [].into());
    live.clone()
}

fn with(mut state: Value, changed: &Value) -> Value {
    let all = state.as_object_mut().unwrap();
    all.extend(changed.as_object().unwrap().clone());
    state
}

#[tokio::test(start_paused = true)]
async fn an_instance_is_as_the_state_of_each_provider_says() {
    let live = full("", USER_DATA).await;
    let three = version_3();
    let six = with(
        three.clone(),
        &json!({
            "disable_api_stop": false, "region": "eu-central-1", "user_data": "#!/bin/sh\n",
            "cpu_options": [{"amd_sev_snp": "", "core_count": 1, "threads_per_core": 2, "nested_virtualization": ""}],
            "metadata_options": [{
                "http_endpoint": "enabled", "http_protocol_ipv6": "disabled", "http_put_response_hop_limit": 1,
                "http_tokens": "required", "instance_metadata_tags": "disabled",
            }],
            "maintenance_options": [{"auto_recovery": "default"}],
            "capacity_reservation_specification": [{"capacity_reservation_preference": "open", "capacity_reservation_target": []}],
            "private_dns_name_options": [{
                "enable_resource_name_dns_a_record": false, "enable_resource_name_dns_aaaa_record": false, "hostname_type": "ip-name",
            }],
            "primary_network_interface": [{"delete_on_termination": true, "network_interface_id": "eni-1"}],
        }),
    );
    let base64 = with(
        three.clone(),
        &json!({"user_data": null, "user_data_base64": "IyEvYmluL3NoCg=="}),
    );
    // A state that was read after the volume was attached.
    let attached = with(
        three.clone(),
        &json!({"ebs_block_device": [{"delete_on_termination": false, "device_name": "/dev/sdf", "volume_id": "vol-2", "volume_size": 8}]}),
    );
    for state in [three, six, base64, attached] {
        let compared = compared(&live, &state);
        assert_eq!(compared.differences, []);
        assert_eq!(compared.unknown, Vec::<String>::new());
    }
}

#[tokio::test(start_paused = true)]
async fn each_change_of_an_instance_is_seen() {
    let live = full("", USER_DATA).await;
    for (changed, path) in [
        (json!({"ami": "ami-2"}), "ami"),
        (
            json!({"disable_api_termination": false}),
            "disable_api_termination",
        ),
        (
            json!({"iam_instance_profile": "other"}),
            "iam_instance_profile",
        ),
        (json!({"iam_instance_profile": ""}), "iam_instance_profile"),
        (
            json!({"user_data": "0000000000000000000000000000000000000000"}),
            "user_data",
        ),
        (
            json!({"user_data": "", "user_data_base64": "b3RoZXI="}),
            "user_data_base64",
        ),
        (
            json!({"vpc_security_group_ids": ["sg-1", "sg-2"]}),
            "vpc_security_group_ids",
        ),
        (json!({"source_dest_check": true}), "source_dest_check"),
        (
            json!({"associate_public_ip_address": true}),
            "associate_public_ip_address",
        ),
        (
            json!({"metadata_options": [{"http_tokens": "optional"}]}),
            "metadata_options[0].http_tokens",
        ),
        (
            json!({"root_block_device": [{"encrypted": false}]}),
            "root_block_device[0].encrypted",
        ),
        (
            json!({"root_block_device": [{"tags": {"a": "1"}}]}),
            "root_block_device[0].tags",
        ),
        (
            json!({"credit_specification": [{"cpu_credits": "unlimited"}]}),
            "credit_specification",
        ),
        (
            json!({"network_interface": [{"device_index": 0, "network_interface_id": "eni-2"}]}),
            "network_interface",
        ),
        (
            json!({"ebs_block_device": [{"device_name": "/dev/sdf", "volume_id": "vol-9"}]}),
            "ebs_block_device",
        ),
        (json!({"volume_tags": {"Team": "ml-team"}}), "volume_tags"),
        (json!({"tags_all": {}}), "tags.Name"),
    ] {
        assert_eq!(
            differs(&live, &with(version_3(), &changed)),
            [path],
            "{changed}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn user_data_that_is_gone_is_a_change() {
    let live = full("", "").await;
    assert_eq!(differs(&live, &version_3()), ["user_data"]);
}

#[tokio::test(start_paused = true)]
async fn an_address_that_aws_lends_is_the_instances_own() {
    let association = |owner: &str| {
        format!(
            "<association><publicIp>203.0.113.9</publicIp><ipOwnerId>{owner}</ipOwnerId></association>"
        )
    };
    let lent = full(&association("amazon"), USER_DATA).await;
    assert_eq!(
        differs(&lent, &version_3()),
        ["associate_public_ip_address"]
    );
    let of_account = full(&association("111122223333"), USER_DATA).await;
    assert_eq!(differs(&of_account, &version_3()), Vec::<String>::new());
}

#[tokio::test(start_paused = true)]
async fn an_address_that_a_stopped_instance_lacks_is_no_change() {
    let stopped = FULL
        .replace("ASSOCIATION", "")
        .replace("running", "stopped");
    let mut replies = details(USER_DATA);
    replies.push(instances(&stopped));
    replies.push(volumes(DISKS));
    replies.push(answer("DescribeInstanceCreditSpecifications", "", ""));
    let script = Script::new(replies);
    let found = read(&script, &wanted(&[("aws_instance", &["i-1"])], false)).await;
    let live = object(&found, "aws_instance", "i-1");
    for address in [true, false] {
        let state = json!({"associate_public_ip_address": address});
        assert_eq!(differs(live, &state), Vec::<String>::new());
    }
}

#[tokio::test(start_paused = true)]
async fn credits_that_are_not_standard_are_listed() {
    let credits = "<instanceCreditSpecificationSet><item><instanceId>i-1</instanceId><cpuCredits>unlimited</cpuCredits></item></instanceCreditSpecificationSet>";
    let mut replies = details("");
    replies.push(instances(
        "<item><instanceId>i-1</instanceId><instanceType>t3.micro</instanceType></item>",
    ));
    replies.push(volumes(""));
    replies.push(answer("DescribeInstanceCreditSpecifications", credits, ""));
    let found = read(
        &Script::new(replies),
        &wanted(&[("aws_instance", &["i-1"])], false),
    )
    .await;
    let live = object(&found, "aws_instance", "i-1");
    let state = json!({"credit_specification": [{"cpu_credits": "standard"}]});
    assert_eq!(differs(live, &state), ["credit_specification"]);
}

#[tokio::test(start_paused = true)]
async fn a_template_is_as_its_latest_version_says() {
    let head = "<launchTemplates><item><launchTemplateId>lt-1</launchTemplateId><launchTemplateName>workers</launchTemplateName>\
        <defaultVersionNumber>1</defaultVersionNumber><latestVersionNumber>2</latestVersionNumber></item></launchTemplates>";
    let version = "<launchTemplateVersionSet><item><launchTemplateId>lt-1</launchTemplateId><versionNumber>2</versionNumber>\
        <versionDescription>Two</versionDescription><launchTemplateData><ebsOptimized>true</ebsOptimized><imageId>ami-1</imageId><instanceType>t3.large</instanceType>\
        <userData>IyEv</userData><iamInstanceProfile><name>worker</name></iamInstanceProfile><metadataOptions><httpTokens>required</httpTokens></metadataOptions>\
        <blockDeviceMappingSet><item><deviceName>/dev/xvda</deviceName><ebs><encrypted>true</encrypted><deleteOnTermination>false</deleteOnTermination><volumeSize>20</volumeSize></ebs></item></blockDeviceMappingSet>\
        <networkInterfaceSet><item><deviceIndex>0</deviceIndex><associatePublicIpAddress>false</associatePublicIpAddress><groupSet><groupId>sg-1</groupId></groupSet></item></networkInterfaceSet>\
        <tagSpecificationSet><item><resourceType>volume</resourceType><tagSet><item><key>Team</key><value>ops</value></item></tagSet></item>\
        <item><resourceType>instance</resourceType><tagSet/></item></tagSpecificationSet>\
        <instanceMarketOptions><marketType>spot</marketType><spotOptions><maxPrice>1.25</maxPrice><validUntil>2045-01-02T03:04:05Z</validUntil></spotOptions></instanceMarketOptions>\
        <instanceRequirements><vCpuCount><min>2</min><max>8</max></vCpuCount><memoryMiB><min>4096</min></memoryMiB></instanceRequirements>\
        <creditSpecification><cpuCredits>unlimited</cpuCredits></creditSpecification></launchTemplateData></item></launchTemplateVersionSet>";
    let script = Script::new([
        answer("DescribeLaunchTemplates", head, "").when("Action=DescribeLaunchTemplates&"),
        answer("DescribeLaunchTemplateVersions", version, ""),
    ]);
    let found = read(
        &script,
        &wanted(&[("aws_launch_template", &["lt-1"])], false),
    )
    .await;
    let live = object(&found, "aws_launch_template", "lt-1");
    let state = json!({
        "default_version": 1, "latest_version": 2, "name": "workers", "description": "Two", "ebs_optimized": "true",
        "disable_api_termination": false, "image_id": "ami-1", "instance_type": "t3.large", "key_name": "", "user_data": "IyEv",
        "iam_instance_profile": [{"arn": "", "name": "worker"}], "metadata_options": [{"http_endpoint": "", "http_put_response_hop_limit": 0, "http_tokens": "required"}],
        "block_device_mappings": [{"device_name": "/dev/xvda", "no_device": "", "virtual_name": "", "ebs": [{
            "delete_on_termination": "false", "encrypted": "true", "iops": 0, "kms_key_id": "", "snapshot_id": "", "throughput": 0, "volume_size": 20, "volume_type": "",
        }]}],
        "network_interfaces": [{
            "associate_carrier_ip_address": "", "associate_public_ip_address": "false", "delete_on_termination": "", "description": "", "device_index": 0,
            "ipv4_address_count": 0, "ipv4_addresses": null, "security_groups": ["sg-1"], "subnet_id": "",
        }],
        "tag_specifications": [{"resource_type": "instance", "tags": {}}, {"resource_type": "volume", "tags": {"Team": "ops"}}],
        "instance_market_options": [{"market_type": "spot", "spot_options": [{"max_price": "1.25", "valid_until": "2045-01-02T03:04:05Z"}]}],
        "instance_requirements": [{"vcpu_count": [{"min": 2, "max": 8}], "memory_mib": [{"min": 4096, "max": 0}], "bare_metal": ""}],
        "credit_specification": [{"cpu_credits": "unlimited"}], "vpc_security_group_ids": null, "tags": null, "tags_all": {},
    });
    let unchanged = compared(live, &state);
    assert_eq!((unchanged.differences, unchanged.unknown), (vec![], vec![]));
    for (changed, path) in [
        (json!({"user_data": ""}), "user_data"),
        (json!({"default_version": 2}), "default_version"),
        (
            json!({"vpc_security_group_ids": ["sg-1"]}),
            "vpc_security_group_ids",
        ),
        (
            json!({"metadata_options": []}),
            "metadata_options[0].http_tokens",
        ),
        (
            json!({"network_interfaces": [{"device_index": 0, "associate_public_ip_address": "", "security_groups": ["sg-1"]}]}),
            "network_interfaces[network_card_index=,device_index=].associate_public_ip_address",
        ),
        (
            json!({"instance_requirements": [{"vcpu_count": [{"min": 2, "max": 4}]}]}),
            "instance_requirements[0].vcpu_count[0].max",
        ),
    ] {
        assert_eq!(
            differs(live, &with(state.clone(), &changed)),
            [path],
            "{changed}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_key_pair_of_the_same_name_is_another_if_its_key_is() {
    let pair = "<keySet><item><keyName>ops</keyName><keyPairId>key-1</keyPairId><keyFingerprint>aa:bb</keyFingerprint>\
        <keyType>rsa</keyType><publicKey>ssh-rsa AAAA ops</publicKey></item></keySet>";
    let script = Script::new([answer("DescribeKeyPairs", pair, "")]);
    let found = read(&script, &wanted(&[("aws_key_pair", &["ops"])], false)).await;
    let live = object(&found, "aws_key_pair", "ops");
    let state = json!({"fingerprint": "aa:bb", "key_name": "ops", "key_pair_id": "key-1", "public_key": "ssh-rsa AAAA me@host"});
    assert_eq!(differs(live, &state), Vec::<String>::new());
    let other = json!({"fingerprint": "cc:dd", "key_name": "ops", "key_pair_id": "key-2", "public_key": "ssh-rsa BBBB"});
    assert_eq!(
        differs(live, &other),
        ["fingerprint", "key_pair_id", "public_key"]
    );
}
