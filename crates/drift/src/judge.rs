//! The second reading of a state: each instance against what is there.

use std::collections::BTreeSet;
use std::io::Read;
use std::ops::ControlFlow;

use afterhours_core::alert::Severity;
use afterhours_diff::catalog::Type;
use afterhours_diff::compare::{Comparison, Difference, Surroundings, compare};
use afterhours_diff::{
    Class, Coverage, Explained, Finding, Fingerprints, Hole, HoleClass, Live, Part, Seen, explain,
    meaning, shown,
};
use afterhours_tfstate::{Header, Instance, StateError, Step, read};
use jiff::Timestamp;

use crate::live::{Known, LivePlace, LiveSide};
use crate::overlap::without_parts;
use crate::place::{Homes, Place};
use crate::roll::{Sorted, sort};

/// What one state came to.
#[derive(Debug, Default)]
pub(crate) struct Judged {
    pub(crate) coverage: Coverage,
    pub(crate) findings: Vec<Finding>,
    /// Addresses that were wholly compared.
    pub(crate) compared: Vec<String>,
    /// Addresses that were compared but for these attributes.
    pub(crate) partly: Vec<(String, BTreeSet<String>)>,
    /// Addresses of all AWS instances.
    pub(crate) named: Vec<String>,
}

impl Judged {
    /// Of a state that was gone before it could be read again: one entry stands for all its instances.
    pub(crate) fn superseded(source: &str) -> Self {
        let mut judged = Self::default();
        judged
            .coverage
            .add(Seen::Failed, source, "", "all its instances");
        judged
    }
}

/// Compares every instance of a state.
///
/// # Errors
/// It can no longer be read.
pub(crate) fn judge(
    input: impl Read,
    source: &str,
    homes: &Homes,
    side: &LiveSide,
    prints: &Fingerprints,
    now: Timestamp,
) -> Result<(Header, Judged), StateError> {
    let mut bench = Bench {
        source,
        side,
        prints,
        now,
        judged: Judged::default(),
    };
    let header = read(input, |entry| {
        match entry {
            Ok(instance) => bench.instance(&instance, homes),
            Err(fault) => {
                let reason = fault.to_string();
                let coverage = &mut bench.judged.coverage;
                coverage.add(Seen::Failed, source, &fault.address, &reason);
            }
        }
        ControlFlow::Continue(())
    })?;
    Ok((header, bench.judged))
}

struct Bench<'b> {
    source: &'b str,
    side: &'b LiveSide,
    prints: &'b Fingerprints,
    now: Timestamp,
    judged: Judged,
}

/// One instance and where it is.
#[derive(Clone, Copy)]
struct Case<'c> {
    instance: &'c Instance,
    kind: &'static Type,
    place: &'c Place,
}

