//! Which states there are.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use afterhours_aws::Aws;
use afterhours_aws_s3::{ObjectVersion, StateBucket};
use afterhours_ports::PortError;
use futures_util::StreamExt as _;
use futures_util::stream;
use wildmatch::WildMatch;

use crate::files::{self, Walk};
use crate::objects::{self, LOCK_SUFFIX};
use crate::state::Place;
use crate::{Location, SourceError, StateRef, Workspaces};

/// Objects that are looked at at the same time.
const AT_ONCE: usize = 8;

/// A location, or something in it, that could not be used.
#[derive(Debug)]
pub struct Fault {
    /// As it was given.
    pub location: String,
    /// Why.
    pub error: SourceError,
}

/// Something that lies among states and was passed over.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Skipped {
    /// Where.
    pub source: String,
    /// Why.
    pub reason: &'static str,
}

/// What was found.
#[derive(Debug, Default)]
pub struct Listing {
    /// Each state once, in the order of the locations, and below one in the order of names.
    pub states: Vec<StateRef>,
    /// What could not be used.
    pub faults: Vec<Fault>,
    /// What was passed over.
    pub skipped: Vec<Skipped>,
}

/// Finds states.
#[derive(Debug, Clone, Default)]
pub struct StateSources {
    aws: Option<Aws>,
}

impl StateSources {
    /// Files only.
    pub const fn files() -> Self {
        Self { aws: None }
    }

    /// Files, and S3 by this connection.
    pub const fn new(aws: Aws) -> Self {
        Self { aws: Some(aws) }
    }

    /// Finds the states of some locations. One that fails stops no other; each state comes once.
    pub async fn list(&self, locations: &[Location]) -> Listing {
        let mut search = Search {
            aws: self.aws.as_ref(),
            buckets: BTreeMap::new(),
            known: BTreeSet::new(),
            found: Listing::default(),
        };
        for location in locations {
            if let Err(error) = search.location(location).await {
                search.fault(location, error);
            }
        }
        search.found.skipped.sort();
        search.found.skipped.dedup();
        search.found
    }
}

struct Search<'a> {
    aws: Option<&'a Aws>,
    buckets: BTreeMap<(String, Option<String>), Result<StateBucket, PortError>>,
    known: BTreeSet<String>,
    found: Listing,
}

