//! IAM policies compared by meaning.
//!
//! [`compare`] holds two policies against each other and says whether the second permits the same, more, less, or something
//! else, and in words what changed. Order, repetition, a single value in place of a list, the case of actions and condition
//! keys, how statements are cut, Sids and Ids mean nothing; wildcards, variables, exceptions (`NotAction` and its kin), denials,
//! principals and conditions mean what the IAM User Guide says.
//!
//! It is stricter than the library of Terraform's AWS provider (hashicorp/awspolicyequivalence), which takes `"Principal": "*"`
//! for any other string and for none, and more lenient where that sees a difference and there is none.

mod compare;
mod condition;
mod cover;
mod decimal;
mod document;
mod error;
mod exposure;
mod model;
mod network;
mod parse;
mod pattern;
mod phrases;
mod principal;
mod words;

pub use compare::{Change, ChangeKind, Comparison, Direction, Verdict, compare};
pub use error::PolicyError;
pub use exposure::{Exposure, is_administrator, is_public};
pub use model::Policy;

/// Where the policies are at home.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Context {
    /// The account (twelve digits), for words only.
    pub account: Option<String>,
    /// The partition (`aws`, `aws-cn`, `aws-us-gov`): a bare account id as a principal is the root of the account there. Without
    /// one it is that of the ARN it is compared with, since a policy can name principals of its own partition only.
    pub partition: Option<String>,
}

/// Whether two documents mean the same. What cannot be read is equal to the very same text only; two empty texts are equal.
pub fn equivalent(a: &str, b: &str, context: &Context) -> bool {
    if a.trim() == b.trim() {
        return true;
    }
    match (Policy::parse(a), Policy::parse(b)) {
        (Ok(a), Ok(b)) => compare(&a, &b, context).is_equal(),
        _ => false,
    }
}
