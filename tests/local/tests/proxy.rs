//! The proxy and what it emulates, seen by boto3.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail the test")]

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use afterhours_local::proxy::{AwsError, Flow, Protocol, Rule, Transitions};
use afterhours_local::{LocalAws, Options};
use serde_json::{Value, json};

static AWS: LazyLock<Mutex<LocalAws>> =
    LazyLock::new(|| Mutex::new(LocalAws::start(Options::in_target("proxy").unwrap()).unwrap()));

/// One empty account for all tests of this binary, one test at a time.
fn aws() -> MutexGuard<'static, LocalAws> {
    let aws = AWS.lock().unwrap_or_else(PoisonError::into_inner);
    aws.reset().unwrap();
    aws.proxy.set_transitions(Transitions::Immediate);
    aws
}

/// Runs code that collects into `out`; `fails(f)` gives the error code of a call.
fn python(aws: &LocalAws, code: &str) -> Value {
    let prelude = "
import botocore.exceptions
out = []
def fails(function, **kwargs):
    try:
        function(**kwargs)
    except botocore.exceptions.ClientError as error:
        return error.response['Error']['Code'] + ' ' + str(error.response['ResponseMetadata']['HTTPStatusCode'])
    except botocore.exceptions.BotoCoreError as error:
        return type(error).__name__
    return 'no error'
def group(name='g', **sizes):
    ec2 = client('ec2')
    subnet = ec2.describe_subnets()['Subnets'][0]['SubnetId']
    if not ec2.describe_launch_templates()['LaunchTemplates']:
        ec2.create_launch_template(LaunchTemplateName='template', LaunchTemplateData={'ImageId': 'ami-12c6146b', 'InstanceType': 't3.micro'})
    client('autoscaling').create_auto_scaling_group(AutoScalingGroupName=name, VPCZoneIdentifier=subnet,
        LaunchTemplate={'LaunchTemplateName': 'template'}, **(sizes or dict(MinSize=1, MaxSize=5, DesiredCapacity=3)))
def endpoint(name, variants=None, tags=(), **config):
    sm = client('sagemaker')
    if 'model' not in [m['ModelName'] for m in sm.list_models()['Models']]:
        sm.create_model(ModelName='model', ExecutionRoleArn='arn:aws:iam::123456789012:role/sagemaker')
    variants = variants or [{'VariantName': 'main', 'ModelName': 'model', 'InstanceType': 'ml.g5.xlarge', 'InitialInstanceCount': 2}]
    sm.create_endpoint_config(EndpointConfigName=name, ProductionVariants=variants, **config)
    return sm.create_endpoint(EndpointName=name, EndpointConfigName=name, Tags=[{'Key': k, 'Value': v} for k, v in tags])['EndpointArn']
def target(name):
    return dict(ServiceNamespace='sagemaker', ResourceId=f'endpoint/{name}/variant/main', ScalableDimension='sagemaker:variant:DesiredInstanceCount')
ASYNC = {'OutputConfig': {'S3OutputPath': 's3://b/o'}}
";
    aws.python(
        &format!("{prelude}{code}\nprint(json.dumps(out, default=str))"),
        &Value::Null,
    )
    .unwrap()
}

#[test]
fn calls_are_logged_with_service_operation_input_and_caller() {
    let aws = aws();
    python(
        &aws,
        "group(); client('autoscaling').update_auto_scaling_group(AutoScalingGroupName='g', MinSize=0, DesiredCapacity=0)",
    );
    let calls = aws.proxy.calls_of("test");
    let update = calls
        .iter()
        .find(|record| record.call.operation == "UpdateAutoScalingGroup")
        .unwrap();
    assert_eq!(update.call.service, "autoscaling");
    assert_eq!(update.call.param("AutoScalingGroupName"), Some("g"));
    assert!(update.call.mutating && update.status == Some(200));
    assert_eq!(aws.proxy.counts()["autoscaling:UpdateAutoScalingGroup"], 1);
    assert!(
        aws.proxy
            .mutations()
            .iter()
            .all(|record| !record.call.operation.starts_with("Describe"))
    );
}