impl Search<'_> {
    fn fault(&mut self, location: &Location, error: SourceError) {
        self.found.faults.push(Fault {
            location: location.to_string(),
            error,
        });
    }

    fn skip(&mut self, source: String, reason: &'static str) {
        self.found.skipped.push(Skipped { source, reason });
    }

    async fn location(&mut self, location: &Location) -> Result<(), SourceError> {
        match location {
            Location::File(path) if path.is_dir() => self.directory(location, path, None),
            Location::File(path) => self.file(path, true),
            Location::Directory(path) => self.directory(location, path, None),
            Location::Glob(pattern) => {
                let base = fixed_directory(pattern);
                self.directory(location, &base, Some(&WildMatch::new(pattern)))
            }
            Location::Object {
                bucket,
                key,
                region,
                workspaces,
                prefix,
            } => {
                let opened = self.bucket(location, bucket, region.as_deref()).await?;
                let keys = keys(location, &opened, key, workspaces, prefix).await?;
                self.objects(location, bucket, &opened, keys, true).await;
                Ok(())
            }
            Location::Prefix {
                bucket,
                prefix,
                pattern,
                region,
            } => {
                let opened = self.bucket(location, bucket, region.as_deref()).await?;
                let listed = list(location, &opened, prefix).await?;
                let pattern = pattern.as_deref().map(WildMatch::new);
                let mut keys = Vec::new();
                for object in listed {
                    let key = object.key;
                    if pattern
                        .as_ref()
                        .is_some_and(|pattern| !pattern.matches(&key))
                    {
                        continue;
                    }
                    match passed_over(&key, pattern.is_some()) {
                        Some(reason) => self.skip(format!("s3://{bucket}/{key}"), reason),
                        None => keys.push((workspace(&key), key)),
                    }
                }
                if keys.is_empty() {
                    let hint =
                        "no key below it looks like a state (`.tfstate`); name the object itself";
                    let state = location.to_string();
                    return Err(SourceError::Missing { state, hint });
                }
                self.objects(location, bucket, &opened, keys, false).await;
                Ok(())
            }
        }
    }

    /// The bucket, reached once for all its locations.
    async fn bucket(
        &mut self,
        location: &Location,
        name: &str,
        region: Option<&str>,
    ) -> Result<StateBucket, SourceError> {
        let state = location.to_string();
        let Some(aws) = self.aws else {
            return Err(SourceError::NoConnection { state });
        };
        let id = (name.to_owned(), region.map(str::to_owned));
        if !self.buckets.contains_key(&id) {
            let reached = match region {
                Some(region) => Ok(StateBucket::new(&aws.in_region(region), name)),
                None => StateBucket::locate(aws, name).await,
            };
            self.buckets.insert(id.clone(), reached);
        }
        match self.buckets.get(&id) {
            Some(Ok(bucket)) => Ok(bucket.clone()),
            Some(Err(error)) => Err(SourceError::call(&state, "reached", error.clone())),
            None => Err(SourceError::NoConnection { state }),
        }
    }

    /// Looks at each object; what vanished since the listing is none, unless it was asked for by name.
    async fn objects(
        &mut self,
        location: &Location,
        name: &str,
        bucket: &StateBucket,
        keys: Vec<(Option<String>, String)>,
        is_asked: bool,
    ) {
        let looks = keys.into_iter().map(|(workspace, key)| async move {
            let found = bucket.head(&key).await;
            (workspace, key, found)
        });
        let looked: Vec<_> = stream::iter(looks).buffered(AT_ONCE).collect().await;
        for (workspace, key, found) in looked {
            let source = format!("s3://{name}/{key}");
            match found {
                Ok(Some(object)) => self.state(StateRef {
                    workspace,
                    version: objects::version(&object),
                    place: Place::Object {
                        bucket: bucket.clone(),
                        object: Box::new(object),
                    },
                    source,
                }),
                Ok(None) if is_asked => {
                    let hint = "a workspace other than the default lies at PREFIX/WORKSPACE/KEY (`?workspaces=*`)";
                    self.fault(
                        location,
                        SourceError::Missing {
                            state: source,
                            hint,
                        },
                    );
                }
                Ok(None) => self.skip(source, "it was deleted since it was listed"),
                Err(error) => self.fault(location, SourceError::call(&source, "looked at", error)),
            }
        }
    }

    fn state(&mut self, state: StateRef) {
        if self.known.insert(state.source.clone()) {
            self.found.states.push(state);
        }
    }

    fn file(&mut self, path: &Path, is_asked: bool) -> Result<(), SourceError> {
        let shown = path.display().to_string();
        let Some((version, inode)) = files::current(&shown, path)? else {
            if !is_asked {
                return Ok(());
            }
            let hint = "`terraform state pull` prints the state of any backend";
            return Err(SourceError::Missing { state: shown, hint });
        };
        // The same file by another name is the same state.
        let real = path.canonicalize().unwrap_or_else(|_| path.to_path_buf());
        if self.known.insert(real.display().to_string()) {
            self.found.states.push(StateRef {
                source: shown,
                workspace: files::workspace(path),
                version,
                place: Place::File {
                    path: path.to_path_buf(),
                    inode,
                },
            });
        }
        Ok(())
    }

    fn directory(
        &mut self,
        location: &Location,
        directory: &Path,
        pattern: Option<&WildMatch>,
    ) -> Result<(), SourceError> {
        let Walk { files, faults } = files::walk(directory);
        let failed = !faults.is_empty();
        for (path, error) in faults {
            let path = path.display().to_string();
            self.fault(location, SourceError::file(&path, "looked into", error));
        }
        let mut any = false;
        for path in files {
            // As a pattern without directory has it.
            let path = path
                .strip_prefix("./")
                .map(Path::to_path_buf)
                .unwrap_or(path);
            let shown = path.display().to_string();
            if pattern.is_some_and(|pattern| !pattern.matches(&shown)) {
                continue;
            }
            if is_note_of_init(&path) {
                self.skip(shown, "it is what `terraform init` notes about the backend");
                continue;
            }
            match passed_over(&shown, pattern.is_some()) {
                // Among files of all kinds, only what could be taken for a state is told of.
                Some(NO_STATE) => {}
                Some(reason) => self.skip(shown, reason),
                None => {
                    any = true;
                    if let Err(error) = self.file(&path, false) {
                        self.fault(location, error);
                    }
                }
            }
        }
        if any || failed {
            return Ok(());
        }
        let hint = "no file there looks like a state (`.tfstate`); name the file itself";
        let state = location.to_string();
        Err(SourceError::Missing { state, hint })
    }
}

