//! The documented limits of Block Kit.

use serde_json::Value;

/// What Slack would refuse in a message, one line each with its place; empty for a good message.
///
/// Limits: 50 blocks; `block_id` 255; header 150 (plain text); section text 3000, 10 fields of 2000; 10 context elements;
/// 25 action elements; button text 75, `url` 3000, `value` 2000; image `alt_text` 2000 and `image_url` 3000; top-level text
/// 40,000, which is also taken for the size of the whole document.
pub fn problems(message: &Value) -> Vec<String> {
    let mut found = Vec::new();
    let text = message
        .get("text")
        .and_then(Value::as_str)
        .unwrap_or_default();
    if text.trim().is_empty() {
        found.push("no text: the fallback for notifications is empty".to_owned());
    }
    if message.to_string().chars().count() > 40_000 {
        found.push("the message is longer than 40000 characters".to_owned());
    }
    mrkdwn("text", text, &mut found);
    if let Some(blocks) = message.get("blocks") {
        check_blocks("blocks", blocks, &mut found);
    }
    for (index, attachment) in items(message, "attachments").enumerate() {
        if let Some(blocks) = attachment.get("blocks") {
            check_blocks(&format!("attachments[{index}].blocks"), blocks, &mut found);
        }
    }
    found
}

fn items<'a>(value: &'a Value, field: &str) -> impl Iterator<Item = &'a Value> {
    value
        .get(field)
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
}

fn check_blocks(place: &str, blocks: &Value, found: &mut Vec<String>) {
    let Some(blocks) = blocks.as_array() else {
        found.push(format!("{place} is not a list"));
        return;
    };
    if blocks.is_empty() || blocks.len() > 50 {
        found.push(format!(
            "{place} has {} blocks; 1 to 50 are allowed",
            blocks.len()
        ));
    }
    let mut ids: Vec<&str> = blocks
        .iter()
        .filter_map(|block| block.get("block_id")?.as_str())
        .collect();
    ids.sort_unstable();
    let total = ids.len();
    ids.dedup();
    if ids.len() < total {
        found.push(format!("{place} uses a block_id twice"));
    }
    for (index, block) in blocks.iter().enumerate() {
        check_block(&format!("{place}[{index}]"), block, found);
    }
}

fn check_block(place: &str, block: &Value, found: &mut Vec<String>) {
    length(place, block, "block_id", 255, false, found);
    match block.get("type").and_then(Value::as_str) {
        Some("header") => text(
            &format!("{place}.text"),
            block.get("text"),
            150,
            Some("plain_text"),
            found,
        ),
        Some("section") => check_section(place, block, found),
        Some("context") => check_list(
            place,
            block,
            "elements",
            10,
            found,
            |place, element, found| {
                if element.get("type").is_some_and(|kind| kind == "image") {
                    image(place, element, found);
                } else {
                    text(place, Some(element), 3000, None, found);
                }
            },
        ),
        Some("actions") => check_list(place, block, "elements", 25, found, element),
        Some("image") => image(place, block, found),
        // Slack takes these in messages; they have no limit that is checked here.
        Some("divider" | "rich_text" | "markdown" | "table" | "video" | "file") => {}
        other => found.push(format!("{place} has the unknown type {other:?}")),
    }
}

fn check_section(place: &str, block: &Value, found: &mut Vec<String>) {
    let fields = block.get("fields").is_some();
    if block.get("text").is_some() || !fields {
        text(
            &format!("{place}.text"),
            block.get("text"),
            3000,
            None,
            found,
        );
    }
    if fields {
        check_list(place, block, "fields", 10, found, |place, field, found| {
            text(place, Some(field), 2000, None, found);
        });
    }
    if let Some(accessory) = block.get("accessory") {
        element(&format!("{place}.accessory"), accessory, found);
    }
}

fn check_list(
    place: &str,
    block: &Value,
    list: &str,
    most: usize,
    found: &mut Vec<String>,
    check: impl Fn(&str, &Value, &mut Vec<String>),
) {
    let count = items(block, list).count();
    if count == 0 || count > most {
        found.push(format!(
            "{place}.{list} has {count} members; 1 to {most} are allowed"
        ));
    }
    for (index, item) in items(block, list).enumerate() {
        check(&format!("{place}.{list}[{index}]"), item, found);
    }
}

fn element(place: &str, element: &Value, found: &mut Vec<String>) {
    length(place, element, "action_id", 255, false, found);
    match element.get("type").and_then(Value::as_str) {
        Some("button") => {
            text(
                &format!("{place}.text"),
                element.get("text"),
                75,
                Some("plain_text"),
                found,
            );
            length(place, element, "url", 3000, false, found);
            length(place, element, "value", 2000, false, found);
            if element
                .get("style")
                .is_some_and(|style| style != "primary" && style != "danger")
            {
                found.push(format!("{place}.style is neither primary nor danger"));
            }
        }
        Some("image") => image(place, element, found),
        Some(
            "overflow" | "static_select" | "datepicker" | "timepicker" | "users_select"
            | "checkboxes" | "radio_buttons",
        ) => {}
        other => found.push(format!("{place} has the unknown type {other:?}")),
    }
}