#[test]
fn errors_have_the_form_of_each_protocol() {
    let aws = aws();
    let deny = |service: &str| aws.proxy.add(Rule::on(service, "*").deny());
    for service in [
        "autoscaling",
        "sagemaker",
        "s3",
        "cloudwatch",
        "ec2",
        "application-autoscaling",
    ] {
        deny(service);
    }
    let code = "
out.append(fails(client('autoscaling').describe_auto_scaling_groups))
out.append(fails(client('sagemaker').list_endpoints))
out.append(fails(client('s3').get_object, Bucket='bucket', Key='k'))
out.append(fails(client('cloudwatch').list_metrics))
out.append(fails(client('ec2').describe_instances))
out.append(fails(client('application-autoscaling').describe_scalable_targets, ServiceNamespace='sagemaker'))";
    let denied = [
        "AccessDenied 403",
        "AccessDeniedException 400",
        "AccessDenied 403",
        "AccessDeniedException 400",
        "UnauthorizedOperation 403",
        "AccessDeniedException 400",
    ];
    assert_eq!(python(&aws, code), json!(denied));
    aws.proxy.clear_rules();
    aws.proxy.add(Rule::on("*", "*").throttle());
    let throttled = [
        "Throttling 400",
        "ThrottlingException 400",
        "SlowDown 503",
        "ThrottlingException 400",
        "RequestLimitExceeded 503",
        "ThrottlingException 400",
    ];
    assert_eq!(python(&aws, code), json!(throttled));
    aws.proxy.clear_rules();
    aws.proxy.add(Rule::on("*", "*").server_error());
    let answers = python(&aws, code);
    assert!(
        answers
            .as_array()
            .unwrap()
            .iter()
            .all(|answer| answer.as_str().unwrap().ends_with(" 500")),
        "{answers}"
    );
    aws.proxy.clear_rules();
    aws.proxy.add(Rule::on("*", "*").hang_up());
    let answers = python(&aws, code);
    assert!(
        answers
            .as_array()
            .unwrap()
            .iter()
            .all(|answer| answer == "ConnectionClosedError"),
        "{answers}"
    );
}

#[test]
fn a_rule_applies_to_the_nth_matching_call_only_and_can_be_removed() {
    let aws = aws();
    let own = AwsError {
        code: "Own".to_owned(),
        message: "own".to_owned(),
        status: 418,
    };
    let rule = aws.proxy.add(
        Rule::on("s3", "GetObject")
            .when(|call| call.param("Key") == Some("k"))
            .nth(2)
            .error(own),
    );
    let code = "
s3 = client('s3')
out = [fails(s3.get_object, Bucket='bucket', Key=key) for key in ('k', 'other', 'k', 'k')]";
    assert_eq!(
        python(&aws, code),
        json!([
            "NoSuchBucket 404",
            "NoSuchBucket 404",
            "Own 418",
            "NoSuchBucket 404"
        ])
    );
    assert_eq!(aws.proxy.hits(rule), 1);
    assert!(aws.proxy.remove(rule) && !aws.proxy.remove(rule));
}

#[test]
fn callbacks_run_before_and_after_the_call_reaches_aws() {
    let aws = aws();
    let before = Rule::on("sns", "CreateTopic")
        .nth(1)
        .before(|_| Flow::HangUp);
    aws.proxy.add(before);
    let seen = Arc::new(AtomicBool::new(false));
    let told = Arc::clone(&seen);
    aws.proxy
        .add(Rule::on("sns", "CreateTopic").nth(2).after(move |call| {
            told.store(call.param("Name") == Some("two"), Ordering::SeqCst);
            Flow::HangUp
        }));
    let code = "
sns = client('sns')
out.append(fails(sns.create_topic, Name='one')); out.append(fails(sns.create_topic, Name='two'))
out.append([t['TopicArn'].rsplit(':')[-1] for t in sns.list_topics()['Topics']])";
    assert_eq!(
        python(&aws, code),
        json!(["ConnectionClosedError", "ConnectionClosedError", ["two"]])
    );
    assert!(seen.load(Ordering::SeqCst));
}

#[test]
fn answers_can_be_scripted_and_delayed() {
    let aws = aws();
    aws.proxy.add(Rule::on("sagemaker", "ListEndpoints").delay(Duration::from_millis(300)).respond_json(json!({"Endpoints": [{"EndpointName": "scripted", "EndpointArn": "a", "EndpointStatus": "InService", "CreationTime": 1, "LastModifiedTime": 1}]})));
    let start = Instant::now();
    assert_eq!(
        python(
            &aws,
            "out = [e['EndpointName'] for e in client('sagemaker').list_endpoints()['Endpoints']]"
        ),
        json!(["scripted"])
    );
    assert!(start.elapsed() >= Duration::from_millis(300));
}

