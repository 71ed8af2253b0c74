//! What every request shares. Nothing here that another process could not take over.

use std::sync::Arc;

use sqlx::PgPool;

use crate::accounts::RightsCache;
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
}

impl Default for Settings {
    fn default() -> Self {
        Self { https: false, upload_bytes: 50 << 20, demo: false }
    }
}

impl AppState {
    pub fn new(pool: PgPool, read_pool: PgPool, clock: Clock, settings: Settings) -> Self {
        Self {
            pool,
            read_pool,
            clock,
            assets: Arc::new(Assets::load()),
            rights: RightsCache::default(),
            settings: Arc::new(settings),
        }
    }
}
