//! IAM behind the port of the drift watcher: roles with their policies, managed policies, instance profiles, identity
//! providers.
//!
//! Roles and managed policies come from one sweep (`GetAccountAuthorizationDetails`); what it lacks (a role's
//! description and longest session, a policy's tags) is asked for beside it. Instance profiles, identity providers and
//! exclusive attachments are asked for by name, which one call each answers in full. IAM is one service for all
//! regions of a partition; the SDK knows its address.

mod attachment;
mod calls;
mod confirm;
mod document;
mod origin;
mod policy;
mod profile;
mod provider;
mod role;
mod sweep;

use afterhours_aws::{Aws, Pace, Service};
use afterhours_diff::{Listing, Wanted};
use afterhours_ports::Reader;
use async_trait::async_trait;
use aws_sdk_iam::Client;

pub use calls::READ_ACTIONS;

use calls::Calls;

pub(crate) const ROLE: &str = "aws_iam_role";
pub(crate) const ROLE_POLICY: &str = "aws_iam_role_policy";
pub(crate) const ROLE_ATTACHMENT: &str = "aws_iam_role_policy_attachment";
pub(crate) const INLINE_EXCLUSIVE: &str = "aws_iam_role_policies_exclusive";
pub(crate) const ATTACHED_EXCLUSIVE: &str = "aws_iam_role_policy_attachments_exclusive";
pub(crate) const POLICY: &str = "aws_iam_policy";
pub(crate) const POLICY_ATTACHMENT: &str = "aws_iam_policy_attachment";
pub(crate) const PROFILE: &str = "aws_iam_instance_profile";
pub(crate) const PROVIDER: &str = "aws_iam_openid_connect_provider";

/// So many calls are under way at once where each object takes one.
pub(crate) const AT_ONCE: usize = 8;

/// Reads IAM of one account.
#[derive(Debug, Clone)]
pub struct IamReader {
    calls: Calls,
}

impl IamReader {
    /// IAM publishes no request rates; all its calls of an account share one bucket, hence one `pace`.
    pub fn new(aws: &Aws, pace: Pace) -> Self {
        Self {
            calls: Calls::new(Client::new(&aws.config(Service::Iam)), pace),
        }
    }
}

#[async_trait]
impl Reader for IamReader {
    fn kinds(&self) -> &'static [&'static str] {
        &[
            POLICY,
            POLICY_ATTACHMENT,
            PROFILE,
            PROVIDER,
            ROLE,
            ROLE_ATTACHMENT,
            ATTACHED_EXCLUSIVE,
            INLINE_EXCLUSIVE,
            ROLE_POLICY,
        ]
    }

    async fn read(&self, wanted: &Wanted) -> Vec<Listing> {
        let calls = &self.calls;
        let roles_and_policies = async {
            if wanted.confirm {
                confirm::read(calls, wanted).await
            } else {
                sweep::read(calls, wanted).await
            }
        };
        let (mut listings, attachments, profiles, providers) = futures_util::join!(
            roles_and_policies,
            attachment::read(calls, wanted),
            profile::read(calls, wanted),
            provider::read(calls, wanted),
        );
        listings.extend(attachments);
        listings.extend(profiles);
        listings.extend(providers);
        listings
    }
}