#[test]
fn short_pages_keep_a_token_for_the_rest() {
    let aws = aws();
    aws.proxy.add(Rule::on("*", "*").page_size(1));
    let code = "
s3 = client('s3'); s3.create_bucket(Bucket='bucket', CreateBucketConfiguration={'LocationConstraint': 'eu-central-1'})
asg, sm = client('autoscaling'), client('sagemaker')
for name in ('a', 'b', 'c'):
    group(name); endpoint(name); s3.put_object(Bucket='bucket', Key=name, Body=b'x')
    asg.put_scaling_policy(AutoScalingGroupName='a', PolicyName=name, AdjustmentType='ChangeInCapacity', ScalingAdjustment=1)
for c, op, key in ((asg, 'describe_auto_scaling_groups', 'AutoScalingGroups'), (asg, 'describe_policies', 'ScalingPolicies'), (sm, 'list_endpoints', 'Endpoints')):
    out.append([len(page[key]) for page in c.get_paginator(op).paginate() if page[key]])
out.append([len(page['Contents']) for page in s3.get_paginator('list_objects_v2').paginate(Bucket='bucket', StartAfter='a')])";
    assert_eq!(
        python(&aws, code),
        json!([[1, 1, 1], [1, 1, 1], [1, 1, 1], [1, 1]])
    );
}

#[test]
fn auto_scaling_refuses_what_aws_refuses_and_reports_what_moto_forgets() {
    let aws = aws();
    let code = "
asg = client('autoscaling'); group()
update = lambda **kw: fails(asg.update_auto_scaling_group, AutoScalingGroupName='g', **kw)
out += [update(MinSize=6), update(DesiredCapacity=6), update(MinSize=2, DesiredCapacity=1), update(MinSize=0, DesiredCapacity=0)]
out.append(fails(asg.set_desired_capacity, AutoScalingGroupName='g', DesiredCapacity=9))
out.append(fails(asg.suspend_processes, AutoScalingGroupName='none', ScalingProcesses=['AZRebalance']))
out.append(fails(asg.describe_instance_refreshes, AutoScalingGroupName='g'))
asg.set_desired_capacity(AutoScalingGroupName='g', DesiredCapacity=2)
out.append([len(asg.describe_auto_scaling_groups(IncludeInstances=i)['AutoScalingGroups'][0].get('Instances', [])) for i in (True, False)])
put = lambda name, enabled: asg.put_scaling_policy(AutoScalingGroupName='g', PolicyName=name, PolicyType='StepScaling', AdjustmentType='ChangeInCapacity',
    StepAdjustments=[{'MetricIntervalLowerBound': 0, 'ScalingAdjustment': 1}], Enabled=enabled)
put('off', False); put('on', True)
out.append({p['PolicyName']: (p['Enabled'], len(p['StepAdjustments'])) for p in asg.describe_policies(AutoScalingGroupName='g')['ScalingPolicies']})";
    let validation = "ValidationError 400";
    assert_eq!(
        python(&aws, code),
        json!([validation, validation, validation, "no error", validation, validation, "no error", [2, 0], {"off": [false, 1], "on": [true, 1]}])
    );
}

#[test]
fn endpoints_report_what_their_configuration_says() {
    let aws = aws();
    let code = "
sm = client('sagemaker')
endpoint('async', AsyncInferenceConfig=ASYNC, tags=[('afterhours:schedule', 'office')], DataCaptureConfig={'EnableCapture': True,
    'InitialSamplingPercentage': 50, 'DestinationS3Uri': 's3://b/c', 'CaptureOptions': [{'CaptureMode': 'Input'}]})
endpoint('serverless', [{'VariantName': 'main', 'ModelName': 'model', 'ServerlessConfig': {'MemorySizeInMB': 2048, 'MaxConcurrency': 5}}])
out.append(fails(sm.create_endpoint_config, EndpointConfigName='x', ProductionVariants=[{'VariantName': 'main', 'InstanceType': 'ml.g5.xlarge', 'InitialInstanceCount': 1}]))
endpoint('components', [{'VariantName': 'main', 'InstanceType': 'ml.g5.xlarge', 'InitialInstanceCount': 1,
    'ManagedInstanceScaling': {'Status': 'ENABLED', 'MinInstanceCount': 0, 'MaxInstanceCount': 2}}], ExecutionRoleArn='arn:aws:iam::123456789012:role/sagemaker')
d = {name: sm.describe_endpoint(EndpointName=name) for name in ('async', 'serverless', 'components')}
out.append(d['async']['AsyncInferenceConfig'] == ASYNC and d['async']['DataCaptureConfig']['CurrentSamplingPercentage'] == 50)
out.append(d['serverless']['ProductionVariants'][0]['CurrentServerlessConfig']['MaxConcurrency'])
out.append(d['components']['ProductionVariants'][0]['ManagedInstanceScaling']['MinInstanceCount'])
out.append(sm.list_tags(ResourceArn=d['async']['EndpointArn'])['Tags'])
sm.create_inference_component(InferenceComponentName='llm', EndpointName='components', VariantName='main', Specification={'ModelName': 'model'}, RuntimeConfig={'CopyCount': 2})
out.append([c['InferenceComponentName'] for c in sm.list_inference_components(EndpointNameEquals='components')['InferenceComponents']])
out.append(len(sm.list_inference_components(EndpointNameEquals='async')['InferenceComponents']))
tagging = client('resourcegroupstaggingapi')
out.append([r['ResourceARN'].rsplit('/')[-1] for r in tagging.get_resources(ResourceTypeFilters=['sagemaker:endpoint'], TagFilters=[{'Key': 'afterhours:schedule'}])['ResourceTagMappingList']])
out.append(fails(sm.describe_endpoint, EndpointName='none'))";
    assert_eq!(
        python(&aws, code),
        json!(["ValidationException 400", true, 5, 0, [{"Key": "afterhours:schedule", "Value": "office"}], ["llm"], 0, ["async"], "ValidationException 400"])
    );
}

