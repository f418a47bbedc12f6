//! Auto Scaling: moto keeps the groups, this file mends single answers.
//!
//! moto 5.2.5 ignores `IncludeInstances` of `DescribeAutoScalingGroups`; ignores `Enabled` of `PutScalingPolicy` and leaves it out
//! of `DescribePolicies`, which it also never pages; accepts sizes outside of min and max and policies of groups that are
//! not there; answers 500 for `SuspendProcesses` of a missing group and for `DescribeInstanceRefreshes`.
//!
//! Source: <https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_Operations.html>.

use bytes::Bytes;
use http_body_util::Full;
use hyper::Response;

use super::super::call::Call;
use super::super::forward::{text, with_form};
use super::super::reply::{self, AwsError};
use super::super::{Shared, locked};
use super::pages;
use crate::http::{HangUp, Incoming, answer};

type Answered = Result<Response<Full<Bytes>>, HangUp>;

impl Shared {
    pub(super) async fn autoscaling(&self, call: &Call, request: Incoming) -> Answered {
        let operation = call.operation.as_str();
        if matches!(
            operation,
            "UpdateAutoScalingGroup"
                | "SetDesiredCapacity"
                | "SuspendProcesses"
                | "ResumeProcesses"
                | "PutScalingPolicy"
        ) && let Some(error) = self.refusal(call, &request).await?
        {
            return Ok(reply::error(call, &error));
        }
        match operation {
            "DescribeAutoScalingGroups" if call.param("IncludeInstances") == Some("false") => {
                let (status, body) = text(self.upstream.forward(request).await?).await?;
                Ok(answer(status, "text/xml", without(&body, "Instances")))
            }
            "DescribeInstanceRefreshes" => Ok(reply::query_output(call, "<InstanceRefreshes/>")),
            "PutScalingPolicy" | "DeletePolicy" => {
                let response = self.upstream.forward(request).await?;
                if response.status().is_success() {
                    let name = (
                        group(call).to_owned(),
                        call.param("PolicyName").unwrap_or_default().to_owned(),
                    );
                    let mut world = locked(&self.world);
                    let disabled = &mut world.region(&call.region).disabled_policies;
                    if operation == "PutScalingPolicy" && call.param("Enabled") == Some("false") {
                        disabled.insert(name);
                    } else {
                        disabled.remove(&name);
                    }
                }
                Ok(response)
            }
            "DescribePolicies" => self.describe_policies(call, request).await,
            _ => self.upstream.forward(request).await,
        }
    }

    /// Why AWS would refuse the call, judged by the group as it is.
    async fn refusal(&self, call: &Call, request: &Incoming) -> Result<Option<AwsError>, HangUp> {
        let name = group(call);
        let fields = [
            ("Action", "DescribeAutoScalingGroups"),
            ("Version", "2011-01-01"),
            ("AutoScalingGroupNames.member.1", name),
        ];
        let (status, body) = self.upstream.query(request, &fields).await?;
        if status != 200 {
            return Ok(None);
        }
        let Some(minimum) = number(&body, "MinSize") else {
            return Ok(Some(AwsError::new(
                "ValidationError",
                "AutoScalingGroup name not found - null",
            )));
        };
        let asked = |field: &str| {
            call.param(field)
                .and_then(|value| value.parse::<i64>().ok())
        };
        let min = asked("MinSize").unwrap_or(minimum);
        let max = asked("MaxSize")
            .or_else(|| number(&body, "MaxSize"))
            .unwrap_or(i64::MAX);
        if min > max {
            let message =
                format!("Max bound, {max}, must be greater than or equal to min bound, {min}");
            return Ok(Some(AwsError::new("ValidationError", message)));
        }
        Ok(asked("DesiredCapacity").filter(|desired| *desired < min || *desired > max).map(|desired| {
            let bound = if desired > max {
                format!("New SetDesiredCapacity value {desired} is above max value {max} for the AutoScalingGroup.")
            } else {
                format!("New SetDesiredCapacity value {desired} is below min value {min} for the AutoScalingGroup.")
            };
            let message = if call.operation == "SetDesiredCapacity" {
                bound
            } else {
                format!("Desired capacity:{desired} must be between the specified min size:{min} and max size:{max}")
            };
            AwsError::new("ValidationError", message)
        }))
    }

