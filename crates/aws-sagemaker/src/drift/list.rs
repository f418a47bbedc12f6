//! Names and ARNs of all objects of one type.

use afterhours_aws::{Answer, Pages, port_error};
use afterhours_ports::{PortError, PortResult};

use super::{CONFIGURATION, ENDPOINT, MODEL, MachineLearningReader};

/// Objects of one page, at most
/// (<https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ListModels.html>, `MaxResults`).
const PAGE: i32 = 100;

type Page = (Vec<(String, String)>, Option<String>);

/// What was found, and why there may be more.
pub(super) async fn all(
    reader: &MachineLearningReader,
    kind: &str,
) -> (Vec<(String, String)>, Option<PortError>) {
    let mut found = Vec::new();
    let mut pages = Pages::new(action(kind));
    let mut token = None;
    loop {
        reader.pace.wait().await;
        let page = page(reader, kind, token).await;
        let next = page.and_then(|(items, next)| {
            let count = items.len();
            found.extend(items);
            pages.next(next.as_deref(), count)
        });
        match next {
            Ok(Some(next)) => token = Some(next),
            Ok(None) => return (found, None),
            Err(error) => return (found, Some(error)),
        }
    }
}

fn action(kind: &str) -> &'static str {
    match kind {
        MODEL => "sagemaker:ListModels",
        CONFIGURATION => "sagemaker:ListEndpointConfigs",
        ENDPOINT => "sagemaker:ListEndpoints",
        _ => "sagemaker:ListNotebookInstances",
    }
}

macro_rules! page {
    ($reader:ident, $kind:ident, $token:ident, $call:ident, $items:ident, $name:ident, $arn:ident) => {{
        let request = $reader.client.$call().max_results(PAGE);
        let answer = request
            .set_next_token($token)
            .send()
            .await
            .map_err(|error| port_error(action($kind), error))?;
        let read = Answer::of(action($kind));
        let items = answer.$items().iter().map(|item| {
            let name = read.text(stringify!($name), item.$name())?;
            Ok((name, read.text(stringify!($arn), item.$arn())?))
        });
        let items = items.collect::<PortResult<Vec<_>>>()?;
        Ok((items, answer.next_token().map(str::to_owned)))
    }};
}

async fn page(
    reader: &MachineLearningReader,
    kind: &str,
    token: Option<String>,
) -> PortResult<Page> {
    match kind {
        MODEL => page!(
            reader,
            kind,
            token,
            list_models,
            models,
            model_name,
            model_arn
        ),
        CONFIGURATION => page!(
            reader,
            kind,
            token,
            list_endpoint_configs,
            endpoint_configs,
            endpoint_config_name,
            endpoint_config_arn
        ),
        ENDPOINT => page!(
            reader,
            kind,
            token,
            list_endpoints,
            endpoints,
            endpoint_name,
            endpoint_arn
        ),
        _ => page!(
            reader,
            kind,
            token,
            list_notebook_instances,
            notebook_instances,
            notebook_instance_name,
            notebook_instance_arn
        ),
    }
}