impl Bench<'_> {
    fn instance(&mut self, instance: &Instance, homes: &Homes) {
        let (kind, key, place, is_sure) = match sort(instance, homes) {
            Sorted::Asked {
                kind,
                key,
                place,
                is_sure,
            } => (kind, key, place, is_sure),
            Sorted::Not(seen, reason) => {
                if seen != Seen::OutOfScope {
                    self.judged.named.push(instance.address.clone());
                }
                self.see(seen, instance, &reason);
                return;
            }
        };
        self.judged.named.push(instance.address.clone());
        let case = Case {
            instance,
            kind,
            place: &place,
        };
        let Some(there) = self.side.places.get(&place) else {
            // A place is asked for when the roll is called; a state that changed since then is void anyway.
            self.see(
                Seen::Failed,
                instance,
                "its account and region were not asked",
            );
            return;
        };
        match there.known(kind.name, &key) {
            Known::Unknown(hole) => {
                let seen = match hole.class {
                    HoleClass::Denied => Seen::Denied,
                    HoleClass::Throttled => Seen::Throttled,
                    HoleClass::Failed => Seen::Failed,
                };
                self.see(seen, instance, &words(hole));
            }
            // It may be elsewhere, so that it was not found says nothing.
            Known::Gone if !is_sure => self.see(
                Seen::Failed,
                instance,
                &format!(
                    "it is not in {place}, and neither it nor others of its provider configuration say where it is"
                ),
            ),
            Known::Gone => {
                self.whole(instance);
                // A deposed object that is gone is as it should be.
                if instance.deposed.is_none() {
                    self.deleted(case, there);
                }
            }
            Known::Present(live) => self.present(case, there, live),
        }
    }

    fn present(&mut self, case: Case<'_>, there: &LivePlace, live: &Live) {
        let Case { instance, kind, .. } = case;
        if let Some(key) = &instance.deposed {
            self.whole(instance);
            self.integrity(
                case,
                live,
                "deposed",
                &format!("a replaced object ({key}) still exists; the next apply deletes it"),
            );
            return;
        }
        let own = without_parts(live, &instance.attributes, there);
        let live = own.as_ref().unwrap_or(live);
        let surroundings = surroundings(case.place);
        let is_sensitive = |path: &str| is_sensitive(instance, path);
        let comparison = compare(
            kind,
            &instance.attributes,
            live,
            &surroundings,
            &is_sensitive,
        );
        self.cover(instance, &comparison);
        if instance.tainted {
            self.integrity(
                case,
                live,
                "tainted",
                "its creation or provisioning failed; the next apply replaces it",
            );
        }
        if comparison.differences.is_empty() {
            return;
        }
        let (mut rest, mut explained) = (comparison.differences.clone(), Vec::new());
        if let Some(memory) = &there.memory
            && let Some((before, why)) = explain::before_sleep(live, memory)
        {
            let put_back = compare(
                kind,
                &instance.attributes,
                &before,
                &surroundings,
                &is_sensitive,
            );
            let (by_scaler, stays) = explain::split(comparison, put_back);
            if !by_scaler.is_empty() {
                explained.push((why, by_scaler));
            }
            rest = stays;
        }
        if let Some(scaled_by) = there.scaled_by.get(&live.key)
            && let Some(index) = rest
                .iter()
                .position(|difference| difference.path == "desired_capacity")
            && let Some(why) = rest
                .get(index)
                .and_then(|difference| explain::autoscaling(difference, live, scaled_by))
        {
            explained.push((why, vec![rest.remove(index)]));
        }
        for (why, differences) in explained {
            self.changed(case, live, &differences, Some(why));
        }
        if !rest.is_empty() {
            self.changed(case, live, &rest, None);
        }
    }

    fn cover(&mut self, instance: &Instance, comparison: &Comparison) {
        if comparison.unread.is_empty() && comparison.unknown.is_empty() {
            self.whole(instance);
            return;
        }
        let mut reasons: Vec<String> = comparison
            .unread
            .iter()
            .map(|(path, hole)| format!("{path}: {}", words(hole)))
            .collect();
        if !comparison.unknown.is_empty() {
            reasons.push(format!("{}: not read", comparison.unknown.join(", ")));
        }
        let unread = comparison.unread.keys().chain(&comparison.unknown);
        let unread = unread.map(|path| match path.as_str() {
            "tags_all" => "tags".to_owned(),
            path => path.to_owned(),
        });
        self.judged
            .partly
            .push((instance.address.clone(), unread.collect()));
        self.see(Seen::PartlyCompared, instance, &reasons.join("; "));
    }

    fn changed(
        &mut self,
        case: Case<'_>,
        live: &Live,
        differences: &[Difference],
        explained: Option<Explained>,
    ) {
        let each = meaning::each(case.kind, differences, &surroundings(case.place));
        let said = each
            .iter()
            .map(|(severity, text)| (*severity, text.as_str()));
        let (severity, summary) = meaning::together(said);
        let parts = differences.iter().zip(each);
        let finding = Finding {
            severity: if explained.is_some() {
                Severity::Info
            } else {
                severity
            },
            summary,
            explained,
            attributes: differences.iter().map(shown).collect(),
            parts: parts
                .map(|(difference, (severity, sentence))| Part {
                    severity,
                    sentence,
                    fingerprint: self.prints.part(difference),
                })
                .collect(),
            ..self.finding(Class::Changed, case, &live.id, differences)
        };
        self.judged.findings.push(finding);
    }

    fn deleted(&mut self, case: Case<'_>, there: &LivePlace) {
        let attribute = |name: &str| case.instance.attributes.get(name).and_then(|v| v.as_str());
        let id = attribute("id").unwrap_or_default();
        let name = attribute("name").unwrap_or(id);
        let explained = there.memory.as_ref().and_then(|memory| {
            explain::deleted_on_purpose(case.kind.name, name, attribute("arn"), memory)
        });
        let attributes = &case.instance.attributes;
        let explained =
            explained.or_else(|| explain::has_run(case.kind.name, attributes, self.now));
        let finding = Finding {
            severity: if explained.is_some() {
                Severity::Info
            } else {
                Severity::Warning
            },
            summary: format!("{} {id} is gone", case.kind.name),
            explained,
            ..self.finding(Class::Deleted, case, id, &[])
        };
        self.judged.findings.push(finding);
    }

    fn integrity(&mut self, case: Case<'_>, live: &Live, fault: &str, summary: &str) {
        let mut finding = Finding {
            severity: Severity::Notice,
            summary: format!("{}: {summary}", live.id),
            ..self.finding(Class::Integrity, case, fault, &[])
        };
        finding.id = Some(fault.to_owned());
        self.judged.findings.push(finding);
    }

    fn finding(
        &self,
        class: Class,
        case: Case<'_>,
        id: &str,
        differences: &[Difference],
    ) -> Finding {
        let Case {
            instance, place, ..
        } = case;
        let object = [
            self.source,
            &instance.address,
            id,
            &place.account,
            &place.region,
        ];
        Finding {
            class,
            address: Some(instance.address.clone()),
            kind: Some(instance.kind.clone()),
            id: Some(id.to_owned()),
            account: Some(place.account.clone()),
            region: Some(place.region.clone()),
            source: Some(self.source.to_owned()),
            severity: Severity::Info,
            summary: String::new(),
            explained: None,
            attributes: Vec::new(),
            next_step: None,
            fingerprint: self.prints.of(class, &object, differences),
            parts: Vec::new(),
        }
    }

    fn whole(&mut self, instance: &Instance) {
        self.judged.compared.push(instance.address.clone());
        self.see(Seen::Compared, instance, "");
    }

    fn see(&mut self, seen: Seen, instance: &Instance, reason: &str) {
        self.judged
            .coverage
            .add(seen, self.source, &instance.address, reason);
    }
}