    async fn describe_policies(&self, call: &Call, request: Incoming) -> Answered {
        let mut fields = call.input.as_object().cloned().unwrap_or_default();
        fields.remove("NextToken");
        fields.remove("MaxRecords");
        let (status, body) =
            text(self.upstream.forward(with_form(&request, &fields)).await?).await?;
        if status != 200 {
            return Ok(answer(status, "text/xml", body));
        }
        let Some(start) = pages::start(call.param("NextToken")) else {
            return Ok(reply::error(
                call,
                &AwsError::new("InvalidNextToken", "The NextToken value is not valid."),
            ));
        };
        let disabled = locked(&self.world)
            .region(&call.region)
            .disabled_policies
            .clone();
        let policies = members(&body, "ScalingPolicies");
        // Default and maximum of MaxRecords by the API reference: 50 and 100.
        let size = call
            .param("MaxRecords")
            .and_then(|size| size.parse().ok())
            .unwrap_or(50_usize)
            .clamp(1, 100);
        let page = policies.iter().skip(start).take(size).map(|policy| {
            let name = (
                element(policy, "AutoScalingGroupName"),
                element(policy, "PolicyName"),
            );
            format!(
                "<member><Enabled>{}</Enabled>{policy}</member>",
                !disabled.contains(&name)
            )
        });
        let mut inner = format!(
            "<ScalingPolicies>{}</ScalingPolicies>",
            page.collect::<String>()
        );
        if start + size < policies.len() {
            inner.extend(["<NextToken>", &pages::token(start + size), "</NextToken>"]);
        }
        Ok(reply::query_output(call, &inner))
    }
}

fn group(call: &Call) -> &str {
    call.param("AutoScalingGroupName").unwrap_or_default()
}

/// The text of the first element of that name, without children.
fn element(xml: &str, name: &str) -> String {
    let text = xml
        .split_once(&format!("<{name}>"))
        .and_then(|(_, rest)| rest.split_once(&format!("</{name}>")));
    text.map_or_else(String::new, |(text, _)| text.trim().to_owned())
}

fn number(xml: &str, name: &str) -> Option<i64> {
    element(xml, name).parse().ok()
}

/// The contents of the direct `<member>` children of the list `name`, which may hold members of their own.
fn members(xml: &str, name: &str) -> Vec<String> {
    let (open, close) = (format!("<{name}>"), format!("</{name}>"));
    let Some((_, rest)) = xml.split_once(&open) else {
        return Vec::new();
    };
    let list = rest.rsplit_once(&close).map_or(rest, |(list, _)| list);
    let (mut depth, mut found, mut current) = (0_u32, Vec::new(), String::new());
    for piece in list.split_inclusive('>') {
        if piece.ends_with("<member>") {
            depth += 1;
            if depth == 1 {
                current.clear();
                continue;
            }
        } else if piece.ends_with("</member>") {
            depth = depth.saturating_sub(1);
            if depth == 0 {
                found.push(current.clone());
                continue;
            }
        }
        current.push_str(piece);
    }
    found
}

/// The document without the elements `name` and what they hold.
fn without(xml: &str, name: &str) -> String {
    let (open, close) = (format!("<{name}>"), format!("</{name}>"));
    let mut kept = String::with_capacity(xml.len());
    let mut rest = xml;
    while let Some((before, from)) = rest.split_once(&open) {
        kept.push_str(before);
        rest = from.split_once(&close).map_or("", |(_, after)| after);
    }
    kept.push_str(rest);
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nested_members_stay_within_their_member() {
        let xml = "<A><ScalingPolicies> <member><P>1</P><S><member>x</member></S></member>\n<member><P>2</P></member></ScalingPolicies></A>";
        assert_eq!(
            members(xml, "ScalingPolicies"),
            ["<P>1</P><S><member>x</member></S>", "<P>2</P>"]
        );
    }

    #[test]
    fn elements_are_cut_out_with_their_content() {
        let xml = "<g><Instances><member>a</member></Instances><n>1</n></g><g><Instances></Instances></g>";
        assert_eq!(without(xml, "Instances"), "<g><n>1</n></g><g></g>");
    }
}
