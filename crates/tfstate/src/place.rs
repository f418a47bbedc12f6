//! Where an instance lives: account and region.

use serde_json::Value;

use crate::Instance;

/// Account and region of an instance, as far as it tells them itself.
///
/// In this order: `identity` (Terraform 1.12 and AWS provider 6), the attribute `region` (provider 6), the ARN in
/// `arn`, or in `id` of types that have their ARN there (SNS topics), then `owner_id` and `availability_zone`.
/// What none of them tells is none: the account and region of the provider's configuration, which the state has not.
/// Global types (IAM, S3 in ARNs) have no region.
pub fn account_region(instance: &Instance) -> (Option<String>, Option<String>) {
    let attribute = |name: &str| instance.attributes.get(name).and_then(Value::as_str);
    let identity = |name: &str| instance.identity.as_ref()?.get(name)?.as_str();
    let arns =
        [identity("arn"), attribute("arn"), attribute("id")].map(|text| text.and_then(parts));
    let [of_identity, of_arn, of_id] = arns;
    let arn = of_identity.or(of_arn).or(of_id);
    let account = identity("account_id")
        .filter(|text| is_account(text))
        .or_else(|| arn.and_then(|(_, account)| account))
        .or_else(|| attribute("owner_id").filter(|text| is_account(text)));
    let region = identity("region")
        .filter(|text| is_region(text))
        .or_else(|| of_identity.and_then(|(region, _)| region))
        .or_else(|| attribute("region").filter(|text| is_region(text)))
        .or_else(|| arn.and_then(|(region, _)| region))
        .or_else(|| attribute("availability_zone").and_then(region_of_zone));
    (account.map(str::to_owned), region.map(str::to_owned))
}

/// Region and account of `arn:PARTITION:SERVICE:REGION:ACCOUNT:RESOURCE`.
fn parts(arn: &str) -> Option<(Option<&str>, Option<&str>)> {
    let mut parts = arn.strip_prefix("arn:")?.splitn(5, ':');
    let (_partition, _service) = (parts.next()?, parts.next()?);
    let (region, account) = (parts.next()?, parts.next()?);
    parts.next()?;
    let region = Some(region).filter(|text| is_region(text));
    Some((region, Some(account).filter(|text| is_account(text))))
}

/// Twelve digits; not `aws` as in ARNs of managed policies, nor an alias as in owners of images.
fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Words of lower-case letters and a number: `eu-central-1`, `us-gov-west-1`.
fn is_region(text: &str) -> bool {
    let mut words = text.split('-');
    let number = words.next_back().unwrap_or_default();
    let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    let is_word =
        |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase());
    let count = words.clone().count();
    is_number && (2..=3).contains(&count) && words.all(is_word)
}

/// `eu-central-1` of `eu-central-1b`, `us-west-2` of the local zone `us-west-2-lax-1a`.
fn region_of_zone(zone: &str) -> Option<&str> {
    let digit = zone.find(|c: char| c.is_ascii_digit())?;
    let digits = zone
        .get(digit..)?
        .bytes()
        .take_while(u8::is_ascii_digit)
        .count();
    let region = zone.get(..digit + digits)?;
    (is_region(region) && region.len() < zone.len()).then_some(region)
}
