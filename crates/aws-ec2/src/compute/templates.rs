//! Launch templates with their latest versions.

use std::collections::BTreeMap;

use afterhours_diff::{Listing, Wanted};
use afterhours_ports::hole;
use aws_sdk_ec2::types::{LaunchTemplate, LaunchTemplateVersion};
use futures_util::StreamExt as _;

use super::live::{self, id, members};
use super::{AT_ONCE, ComputeReader, TEMPLATE, actions, template};
use crate::pages::Fetched;

impl ComputeReader {
    pub(super) async fn templates(&self, wanted: &Wanted) -> Option<Listing> {
        if !wanted.wants(TEMPLATE) {
            return None;
        }
        if wanted.confirm {
            return self.confirmed(wanted).await;
        }
        let versions = async {
            if wanted.keys(TEMPLATE).next().is_some() {
                self.versions(None).await
            } else {
                Fetched::default()
            }
        };
        let (templates, versions) = futures_util::join!(self.template_list(None), versions);
        listing(wanted, &templates, &versions)
    }

    /// Asks for each by its id: no filter takes ids, and one id that is gone fails all that are asked for with it.
    async fn confirmed(&self, wanted: &Wanted) -> Option<Listing> {
        let asked: Vec<_> = wanted
            .keys(TEMPLATE)
            .map(|id| async move {
                self.pace.wait().await;
                let templates = self.template_list(Some(id)).await;
                let versions = if templates.items.is_empty() {
                    Fetched::default()
                } else {
                    self.pace.wait().await;
                    self.versions(Some(id)).await
                };
                (id, templates, versions)
            })
            .collect();
        let asked: Vec<_> = futures_util::stream::iter(asked)
            .buffer_unordered(AT_ONCE)
            .collect()
            .await;
        let mut listing = Listing::complete(TEMPLATE, Vec::new());
        for (id, mut templates, versions) in asked {
            if let Some(hole) = templates.hole.take()
                && !is_gone(&hole.message)
            {
                listing.unread.insert(id.to_owned(), hole);
            } else if let Some(found) = self::listing(wanted, &templates, &versions) {
                listing.objects.extend(found.objects);
                if let Some(hole) = found.incomplete {
                    listing.unread.insert(id.to_owned(), hole);
                }
            }
        }
        Some(listing)
    }
}

/// The codes with which EC2 says that there is no such template
/// (<https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html>).
fn is_gone(message: &str) -> bool {
    message.starts_with("InvalidLaunchTemplateId.NotFound")
}

fn listing(
    wanted: &Wanted,
    templates: &Fetched<LaunchTemplate>,
    versions: &Fetched<LaunchTemplateVersion>,
) -> Option<Listing> {
    let latest: BTreeMap<&str, &LaunchTemplateVersion> = versions
        .items
        .iter()
        .filter_map(|version| Some((version.launch_template_id()?, version)))
        .collect();
    live::listing(
        wanted,
        TEMPLATE,
        templates,
        |found| {
            let field = "LaunchTemplateId";
            let id = id(actions::TEMPLATES, field, found.launch_template_id())?;
            let mut live = live::bare(wanted, TEMPLATE, "launch-template", id, found.tags());
            live.origin = live::owner(found.tags(), found.operator()).unwrap_or_default();
            Ok(live)
        },
        |found, live| {
            live.attributes.extend(members(template::head(found)));
            let version = latest.get(live.id.as_str()).copied();
            if let Some((version, data)) =
                version.and_then(|version| Some((version, version.launch_template_data()?)))
            {
                live.attributes.extend(template::data(version, data));
                return;
            }
            // A version that is not listed is not known to be empty.
            let hole = versions.hole.clone().unwrap_or_else(|| {
                let missing = "the answer lacks the latest version of this template".to_owned();
                hole(&afterhours_aws::Answer::of(actions::VERSIONS).unusable(missing))
            });
            for name in template::NAMES {
                live.holes.insert((*name).to_owned(), hole.clone());
            }
        },
    )
}
