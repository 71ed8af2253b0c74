//! What every request shares. Nothing here that another process could not take over.

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};

use sqlx::PgPool;

use crate::accounts::RightsCache;
use crate::audit::Notes;
use crate::db::Events;
use crate::kernel::Clock;

use super::assets::Assets;

/// The running application.
#[derive(Clone)]
pub struct AppState {
    pub pool: PgPool,
    /// For heavy read models; the main pool unless a replica is configured.
    pub read_pool: PgPool,
    pub clock: Clock,
    pub assets: Arc<Assets>,
    pub rights: RightsCache,
    pub memory: Memory,
    /// Entries of the audit that wait to be written together.
    pub notes: Arc<Notes>,
    /// What other people and processes just changed, for live pages.
    pub events: Events,
    pub settings: Arc<Settings>,
}

/// What of the configuration pages need.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Browsers come over HTTPS: cookies get `Secure` and the `__Host-` prefix.
    pub https: bool,
    pub upload_bytes: usize,
    /// The demo made this database: the sign-in page says so.
    pub demo: bool,
    /// The font that PDFs embed, where one is configured.
    pub pdf_font: Option<PathBuf>,
}

impl Default for Settings {
    fn default() -> Self {
        Self { https: false, upload_bytes: 50 << 20, demo: false, pdf_font: None }
    }
}

impl AppState {
    pub fn new(pool: PgPool, read_pool: PgPool, clock: Clock, settings: Settings) -> Self {
        Self {
            events: Events::of(&pool),
            pool,
            read_pool,
            clock,
            assets: Arc::new(Assets::load()),
            rights: RightsCache::default(),
            memory: Memory::default(),
            notes: Arc::default(),
            settings: Arc::new(settings),
        }
    }
}

/// Read models that slices keep in this process, one object per type. Only what can be computed again belongs here,
/// and only under a key with the data versions it was computed at.
#[derive(Clone, Default)]
pub struct Memory(Arc<RwLock<HashMap<TypeId, Arc<dyn Any + Send + Sync>>>>);

impl Memory {
    /// The one object of type `T`, made empty when first asked for.
    pub fn of<T: Default + Send + Sync + 'static>(&self) -> Arc<T> {
        let kept = self.0.read().unwrap_or_else(PoisonError::into_inner).get(&TypeId::of::<T>()).cloned();
        kept.or_else(|| {
            let mut all = self.0.write().unwrap_or_else(PoisonError::into_inner);
            Some(all.entry(TypeId::of::<T>()).or_insert_with(|| Arc::new(T::default())).clone())
        })
        .and_then(|object| object.downcast().ok())
        .unwrap_or_default()
    }
}