#[test]
fn only_asynchronous_variants_go_to_zero() {
    let aws = aws();
    let code = "
sm = client('sagemaker')
endpoint('async', AsyncInferenceConfig=ASYNC); endpoint('real-time')
to = lambda name, n, variant='main': fails(sm.update_endpoint_weights_and_capacities, EndpointName=name, DesiredWeightsAndCapacities=[{'VariantName': variant, 'DesiredInstanceCount': n}])
out += [to('async', 0), to('real-time', 0), to('real-time', 1), to('real-time', 1, 'other')]
out.append([sm.describe_endpoint(EndpointName=n)['ProductionVariants'][0]['CurrentInstanceCount'] for n in ('async', 'real-time')])";
    assert_eq!(
        python(&aws, code),
        json!([
            "no error",
            "ValidationException 400",
            "no error",
            "ValidationException 400",
            [0, 1]
        ])
    );
}

#[test]
fn endpoints_pass_through_their_transitions() {
    let aws = aws();
    aws.proxy.set_transitions(Transitions::Manual);
    let code = "
sm = client('sagemaker'); endpoint('e', AsyncInferenceConfig=ASYNC)
out.append(sm.describe_endpoint(EndpointName='e')['EndpointStatus'])
out.append(fails(sm.delete_endpoint, EndpointName='e'))
out.append(fails(sm.update_endpoint_weights_and_capacities, EndpointName='e', DesiredWeightsAndCapacities=[{'VariantName': 'main', 'DesiredInstanceCount': 0}]))";
    assert_eq!(
        python(&aws, code),
        json!([
            "Creating",
            "ValidationException 400",
            "ValidationException 400"
        ])
    );
    aws.proxy.settle();
    aws.proxy.set_transitions(Transitions::AfterDescribes(1));
    let code = "
sm = client('sagemaker')
describe = lambda: (lambda d: [d['EndpointStatus'], d['ProductionVariants'][0]['CurrentInstanceCount'], d['ProductionVariants'][0]['DesiredInstanceCount']])(sm.describe_endpoint(EndpointName='e'))
out.append(describe())
sm.update_endpoint_weights_and_capacities(EndpointName='e', DesiredWeightsAndCapacities=[{'VariantName': 'main', 'DesiredInstanceCount': 0}])
out += [describe(), describe()]
sm.delete_endpoint(EndpointName='e')
out += [describe()[0], fails(sm.describe_endpoint, EndpointName='e')]";
    assert_eq!(
        python(&aws, code),
        json!([
            ["InService", 2, 2],
            ["Updating", 2, 0],
            ["InService", 0, 0],
            "Deleting",
            "ValidationException 400"
        ])
    );
}

