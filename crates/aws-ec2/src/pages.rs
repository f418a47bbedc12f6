//! Lists in whole, or as far as they could be read.

use std::future::Future;

use afterhours_aws::Pages;
use afterhours_diff::Hole;
use afterhours_ports::{PortResult, hole};
use aws_sdk_ec2::types::Filter;

/// "A filter can have up to 200 values"
/// (<https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Filtering.html#filtering-the-list>).
const VALUES: usize = 200;

/// What a list gave, and why it ends too early if it does.
#[derive(Debug)]
pub(crate) struct Fetched<T> {
    pub(crate) items: Vec<T>,
    pub(crate) hole: Option<Hole>,
}

// Not derived: nothing is asked of the items.
impl<T> Default for Fetched<T> {
    fn default() -> Self {
        Self {
            items: Vec::new(),
            hole: None,
        }
    }
}

impl<T> Fetched<T> {
    /// Adds what another request of the same kind gave.
    pub(crate) fn extend(&mut self, other: Self) {
        self.items.extend(other.items);
        self.hole = self.hole.take().or(other.hole);
    }
}

/// All pages of one list. `send` asks for the page of a token.
pub(crate) async fn all<T, F>(
    action: &'static str,
    send: impl Fn(Option<String>) -> F,
) -> Fetched<T>
where
    F: Future<Output = PortResult<(Vec<T>, Option<String>)>>,
{
    let mut fetched = Fetched::default();
    let mut pages = Pages::new(action);
    let mut token = None;
    loop {
        let next = send(token).await.and_then(|(items, next)| {
            let count = items.len();
            fetched.items.extend(items);
            pages.next(next.as_deref(), count)
        });
        match next {
            Ok(Some(next)) => token = Some(next),
            Ok(None) => return fetched,
            Err(error) => {
                fetched.hole = Some(hole(&error));
                return fetched;
            }
        }
    }
}

/// One list of filters for each request that asks for these values only.
///
/// Filters leave out what does not exist, so that one object that is gone does not fail the others (which ids would).
pub(crate) fn filters<'v>(
    name: &str,
    values: impl IntoIterator<Item = &'v str>,
) -> Vec<Vec<Filter>> {
    let mut values: Vec<&str> = values.into_iter().collect();
    values.sort_unstable();
    values.dedup();
    values
        .chunks(VALUES)
        .map(|values| {
            let values = values.iter().map(|value| (*value).to_owned()).collect();
            vec![
                Filter::builder()
                    .name(name)
                    .set_values(Some(values))
                    .build(),
            ]
        })
        .collect()
}
