//! Reading and writing what is remembered of a scope.
//!
//! The order of writes is what makes a crash harmless: the journal entry first (only one writer can
//! make entry `n`), then the document, then the calls, then their outcomes into the document.

use afterhours_core::memory::{
    DocumentError, JournalEntry, ScopeDocument, document_key, generation_of_key, journal_key,
    journal_prefix,
};
use afterhours_core::model::Scope;
use afterhours_ports::{PortError, Precondition, PutOutcome, Store};
use jiff::Timestamp;

/// How often a write is tried when others write at the same time.
const ATTEMPTS: usize = 8;

/// Why memory could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum MemoryError {
    /// The bucket did not answer as it should.
    #[error("the state bucket could not be used")]
    Store(#[from] PortError),
    /// The document is of a newer version or of another scope.
    #[error("the scope document {key} cannot be used")]
    Document {
        /// Where it lies.
        key: String,
        /// What is wrong with it.
        #[source]
        source: DocumentError,
    },
    /// Others kept writing.
    #[error("others kept writing the memory of {0}; nothing was changed by this request")]
    Contended(Scope),
}

/// What is remembered, and which version of it was read.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// What is remembered.
    pub document: ScopeDocument,
    /// What had to be mended on reading, for the log.
    pub mended: Vec<String>,
    etag: Option<String>,
    last_generation: u64,
}

/// Reads what is remembered; a document that is missing, damaged or outdated is taken from the journal.
pub async fn load(store: &dyn Store, scope: &Scope) -> Result<Loaded, MemoryError> {
    let key = document_key(scope);
    let mut mended = Vec::new();
    let mut damage = None;
    let (mut document, etag) = match store.get(&key).await? {
        None => (ScopeDocument::new(scope.clone()), None),
        Some(stored) => match ScopeDocument::from_json(&stored.bytes, scope) {
            Ok(document) => (document, Some(stored.etag)),
            Err(DocumentError::Damaged(error)) => {
                mended.push(format!(
                    "{key} is damaged ({error}) and was taken from the journal"
                ));
                damage = Some((key.clone(), error));
                (ScopeDocument::new(scope.clone()), Some(stored.etag))
            }
            Err(source) => return Err(MemoryError::Document { key, source }),
        },
    };
    let after = journal_key(scope, document.generation);
    let newer = store
        .keys_after(&journal_prefix(scope), &after, None)
        .await?;
    let mut last_generation = document.generation;
    for entry_key in newer.iter().rev() {
        let Some(generation) = generation_of_key(scope, entry_key) else {
            continue;
        };
        last_generation = last_generation.max(generation);
        let Some(stored) = store.get(entry_key).await? else {
            continue;
        };
        match JournalEntry::from_json(&stored.bytes, scope) {
            Ok(entry) => {
                mended.push(format!(
                    "{key} was behind the journal and was taken from {entry_key}"
                ));
                document = entry.document;
                damage = None;
                break;
            }
            Err(DocumentError::Damaged(error)) => {
                // It may hold what an older one does not know: a record of what sleeps by now.
                return Err(MemoryError::Document {
                    key: entry_key.clone(),
                    source: DocumentError::Damaged(error),
                });
            }
            Err(source) => {
                return Err(MemoryError::Document {
                    key: entry_key.clone(),
                    source,
                });
            }
        }
    }
    if let Some((key, error)) = damage {
        // To begin with nothing would be to forget what sleeps.
        let source = DocumentError::Damaged(error);
        return Err(MemoryError::Document { key, source });
    }
    Ok(Loaded {
        document,
        mended,
        etag,
        last_generation,
    })
}

/// Puts a copy where the document was missing, damaged or outdated; whoever was faster wrote a newer one.
pub async fn mend(store: &dyn Store, loaded: &Loaded) -> Result<(), MemoryError> {
    let document = &loaded.document;
    let key = document_key(&document.scope);
    store
        .put(&key, &document.to_json(), &loaded.only_if())
        .await?;
    Ok(())
}

impl Loaded {
    /// The document is still the one that was read.
    fn only_if(&self) -> Precondition {
        self.etag
            .clone()
            .map_or(Precondition::Absent, Precondition::Unchanged)
    }
}

/// What is to be remembered from now on.
#[derive(Debug, Clone)]
pub struct Commit {
    /// When.
    pub at: Timestamp,
    /// Which request.
    pub request: String,
    /// Why: `tick`, or a command's name.
    pub cause: String,
    /// What is about to be done, in words.
    pub intents: Vec<String>,
    /// The document.
    pub document: ScopeDocument,
}

/// Makes `commit` the truth; none where somebody else wrote first, and nothing was written.
pub async fn commit(
    store: &dyn Store,
    loaded: &Loaded,
    commit: Commit,
) -> Result<Option<ScopeDocument>, MemoryError> {
    let Commit {
        at,
        request,
        cause,
        intents,
        mut document,
    } = commit;
    let scope = document.scope.clone();
    document.generation = loaded.last_generation + 1;
    let entry = JournalEntry::new(at, request, cause, intents, document);
    let key = journal_key(&scope, entry.document.generation);
    match store
        .put(&key, &entry.to_json(), &Precondition::Absent)
        .await?
    {
        PutOutcome::Conflict => return Ok(None),
        PutOutcome::Written => {}
    }
    let document = entry.document;
    let mut only_if = loaded.only_if();
    for _ in 0..ATTEMPTS {
        let key = document_key(&scope);
        match store.put(&key, &document.to_json(), &only_if).await? {
            PutOutcome::Written => return Ok(Some(document)),
            PutOutcome::Conflict => {}
        }
        // The entry is written and won: only a copy of something older, or somebody who built on it,
        // can lie here.
        only_if = match store.get(&key).await? {
            None => Precondition::Absent,
            Some(stored) => {
                let there = ScopeDocument::from_json(&stored.bytes, &scope);
                if there.is_ok_and(|there| there.generation >= document.generation) {
                    return Ok(Some(document));
                }
                Precondition::Unchanged(stored.etag)
            }
        };
    }
    // The entry is the truth already: whoever reads next takes it from there.
    Ok(Some(document))
}

/// Adds to the newest document what came of the calls.
pub async fn amend(
    store: &dyn Store,
    scope: &Scope,
    change: impl Fn(&mut ScopeDocument),
) -> Result<ScopeDocument, MemoryError> {
    for _ in 0..ATTEMPTS {
        let loaded = load(store, scope).await?;
        let mut document = loaded.document.clone();
        change(&mut document);
        if document == loaded.document && loaded.etag.is_some() && loaded.mended.is_empty() {
            return Ok(document);
        }
        let key = document_key(scope);
        let (json, only_if) = (document.to_json(), loaded.only_if());
        if store.put(&key, &json, &only_if).await? == PutOutcome::Written {
            return Ok(document);
        }
    }
    Err(MemoryError::Contended(scope.clone()))
}