pub(crate) fn surroundings(place: &Place) -> Surroundings {
    Surroundings {
        account: place.account.clone(),
        partition: place.partition().to_owned(),
    }
}

/// What became of a call, for a reason in the coverage.
pub(crate) fn words(hole: &Hole) -> String {
    match (hole.action.as_str(), hole.message.as_str()) {
        ("", message) => message.to_owned(),
        (action, "") => action.to_owned(),
        (action, message) => format!("{action}: {message}"),
    }
}

/// Whether the state marks the value at this path, or one above or below it, as secret. Indices do not matter: sets
/// have none that both sides know. Keys of maps may hold dots and brackets, so texts are held against each other and
/// not their parts.
pub(crate) fn is_sensitive(instance: &Instance, path: &str) -> bool {
    let path = without_indices(path);
    // A difference of `tags` comes from `tags_all`.
    instance.sensitive.iter().any(|marked| {
        let names: Vec<&str> = marked
            .0
            .iter()
            .filter_map(|step| match step {
                Step::Name(name) if name == "tags_all" => Some("tags"),
                Step::Name(name) => Some(name.as_str()),
                Step::Number(_) => None,
            })
            .collect();
        let marked = without_indices(&names.join("."));
        marked.is_empty() || is_at_or_below(&path, &marked) || is_at_or_below(&marked, &path)
    })
}

fn is_at_or_below(path: &str, above: &str) -> bool {
    path.strip_prefix(above)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// `inline_policy[name=a.b].policy` as `inline_policy.policy`. An index ends at the first `]` behind which a path can
/// go on; one without end takes the rest, so that more is secret rather than less.
fn without_indices(path: &str) -> String {
    let mut plain = String::with_capacity(path.len());
    let mut rest = path;
    while let Some((before, index)) = rest.split_once('[') {
        plain.push_str(before);
        rest = index
            .match_indices(']')
            .filter_map(|(at, _)| index.get(at + 1..))
            .find(|after| after.is_empty() || after.starts_with(['.', '[']))
            .unwrap_or_default();
    }
    plain.push_str(rest);
    plain
}

#[cfg(test)]
mod tests {
    use super::without_indices;

    #[test]
    fn indices_are_left_out_whatever_stands_in_them() {
        for (path, plain) in [
            ("inline_policy[name=a.b].policy", "inline_policy.policy"),
            ("a[x=1]2].b[0].c", "a.b.c"),
            ("tags.my.secret", "tags.my.secret"),
            ("tags.a[b", "tags.a"),
            ("a[0]", "a"),
        ] {
            assert_eq!(without_indices(path), plain);
        }
    }
}
