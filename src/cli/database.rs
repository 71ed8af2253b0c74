//! Opening the database that the options name: the server of `DATABASE_URL`, or our private cluster.

use std::ops::Deref;
use std::process::ExitCode;

use sqlx::PgPool;

use crate::config::Config;
use crate::db::{self, cluster::Cluster};
use crate::gates::templates;
use crate::kernel::Clock;
use crate::matching;
use crate::portfolio::reference;

/// An open database; with a private cluster, that cluster too. Used wherever a pool is. Dropping it ends a cluster that
/// it started.
pub struct Database {
    pool: PgPool,
    url: String,
    cluster: Option<Cluster>,
}

impl Database {
    /// Connects without changing anything. Joins a running server's private cluster, or starts it for our time.
    pub async fn open_as_it_is(config: &Config) -> anyhow::Result<Self> {
        let cluster = match config.database_url {
            Some(_) => None,
            None => Some(Cluster::join_or_start(&config.data_dir, say).await?),
        };
        Self::connect(config, cluster).await
    }

    /// For the server: as [`Database::open_as_it_is`], but a private cluster must be ours alone.
    pub async fn open_alone(config: &Config) -> anyhow::Result<Self> {
        let cluster = match config.database_url {
            Some(_) => None,
            None => Some(Cluster::start(&config.data_dir, say).await?),
        };
        Self::connect(config, cluster).await
    }

    async fn connect(config: &Config, cluster: Option<Cluster>) -> anyhow::Result<Self> {
        let url = match (&config.database_url, &cluster) {
            (Some(url), _) => url.clone(),
            (None, Some(cluster)) => cluster.url().to_owned(),
            (None, None) => {
                anyhow::bail!("neither DATABASE_URL nor a private cluster: nothing to connect to")
            }
        };
        let pool = db::connect(&url, config.connections).await?;
        Ok(Self { pool, url, cluster })
    }

    /// `postgres://…` of what was opened.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The private cluster, if there is one.
    pub fn cluster_mut(&mut self) -> Option<&mut Cluster> {
        self.cluster.as_mut()
    }

    /// Closes the connections and stops a cluster that is ours.
    pub async fn close(self) -> anyhow::Result<()> {
        self.pool.close().await;
        match self.cluster {
            Some(cluster) => cluster.stop().await,
            None => Ok(()),
        }
    }
}

impl Deref for Database {
    type Target = PgPool;

    fn deref(&self) -> &PgPool {
        &self.pool
    }
}

/// Connects, migrates, and gives a new database its reference facts.
pub async fn open(config: &Config) -> anyhow::Result<Database> {
    let database = Database::open_as_it_is(config).await?;
    db::migrate(&database).await?;
    reference::load_where_missing(&database).await?;
    templates::load_where_missing(&database, Clock::System.now()).await?;
    matching::thesaurus::actions::load_where_missing(&database, Clock::System.now()).await?;
    Ok(database)
}

/// `nakadachi migrate`.
pub async fn migrate(config: Config) -> anyhow::Result<ExitCode> {
    open(&config).await?.close().await?;
    println!("the database is at this program's version");
    Ok(ExitCode::SUCCESS)
}

/// Tells the person at the terminal how something long is going.
pub fn say(text: &str) {
    eprintln!("nakadachi: {text}");
}

/// Runs `work`; from the second second on says every second that it still runs.
pub async fn saying<T>(what: &str, work: impl Future<Output = T>) -> T {
    let mut work = std::pin::pin!(work);
    let mut seconds = 0;
    loop {
        match tokio::time::timeout(std::time::Duration::from_secs(1), &mut work).await {
            Ok(done) => return done,
            Err(_) => {
                seconds += 1;
                say(&format!("{what} … {seconds} s"));
            }
        }
    }
}
