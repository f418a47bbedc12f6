//! Cutting a list in half without a token that says so: an answer that lies by leaving out.

use serde_json::Value;

/// The elements of lists in XML: `item` of EC2, `member` of the query protocol, and those that S3 names.
const ELEMENTS: [&str; 3] = ["item", "member", "Bucket"];

/// The answer with the first half, rounded up, of its outermost list; as it is where it has none.
pub(crate) fn halve(body: &str) -> String {
    match serde_json::from_str::<Value>(body) {
        Ok(mut value) => {
            if let Some(members) = value.as_object_mut() {
                let lists = members.values_mut().filter_map(Value::as_array_mut);
                for list in lists {
                    list.truncate(list.len().div_ceil(2));
                }
                members.retain(|name, _| name != "NextToken");
            }
            value.to_string()
        }
        Err(_) => halve_xml(body),
    }
}

fn halve_xml(body: &str) -> String {
    let first = ELEMENTS
        .iter()
        .filter_map(|name| Some((body.find(&format!("<{name}>"))?, *name)))
        .min();
    let Some((start, name)) = first else {
        return body.to_owned();
    };
    let ends = siblings(&body[start..], name);
    let kept = ends.len().div_ceil(2);
    let (Some(cut), Some(end)) = (ends.get(kept.saturating_sub(1)), ends.last()) else {
        return body.to_owned();
    };
    let mut halved = format!("{}{}", &body[..start + cut], &body[start + end..]);
    for token in ["nextToken", "NextToken", "Marker"] {
        halved = without(&halved, token);
    }
    halved.replace("<IsTruncated>true<", "<IsTruncated>false<")
}

/// Where each of the elements that follow each other at the start of `text` ends.
fn siblings(text: &str, name: &str) -> Vec<usize> {
    let (open, close) = (format!("<{name}>"), format!("</{name}>"));
    let (mut ends, mut at, mut depth) = (Vec::new(), 0, 0_usize);
    loop {
        let rest = &text[at..];
        if depth == 0 {
            let blank = rest.len() - rest.trim_start().len();
            if !rest[blank..].starts_with(&open) {
                return ends;
            }
        }
        let (Some(closed), opened) = (rest.find(&close), rest.find(&open)) else {
            return ends;
        };
        match opened {
            Some(opened) if opened < closed => {
                depth += 1;
                at += opened + open.len();
            }
            _ => {
                depth = depth.saturating_sub(1);
                at += closed + close.len();
                if depth == 0 {
                    ends.push(at);
                }
            }
        }
    }
}

/// The text without the element of this name.
fn without(text: &str, name: &str) -> String {
    let (open, close) = (format!("<{name}>"), format!("</{name}>"));
    match (text.find(&open), text.find(&close)) {
        (Some(start), Some(end)) if start < end => {
            format!("{}{}", &text[..start], &text[end + close.len()..])
        }
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::halve;

    #[test]
    fn the_outermost_list_keeps_its_first_half() {
        let xml = "<R><vpcSet> <item><a>1</a><tags><item>x</item></tags></item> <item><a>2</a></item>\
                   <item><a>3</a></item></vpcSet><nextToken>t</nextToken></R>";
        assert_eq!(
            halve(xml),
            "<R><vpcSet> <item><a>1</a><tags><item>x</item></tags></item> <item><a>2</a></item></vpcSet></R>"
        );
        assert_eq!(
            halve("<R><a><member>1</member></a></R>"),
            "<R><a><member>1</member></a></R>"
        );
        assert_eq!(
            halve(r#"{"Models":[1,2,3],"NextToken":"t"}"#),
            r#"{"Models":[1,2]}"#
        );
        assert_eq!(halve("<R>none</R>"), "<R>none</R>");
    }
}
