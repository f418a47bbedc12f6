//! What has to hold of the repository itself: dependencies, files, documents, schemas, samples.

#[cfg(test)]
mod cargo;
#[cfg(test)]
mod ci;
#[cfg(test)]
mod config_schema;
#[cfg(test)]
mod dependencies;
#[cfg(test)]
mod documents;
#[cfg(test)]
mod files;
#[cfg(test)]
mod functions;
#[cfg(test)]
mod manifests;
#[cfg(test)]
mod payloads;
#[cfg(test)]
mod plan_schema;
#[cfg(test)]
mod root;
