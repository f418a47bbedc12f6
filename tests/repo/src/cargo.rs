//! What cargo says of the workspace.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;
use std::sync::LazyLock;

use serde::Deserialize;

use crate::root;

/// The metadata of the workspace, read once.
pub(crate) static WORKSPACE: LazyLock<Workspace> = LazyLock::new(Workspace::read);

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
    workspace_members: Vec<String>,
    workspace_root: String,
    resolve: Resolve,
}

#[derive(Deserialize)]
struct Resolve {
    nodes: Vec<Node>,
}

#[derive(Deserialize)]
struct Node {
    id: String,
    deps: Vec<NodeDependency>,
}

#[derive(Deserialize)]
struct NodeDependency {
    pkg: String,
    dep_kinds: Vec<DependencyKind>,
}

#[derive(Deserialize)]
struct DependencyKind {
    kind: Option<String>,
}

#[derive(Deserialize)]
pub(crate) struct Package {
    id: String,
    pub(crate) name: String,
    pub(crate) version: String,
    pub(crate) edition: String,
    pub(crate) rust_version: Option<String>,
    pub(crate) license: Option<String>,
    pub(crate) publish: Option<Vec<String>>,
    pub(crate) dependencies: Vec<Dependency>,
    pub(crate) targets: Vec<Target>,
    manifest_path: String,
}

#[derive(Deserialize)]
pub(crate) struct Dependency {
    pub(crate) name: String,
    pub(crate) kind: Option<String>,
}

#[derive(Deserialize)]
pub(crate) struct Target {
    pub(crate) kind: Vec<String>,
}

/// The workspace.
pub(crate) struct Workspace {
    /// Every package of the graph.
    pub(crate) packages: BTreeMap<String, Package>,
    members: BTreeSet<String>,
    nodes: BTreeMap<String, Node>,
    root: String,
}

impl Workspace {
    fn read() -> Self {
        let host = run(&["rustc", "-vV"]);
        let host = host
            .lines()
            .find_map(|line| line.strip_prefix("host: "))
            .unwrap()
            .to_owned();
        let arguments = ["--format-version", "1", "--locked", "--filter-platform"];
        let text = run(&[&["cargo", "metadata"], &arguments[..], &[host.as_str()]].concat());
        let metadata: Metadata = serde_json::from_str(&text).unwrap();
        let by_id = |packages: Vec<Package>| {
            packages
                .into_iter()
                .map(|package| (package.id.clone(), package))
                .collect()
        };
        Self {
            packages: by_id(metadata.packages),
            members: metadata.workspace_members.into_iter().collect(),
            nodes: metadata
                .resolve
                .nodes
                .into_iter()
                .map(|node| (node.id.clone(), node))
                .collect(),
            root: metadata.workspace_root,
        }
    }

    /// The packages of this repository.
    pub(crate) fn members(&self) -> impl Iterator<Item = &Package> {
        self.members.iter().map(|id| &self.packages[id])
    }

    /// The member of a name.
    pub(crate) fn member(&self, name: &str) -> &Package {
        self.members()
            .find(|package| package.name == name)
            .unwrap_or_else(|| panic!("no package is called {name}"))
    }

    /// The folder of a member, from the root of the repository.
    pub(crate) fn folder(&self, package: &Package) -> String {
        let folder = package.manifest_path.strip_prefix(&self.root).unwrap();
        let folder = folder.replace('\\', "/");
        folder
            .trim_start_matches('/')
            .strip_suffix("/Cargo.toml")
            .unwrap()
            .to_owned()
    }

    /// All that a member's normal and build dependencies reach, with every feature that the workspace uses.
    pub(crate) fn reached(&self, package: &Package) -> BTreeSet<&str> {
        let mut reached = BTreeSet::new();
        let mut next = vec![package.id.as_str()];
        while let Some(id) = next.pop() {
            for dependency in &self.nodes[id].deps {
                let counts = |kind: &DependencyKind| kind.kind.as_deref() != Some("dev");
                if dependency.dep_kinds.iter().any(counts)
                    && reached.insert(dependency.pkg.as_str())
                {
                    next.push(&dependency.pkg);
                }
            }
        }
        reached
            .into_iter()
            .map(|id| self.packages[id].name.as_str())
            .collect()
    }
}

impl Package {
    /// Names of direct dependencies that are built into it.
    pub(crate) fn normal(&self) -> BTreeSet<&str> {
        self.dependencies
            .iter()
            .filter(|dependency| dependency.kind.as_deref() != Some("dev"))
            .map(|dependency| dependency.name.as_str())
            .collect()
    }
}

/// Name and version of all that is linked into one package alone, with its own features only.
pub(crate) fn tree(package: &str) -> BTreeSet<(String, String)> {
    let arguments = ["-e", "normal,build", "--prefix", "none", "--format", "{p}"];
    run(&[
        &["cargo", "tree", "--locked", "-p", package],
        &arguments[..],
    ]
    .concat())
    .lines()
    .filter_map(|line| {
        let mut words = line.split_whitespace();
        let name = words.next()?.to_owned();
        Some((name, words.next()?.trim_start_matches('v').to_owned()))
    })
    .collect()
}

fn run(words: &[&str]) -> String {
    let output = Command::new(words[0])
        .args(&words[1..])
        .current_dir(root::path(""))
        .output()
        .unwrap();
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}: {error}", words.join(" "));
    String::from_utf8(output.stdout).unwrap()
}