#[test]
fn scalable_targets_keep_what_an_update_omits_and_clamp() {
    let aws = aws();
    let code = "
aas, sm = client('application-autoscaling'), client('sagemaker')
endpoint('e', AsyncInferenceConfig=ASYNC)
out.append(fails(aas.register_scalable_target, **target('none'), MinCapacity=1, MaxCapacity=2))
aas.register_scalable_target(**target('e'), MinCapacity=1, MaxCapacity=4, SuspendedState={'ScheduledScalingSuspended': True})
aas.put_scaling_policy(**target('e'), PolicyName='p', PolicyType='TargetTrackingScaling', TargetTrackingScalingPolicyConfiguration={'TargetValue': 5.0})
aas.register_scalable_target(**target('e'), MinCapacity=0)
got = aas.describe_scalable_targets(ServiceNamespace='sagemaker')['ScalableTargets'][0]
out.append([got['MinCapacity'], got['MaxCapacity'], got['SuspendedState']])
count = lambda: sm.describe_endpoint(EndpointName='e')['ProductionVariants'][0]['CurrentInstanceCount']
sm.update_endpoint_weights_and_capacities(EndpointName='e', DesiredWeightsAndCapacities=[{'VariantName': 'main', 'DesiredInstanceCount': 0}])
out.append(count())
aas.register_scalable_target(**target('e'), MinCapacity=3); out.append(count())
left = lambda: [len(aas.describe_scalable_targets(ServiceNamespace='sagemaker')['ScalableTargets']), len(aas.describe_scaling_policies(ServiceNamespace='sagemaker')['ScalingPolicies'])]
out.append(left()); aas.deregister_scalable_target(**target('e')); out.append(left())
aas.register_scalable_target(**target('e'), MinCapacity=1, MaxCapacity=4)
sm.delete_endpoint(EndpointName='e'); out.append(left())";
    let suspended = json!({"DynamicScalingInSuspended": false, "DynamicScalingOutSuspended": false, "ScheduledScalingSuspended": true});
    assert_eq!(
        python(&aws, code),
        json!([
            "ValidationException 400",
            [0, 4, suspended],
            0,
            3,
            [1, 1],
            [0, 0],
            [0, 0]
        ])
    );
}

#[test]
fn conditional_writes_let_exactly_one_of_many_win() {
    let aws = aws();
    let code = "
import concurrent.futures
s3 = client('s3'); s3.create_bucket(Bucket='bucket', CreateBucketConfiguration={'LocationConstraint': 'eu-central-1'})
etag = s3.put_object(Bucket='bucket', Key='doc', Body=b'0')['ETag']
out.append(etag == s3.head_object(Bucket='bucket', Key='doc')['ETag'])
with concurrent.futures.ThreadPoolExecutor(8) as pool:
    for kw in (dict(Key='doc', IfMatch=etag), dict(Key='new', IfNoneMatch='*')):
        codes = list(pool.map(lambda n: fails(s3.put_object, Bucket='bucket', Body=str(n).encode(), **kw), range(1, 9)))
        out.append(sorted(set((c, codes.count(c)) for c in codes)))
out.append(fails(s3.put_object, Bucket='bucket', Key='none', Body=b'', IfMatch=etag))";
    let one = json!([["PreconditionFailed 412", 7], ["no error", 1]]);
    assert_eq!(python(&aws, code), json!([true, one, one, "NoSuchKey 404"]));
}

#[test]
fn what_is_published_can_be_read_back_per_protocol() {
    let aws = aws();
    let code = "
sns = client('sns'); topic = sns.create_topic(Name='t')['TopicArn']
document = json.dumps({'default': 'd', 'email': 'text', 'lambda': '{}'})
sns.publish(TopicArn=topic, Subject='s', Message=document, MessageStructure='json', MessageAttributes={'kind': {'DataType': 'String', 'StringValue': 'scale'}})
out.append(fails(sns.publish, TopicArn=topic, Message='{\"email\": \"x\"}', MessageStructure='json'))
out.append(fails(sns.publish, TopicArn=topic, Message='x', Subject='x' * 100))";
    assert_eq!(
        python(&aws, code),
        json!(["InvalidParameter 400", "InvalidParameter 400"])
    );
    let published = aws.proxy.published();
    assert_eq!(published.len(), 1);
    assert_eq!(
        (published[0].body("email"), published[0].body("sqs")),
        ("text".to_owned(), "d".to_owned())
    );
    assert_eq!(published[0].attributes["kind"], "scale");
}

