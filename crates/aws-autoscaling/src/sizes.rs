//! Sizes that were really given.
//!
//! The SDK fills `MinSize`, `DesiredCapacity` and `MaxSize` with zero where an answer lacks them, and zero is
//! the one size that must never be believed by mistake.

use afterhours_aws::Answer;
use afterhours_ports::PortResult;
use aws_smithy_xml::decode::{Document, ScopedDecoder, XmlDecodeError};

const SIZES: [&str; 3] = ["MinSize", "DesiredCapacity", "MaxSize"];

/// Whether each group of an answer to `DescribeAutoScalingGroups` gives each size itself.
///
/// # Errors
/// Names the field that is missing.
pub(crate) fn all_given(answer: Answer, body: &[u8]) -> PortResult<()> {
    let text = std::str::from_utf8(body)
        .map_err(|error| answer.unusable(format!("the answer is no text: {error}")))?;
    match missing(text) {
        Ok(None) => Ok(()),
        Ok(Some(field)) => Err(answer.lacks(field)),
        Err(error) => Err(answer.unusable(format!("the answer cannot be read: {error}"))),
    }
}

fn missing(text: &str) -> Result<Option<&'static str>, XmlDecodeError> {
    let mut document = Document::new(text);
    let mut root = document.root_element()?;
    while let Some(mut result) = root.next_tag() {
        while let Some(mut list) = result.next_tag() {
            if !list.start_el().matches("AutoScalingGroups") {
                continue;
            }
            while let Some(mut member) = list.next_tag() {
                if let Some(field) = missing_in(&mut member) {
                    return Ok(Some(field));
                }
            }
        }
    }
    Ok(None)
}

/// Looks at direct children only: a warm pool has a `MinSize` too.
fn missing_in(member: &mut ScopedDecoder<'_, '_>) -> Option<&'static str> {
    let mut left = SIZES.to_vec();
    while let Some(child) = member.next_tag() {
        left.retain(|name| !child.start_el().matches(name));
    }
    left.first().copied()
}