fn image(place: &str, image: &Value, found: &mut Vec<String>) {
    length(place, image, "alt_text", 2000, true, found);
    if image.get("slack_file").is_none() {
        length(place, image, "image_url", 3000, true, found);
    }
}

fn length(
    place: &str,
    item: &Value,
    field: &str,
    most: usize,
    needed: bool,
    found: &mut Vec<String>,
) {
    match item.get(field) {
        None if !needed => {}
        Some(Value::String(text)) if !text.is_empty() => {
            let count = text.chars().count();
            if count > most {
                found.push(format!(
                    "{place}.{field} has {count} characters; {most} are allowed"
                ));
            }
        }
        _ => found.push(format!("{place}.{field} is missing or not a text")),
    }
}

fn text(
    place: &str,
    item: Option<&Value>,
    most: usize,
    only: Option<&str>,
    found: &mut Vec<String>,
) {
    let Some(item) = item else {
        found.push(format!("{place} is missing"));
        return;
    };
    let kind = item.get("type").and_then(Value::as_str).unwrap_or_default();
    if !matches!(kind, "plain_text" | "mrkdwn") || only.is_some_and(|only| only != kind) {
        found.push(format!("{place} has the type {kind:?}"));
    }
    length(place, item, "text", most, true, found);
    if kind == "mrkdwn" {
        mrkdwn(
            place,
            item.get("text").and_then(Value::as_str).unwrap_or_default(),
            found,
        );
    }
}

/// `&` may only begin `&amp;`, `&lt;` or `&gt;`; `<` only a link, mention or date, closed by `>` on the same line.
fn mrkdwn(place: &str, text: &str, found: &mut Vec<String>) {
    let mut rest = text;
    while let Some(at) = rest.find(['&', '<', '>']) {
        let (_, from) = rest.split_at(at);
        let entity = ["&amp;", "&lt;", "&gt;"]
            .into_iter()
            .find(|entity| from.starts_with(entity));
        let consumed = match (entity, from.strip_prefix('<')) {
            (Some(entity), _) => entity.len(),
            (None, Some(inner)) => {
                let begins = ["http://", "https://", "mailto:", "@", "#", "!"]
                    .iter()
                    .any(|prefix| inner.starts_with(prefix));
                match inner.find(['>', '\n', '<']) {
                    Some(end) if begins && inner[end..].starts_with('>') => end + 2,
                    _ => {
                        found.push(format!("{place} has a '<' that is not escaped"));
                        1
                    }
                }
            }
            // A '>' at the start of a line makes a quotation.
            (None, None)
                if from.starts_with('>')
                    && (at == 0 || rest[..at].ends_with('\n'))
                    && (at > 0 || rest.len() == text.len()) =>
            {
                1
            }
            (None, None) => {
                let sign = from.chars().next().unwrap_or_default();
                found.push(format!("{place} has a '{sign}' that is not escaped"));
                1
            }
        };
        rest = &from[consumed..];
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_full_message_within_the_limits_passes() {
        let message = json!({"text": "fallback &amp; <https://example.com|link>", "blocks": [
            {"type": "header", "text": {"type": "plain_text", "text": "a & b"}},
            {"type": "section", "text": {"type": "mrkdwn", "text": "> quoted\n> again &lt;3"}, "fields": [{"type": "mrkdwn", "text": "*a*"}]},
            {"type": "context", "elements": [{"type": "mrkdwn", "text": "<!date^1^{date}|x>"}]},
            {"type": "actions", "elements": [{"type": "button", "text": {"type": "plain_text", "text": "go"}, "value": "1"}]},
            {"type": "divider"}]});
        assert_eq!(problems(&message), Vec::<String>::new());
    }

    #[test]
    fn each_limit_is_checked_one_beyond() {
        let section =
            |text: String| json!({"type": "section", "text": {"type": "mrkdwn", "text": text}});
        let button = |text: &str, url: String| json!({"type": "actions", "elements": [{"type": "button", "text": {"type": "plain_text", "text": text}, "url": url}]});
        let field = json!({"type": "mrkdwn", "text": "x"});
        let bad = [
            section("x".repeat(3001)),
            section("a < b".to_owned()),
            section("a & b".to_owned()),
            json!({"type": "header", "text": {"type": "plain_text", "text": "x".repeat(151)}}),
            json!({"type": "header", "text": {"type": "mrkdwn", "text": "x"}}),
            json!({"type": "section", "fields": vec![field.clone(); 11]}),
            json!({"type": "context", "elements": vec![field; 11]}),
            button(&"x".repeat(76), "https://e".to_owned()),
            button("x", "x".repeat(3001)),
            json!({"type": "image", "image_url": "https://e"}),
            json!({"type": "divider", "block_id": "x".repeat(256)}),
            json!({"type": "secton"}),
        ];
        for block in bad {
            let found = problems(&json!({"text": "t", "blocks": [block]}));
            assert_eq!(found.len(), 1, "{block}: {found:?}");
        }
        assert_eq!(
            problems(&json!({"text": "t", "blocks": vec![json!({"type": "divider"}); 51]})).len(),
            1
        );
        assert_eq!(problems(&json!({"blocks": [{"type": "divider"}]})).len(), 1);
    }
}