const NO_STATE: &str = "its name does not end in `.tfstate`; name it by itself if it is a state";

/// Why a name among states is none; a name of a pattern was asked for, whatever its end is.
fn passed_over(name: &str, is_asked: bool) -> Option<&'static str> {
    if name.ends_with(LOCK_SUFFIX) || name.ends_with(".lock.info") {
        Some("it is a lock")
    } else if name.ends_with(".backup") {
        Some("it is a backup")
    } else if name.ends_with('/') {
        Some("it stands for a folder")
    } else if is_asked || name.ends_with(".tfstate") {
        None
    } else {
        Some(NO_STATE)
    }
}

fn is_note_of_init(path: &Path) -> bool {
    let folder = path.parent().and_then(Path::file_name);
    folder.is_some_and(|name| name == ".terraform")
}

/// The directory that a pattern begins with.
fn fixed_directory(pattern: &str) -> PathBuf {
    let fixed = pattern.split(['*', '?']).next().unwrap_or_default();
    match fixed.rsplit_once('/') {
        Some(("", _)) => PathBuf::from("/"),
        Some((directory, _)) => PathBuf::from(directory),
        None => PathBuf::from("."),
    }
}

/// The workspace of `env:/WORKSPACE/KEY`.
fn workspace(key: &str) -> Option<String> {
    let rest = key.strip_prefix("env:/")?;
    rest.split_once('/').map(|(name, _)| name.to_owned())
}

async fn list(
    location: &Location,
    bucket: &StateBucket,
    prefix: &str,
) -> Result<Vec<ObjectVersion>, SourceError> {
    let listed = bucket.list(prefix).await;
    listed.map_err(|error| SourceError::call(&location.to_string(), "listed", error))
}

/// The keys of the workspaces of a backend, as its `backend_state.go` lays them out.
async fn keys(
    location: &Location,
    bucket: &StateBucket,
    key: &str,
    workspaces: &Workspaces,
    prefix: &str,
) -> Result<Vec<(Option<String>, String)>, SourceError> {
    let below = if prefix.is_empty() {
        String::new()
    } else {
        format!("{prefix}/")
    };
    match workspaces {
        Workspaces::Default => Ok(vec![(None, key.to_owned())]),
        Workspaces::Named(names) => Ok(names
            .iter()
            .map(|name| {
                let at = match name.as_str() {
                    "default" => key.to_owned(),
                    name => format!("{below}{name}/{key}"),
                };
                (Some(name.clone()), at)
            })
            .collect()),
        Workspaces::All => {
            let listed = list(location, bucket, &below).await?;
            let mut found = Vec::new();
            for object in &listed {
                let rest = object.key.strip_prefix(&below).unwrap_or_default();
                match rest.split_once('/') {
                    Some((name, at)) if at == key && !name.is_empty() => {
                        found.push((Some(name.to_owned()), object.key.clone()));
                    }
                    _ => {}
                }
            }
            // The default workspace need not have a state where there are others.
            let default = list(location, bucket, key).await?;
            if found.is_empty() || default.iter().any(|object| object.key == key) {
                found.insert(0, (Some("default".to_owned()), key.to_owned()));
            }
            Ok(found)
        }
    }
}
