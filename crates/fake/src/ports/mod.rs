//! The world behind the ports.

mod groups;
mod others;
mod sagemaker;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use afterhours_core::model::Scope;
use afterhours_ports::Ports;

use crate::World;

/// A handle to a [`World`] that implements all ports; clones share the world.
#[derive(Debug, Clone, Default)]
pub struct FakeAws {
    world: Arc<Mutex<World>>,
}

impl FakeAws {
    /// An empty account 111122223333 in eu-central-1.
    pub fn new() -> Self {
        Self::default()
    }

    /// An empty account.
    pub fn of_scope(scope: Scope) -> Self {
        Self {
            world: Arc::new(Mutex::new(World::new(scope))),
        }
    }

    /// The world, locked until the guard is dropped: calls through the ports wait so long.
    pub fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// All ports of this account, with a publisher.
    pub fn ports(&self) -> Ports {
        let shared = Arc::new(self.clone());
        Ports {
            groups: shared.clone(),
            endpoints: shared.clone(),
            scaling: shared.clone(),
            tagging: shared.clone(),
            metrics: shared.clone(),
            store: shared.clone(),
            publisher: Some(shared),
        }
    }
}