#[test]
fn metrics_and_secrets_pass_through_to_moto() {
    let aws = aws();
    let code = "
import datetime
at = datetime.datetime(2026, 3, 2, 12, 0, tzinfo=datetime.timezone.utc); hour = datetime.timedelta(hours=1)
cw = client('cloudwatch')
metric = {'Namespace': 'AWS/EC2', 'MetricName': 'CPUUtilization', 'Dimensions': [{'Name': 'AutoScalingGroupName', 'Value': 'g'}]}
cw.put_metric_data(Namespace='AWS/EC2', MetricData=[{'MetricName': 'CPUUtilization', 'Dimensions': metric['Dimensions'], 'Value': 77.5, 'Timestamp': at}])
got = cw.get_metric_data(StartTime=at - hour, EndTime=at + hour, MetricDataQueries=[{'Id': 'm0', 'MetricStat': {'Metric': metric, 'Period': 300, 'Stat': 'Maximum'}}])
out.append(got['MetricDataResults'][0]['Values'])
secrets = client('secretsmanager'); secrets.create_secret(Name='webhook', SecretString='x')
out += [secrets.get_secret_value(SecretId='webhook')['SecretString'], fails(secrets.get_secret_value, SecretId='none')]";
    assert_eq!(
        python(&aws, code),
        json!([[77.5], "x", "ResourceNotFoundException 404"])
    );
}

#[test]
fn cloudwatch_speaks_cbor_as_the_rust_sdk_does() {
    use ciborium::Value as Cbor;
    use std::io::{Read as _, Write as _};

    let aws = aws();
    python(&aws, "
import datetime
at = datetime.datetime(2026, 3, 2, 12, 0, tzinfo=datetime.timezone.utc)
client('cloudwatch').put_metric_data(Namespace='AWS/EC2', MetricData=[{'MetricName': 'CPUUtilization', 'Value': 77, 'Timestamp': at}])");
    let call = |operation: &str, input: &Cbor| {
        let mut body = Vec::new();
        ciborium::into_writer(input, &mut body).unwrap();
        let url = aws.endpoint_url();
        let host = url.strip_prefix("http://").unwrap();
        let mut stream = std::net::TcpStream::connect(host).unwrap();
        let head = format!(
            "POST /service/GraniteServiceVersion20100801/operation/{operation} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\
             Content-Type: application/cbor\r\nSmithy-Protocol: rpc-v2-cbor\r\nAccept: application/cbor\r\n\
             Authorization: AWS4-HMAC-SHA256 Credential=rust/20260302/eu-central-1/monitoring/aws4_request, SignedHeaders=host, Signature=0\r\n\
             Content-Length: {}\r\n\r\n",
            body.len()
        );
        stream
            .write_all(&[head.as_bytes(), &body].concat())
            .unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        let end = answer
            .windows(4)
            .position(|bytes| bytes == b"\r\n\r\n")
            .unwrap();
        let head = String::from_utf8_lossy(&answer[..end]).to_lowercase();
        assert!(head.contains("smithy-protocol: rpc-v2-cbor"), "{head}");
        ciborium::from_reader::<Cbor, _>(&answer[end + 4..]).unwrap()
    };
    let text = |text: &str| Cbor::Text(text.to_owned());
    let map = |fields: &[(&str, Cbor)]| {
        Cbor::Map(
            fields
                .iter()
                .map(|(name, value)| (text(name), value.clone()))
                .collect(),
        )
    };
    let time = |seconds: f64| Cbor::Tag(1, Box::new(Cbor::Float(seconds)));
    let noon = 1_772_452_800.0;
    let metric = map(&[
        ("Namespace", text("AWS/EC2")),
        ("MetricName", text("CPUUtilization")),
    ]);
    let stat = map(&[
        ("Metric", metric),
        ("Period", Cbor::Integer(300.into())),
        ("Stat", text("Maximum")),
    ]);
    let queries = Cbor::Array(vec![map(&[("Id", text("m0")), ("MetricStat", stat)])]);
    let input = map(&[
        ("MetricDataQueries", queries),
        ("StartTime", time(noon - 3600.0)),
        ("EndTime", time(noon + 3600.0)),
    ]);
    let answer = format!("{:?}", call("GetMetricData", &input));
    assert!(
        answer.contains(&format!("{:?}", Cbor::Array(vec![Cbor::Float(77.0)]))),
        "{answer}"
    );
    assert!(
        answer.contains(&format!("{:?}", Cbor::Array(vec![time(noon)]))),
        "{answer}"
    );
    let record = aws.proxy.calls_of("rust").pop().unwrap();
    assert_eq!(record.call.protocol, Protocol::RpcV2Cbor);
    assert_eq!(record.call.input["MetricDataQueries"][0]["Id"], "m0");

    aws.proxy.add(Rule::on("cloudwatch", "*").throttle());
    assert!(format!("{:?}", call("GetMetricData", &input)).contains("ThrottlingException"));
}
