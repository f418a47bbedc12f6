//! Answers of other stores that speak S3: the SDK insists on the name of the outermost element.

use std::collections::BTreeMap;

use aws_sdk_s3::config::http::HttpResponse;
use aws_sdk_s3::error::SdkError;
use aws_smithy_xml::decode::{Document, try_data};

/// The texts directly below the outermost element of an answer that the SDK could not read; none where it is no
/// success or the element is none of `roots`.
pub(super) fn members<E>(
    error: &SdkError<E, HttpResponse>,
    roots: &[&str],
) -> Option<BTreeMap<String, String>> {
    let response = error.raw_response()?;
    if !response.status().is_success() {
        return None;
    }
    read(response.body().bytes()?, roots)
}

fn read(body: &[u8], roots: &[&str]) -> Option<BTreeMap<String, String>> {
    let mut document = Document::try_from(body).ok()?;
    let mut root = document.root_element().ok()?;
    if !roots.contains(&root.start_el().local()) {
        return None;
    }
    let mut members = BTreeMap::new();
    while let Some(mut member) = root.next_tag() {
        let name = member.start_el().local().to_owned();
        // What has elements of its own is none of the texts that are looked for.
        if let Ok(text) = try_data(&mut member) {
            members.insert(name, text.into_owned());
        }
    }
    Some(members)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_texts_below_a_known_root_are_read_and_no_others() {
        let body = b"<?xml version=\"1.0\"?><R xmlns=\"x\"><Status>Enabled</Status><Deep><Status>no</Status></Deep><Empty/></R>";
        let members = read(body, &["Q", "R"]).unwrap();
        assert_eq!(members.get("Status").map(String::as_str), Some("Enabled"));
        assert_eq!(members.get("Deep"), None);
        assert_eq!(read(body, &["Q"]), None);
        assert_eq!(read(b"<R><Status>", &["Q"]), None);
        assert_eq!(read(b"no XML", &["R"]), None);
    }
}
