//! The sample platform, applied by real Terraform; snapshots; the end of all processes.

use std::fs;
use std::path::Path;

use afterhours_local::snapshot::diff;
use afterhours_local::terraform::Planned;
use afterhours_local::{LocalAws, Options};
use serde_json::json;

#[test]
fn the_sample_platform_is_applied_read_back_and_destroyed() {
    let aws = LocalAws::start(Options::in_target("platform").unwrap()).unwrap();
    let variables = json!({
        "group_sizes": {"gpu-training": {"min": 2, "max": 9, "desired": 7}},
        "endpoint_counts": {"sample-chat": 3},
        "async_count": 4,
    });
    let (terraform, output) = aws.apply_platform(&variables).unwrap();
    assert_eq!(output["groups"].as_array().unwrap().len(), 8);
    assert_eq!(output["endpoints"].as_array().unwrap().len(), 4);
    assert_eq!(terraform.plan().unwrap(), Planned::Empty);

    let before = aws.snapshot().unwrap();
    let training = &before["auto_scaling_groups"]["gpu-training"];
    assert_eq!(
        (
            &training["MinSize"],
            &training["DesiredCapacity"],
            &training["MaxSize"]
        ),
        (&json!(2), &json!(7), &json!(9))
    );
    assert_eq!(training["Tags"]["afterhours:schedule"]["Value"], "office");
    assert_eq!(
        before["auto_scaling_groups"]["gpu-notebooks"]["SuspendedProcesses"],
        json!(["AZRebalance"])
    );
    assert_eq!(
        before["auto_scaling_policies"].as_object().unwrap().len(),
        4
    );
    assert_eq!(
        before["auto_scaling_policies"]["gpu-eks/in-by-one"]["Enabled"],
        false
    );
    assert_eq!(
        before["auto_scaling_scheduled_actions"]
            .as_object()
            .unwrap()
            .len(),
        1
    );
    assert_eq!(before["endpoints"].as_object().unwrap().len(), 7);
    assert_eq!(
        before["endpoints"]["sample-async"]["ProductionVariants"]["main"]["CurrentInstanceCount"],
        4
    );
    assert_eq!(
        before["endpoints"]["sample-chat"]["ProductionVariants"]["main"]["CurrentInstanceCount"],
        3
    );
    assert_eq!(before["inference_components"].as_object().unwrap().len(), 1);
    assert_eq!(before["scalable_targets"].as_object().unwrap().len(), 2);
    assert_eq!(before["scaling_policies"].as_object().unwrap().len(), 2);
    assert_eq!(
        diff(&before, &aws.snapshot().unwrap()),
        Vec::<String>::new()
    );

    aws.python("client('autoscaling').update_auto_scaling_group(AutoScalingGroupName='gpu-training', MinSize=0, DesiredCapacity=0)", &json!(null)).unwrap();
    assert_eq!(
        diff(&before, &aws.snapshot().unwrap()),
        [
            "/auto_scaling_groups/gpu-training/DesiredCapacity: 7 before, 0 after",
            "/auto_scaling_groups/gpu-training/MinSize: 2 before, 0 after"
        ]
    );
    let values = &terraform.show().unwrap()["values"]["root_module"]["resources"];
    assert!(values.as_array().unwrap().len() > 20);
    assert!(terraform.state_file().exists());
    aws.python(
        "client('sagemaker').delete_inference_component(InferenceComponentName='sample-llm')",
        &json!(null),
    )
    .unwrap();
    aws.proxy
        .set_transitions(afterhours_local::proxy::Transitions::Immediate);
    terraform.destroy().unwrap();
    let after = aws.snapshot().unwrap();
    assert!(after["auto_scaling_groups"].as_object().unwrap().is_empty());
    aws.stop().unwrap();
}

#[test]
fn stopping_ends_the_server_and_removes_the_run() {
    let aws = LocalAws::start(Options::in_target("stop").unwrap()).unwrap();
    let (server, folder) = (aws.moto.id(), aws.run_folder().to_owned());
    aws.stop().unwrap();
    assert!(!folder.exists());
    if cfg!(target_os = "linux") {
        assert!(!Path::new(&format!("/proc/{server}")).exists());
    }
}

#[test]
fn two_processes_may_make_the_environment_at_once() {
    let cache = Options::in_target("venv").unwrap().cache;
    let made: Vec<_> = std::thread::scope(|scope| {
        let makers: Vec<_> = (0..2)
            .map(|_| scope.spawn(|| afterhours_local::venv::Venv::ensure(&cache)))
            .collect();
        makers
            .into_iter()
            .map(|maker| maker.join().unwrap().unwrap().python())
            .collect()
    });
    assert_eq!(made[0], made[1]);
    assert!(fs::metadata(&made[0]).is_ok());
}
