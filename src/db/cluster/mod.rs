//! The program's own private PostgreSQL: with no `DATABASE_URL` it makes, starts and stops a cluster under its data
//! directory. It listens on a unix socket in a folder that only its user can enter, and on no address.
//!
//! One program holds the data directory at a time ([`lock`]): a second server is refused, a command joins the server that
//! runs. What a `kill -9` left over, of the program or of the postmaster, is ended and cleared at the next start
//! ([`postmaster`]). Surprising rule: PostgreSQL refuses root, so root hands the cluster to another user, and may have to
//! put it elsewhere ([`place`]).

mod lock;
mod place;
mod postmaster;
mod programs;
mod setup;
#[cfg(test)]
mod tests;

use std::{
    fs,
    os::unix::{ffi::OsStrExt, fs::DirBuilderExt},
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use anyhow::{Context, bail};

use self::{
    lock::{Attempt, Guests, Holder, Lock},
    place::Place,
    postmaster::Process,
    programs::Programs,
};

/// A running private cluster, ours until [`Cluster::stop`].
pub struct Cluster {
    url: String,
    hold: Hold,
}

enum Hold {
    Own(Box<Own>),
    Joined(#[expect(dead_code, reason = "keeps the owner waiting for us")] Guests),
}

struct Own {
    // Declared before the lock: the server must have ended before another program may take the directory.
    server: Process,
    lock: Lock,
    programs: Programs,
    place: Place,
    data_dir: PathBuf,
    /// A command waits at its end for those that joined it; a server does not.
    hospitable: bool,
    say: fn(&str),
}

impl Cluster {
    /// Starts the cluster of a data directory, making both when they do not exist. Whatever takes longer than a second is
    /// told to `say`.
    ///
    /// # Errors
    /// When another program holds the directory, when PostgreSQL is missing or of another major version than the data, and
    /// when it does not start (with its last words).
    pub async fn start(data_dir: &Path, say: fn(&str)) -> anyhow::Result<Self> {
        let data_dir = make(data_dir)?;
        match Lock::attempt(&data_dir)? {
            Attempt::Taken(lock) => Self::launch(data_dir, lock, false, say).await,
            Attempt::HeldBy(holder) => bail!(refusal(&data_dir, &holder)),
        }
    }

    /// For commands: joins the server that runs on the data directory, otherwise starts the cluster for the time of the
    /// command.
    ///
    /// # Errors
    /// As [`Cluster::start`], and when the holder of the directory is itself still starting after 30 s.
    pub async fn join_or_start(data_dir: &Path, say: fn(&str)) -> anyhow::Result<Self> {
        let data_dir = make(data_dir)?;
        let mut patience =
            postmaster::Patience::new("Waiting for the program that is starting on this data directory", say);
        let began = Instant::now();
        loop {
            match Lock::attempt(&data_dir)? {
                Attempt::Taken(lock) => return Self::launch(data_dir, lock, true, say).await,
                Attempt::HeldBy(holder) if began.elapsed() > Duration::from_secs(30) => {
                    bail!(refusal(&data_dir, &holder))
                }
                Attempt::HeldBy(holder) if !holder.url.is_empty() => {
                    if let Some(guests) = Guests::join(&data_dir)? {
                        return Ok(Self { url: holder.url, hold: Hold::Joined(guests) });
                    }
                }
                Attempt::HeldBy(_) => {}
            }
            patience.wait().await;
        }
    }

    async fn launch(
        data_dir: PathBuf,
        mut lock: Lock,
        hospitable: bool,
        say: fn(&str),
    ) -> anyhow::Result<Self> {
        let place = Place::prepare(&data_dir)?;
        if place.is_elsewhere(&data_dir) {
            say(&format!(
                "The database lies in {}: PostgreSQL's user may not enter {}",
                place.folder.display(),
                data_dir.display()
            ));
        }
        let major = setup::existing_major(&place)?;
        let programs =
            Programs::find(major).with_context(|| format!("data directory {}", place.folder.display()))?;
        if major.is_none() {
            setup::initialise(&programs, &place, say).await?;
        }
        let server = postmaster::start(&programs, &place, say).await?;
        setup::ensure_database(&place).await?;
        let url = url(&place);
        lock.set_url(&url)?;
        let own = Own { server, lock, programs, place, data_dir, hospitable, say };
        Ok(Self { url, hold: Hold::Own(Box::new(own)) })
    }

    /// `postgres://…` for this cluster's database, over its socket.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Was the cluster of a running server joined?
    pub fn is_joined(&self) -> bool {
        matches!(self.hold, Hold::Joined(_))
    }

    /// Writes where we serve into the lock, so that a second start can name it.
    ///
    /// # Errors
    /// When the lock file cannot be written.
    pub fn announce(&mut self, address: &str) -> anyhow::Result<()> {
        match &mut self.hold {
            Hold::Own(own) => own.lock.set_address(address),
            Hold::Joined(_) => Ok(()),
        }
    }

    /// Never returns while the server lives or can be started again. A pool on [`Cluster::url`] recovers by itself.
    ///
    /// # Errors
    /// When PostgreSQL ended three times within a minute, or does not start again.
    pub async fn keep_running(&mut self) -> anyhow::Result<std::convert::Infallible> {
        let Hold::Own(own) = &mut self.hold else { return std::future::pending().await };
        let mut ends: Vec<Instant> = Vec::new();
        loop {
            let Some(status) = own.server.ended()? else {
                tokio::time::sleep(Duration::from_millis(200)).await;
                continue;
            };
            ends.retain(|end| end.elapsed() < Duration::from_secs(60));
            ends.push(Instant::now());
            if ends.len() >= 3 {
                bail!(
                    "PostgreSQL ended three times within a minute ({status}); see {}",
                    own.place.log().display()
                );
            }
            tracing::error!(%status, "PostgreSQL ended unexpectedly and is started again");
            own.server = postmaster::start(&own.programs, &own.place, own.say).await?;
            tracing::info!("PostgreSQL runs again");
        }
    }

    /// Stops the cluster if it is ours; a joined one is left to its server.
    ///
    /// # Errors
    /// When the process cannot be waited for, or PostgreSQL reports that it ended badly.
    pub async fn stop(self) -> anyhow::Result<()> {
        let Hold::Own(mut own) = self.hold else { return Ok(()) };
        let mut patience =
            postmaster::Patience::new("Waiting for another command that uses this database", own.say);
        let _closed = loop {
            match Guests::close(&own.data_dir)? {
                None if own.hospitable => patience.wait().await,
                door => break door,
            }
        };
        if let Some(status) = own.server.ended()? {
            // Killed, and told to stop before it ran again: what was committed is in its journal.
            tracing::warn!(%status, "PostgreSQL had ended before it was asked to");
            return Ok(());
        }
        let status = own.server.stop(own.say).await?;
        if !status.success() {
            bail!("PostgreSQL ended with {status}; see {}", own.place.log().display());
        }
        Ok(())
    }
}

/// The path of a PostgreSQL client program (`pg_dump`) that serves a server of this major version.
pub fn client_program(name: &str, server: u32) -> Option<PathBuf> {
    programs::client(name, server)
}

/// Folder and major version of the PostgreSQL that a new private cluster would use.
///
/// # Errors
/// When none is installed; the message says what to install.
pub fn installed_server() -> anyhow::Result<(PathBuf, u32)> {
    Programs::find(None).map(|found| (found.folder, found.major))
}

/// Creates the data directory and returns its one true path, of which lock and names are derived.
fn make(data_dir: &Path) -> anyhow::Result<PathBuf> {
    let made = fs::DirBuilder::new().recursive(true).mode(0o755).create(data_dir);
    made.with_context(|| format!("making the data directory {}", data_dir.display()))?;
    fs::canonicalize(data_dir).with_context(|| format!("looking at {}", data_dir.display()))
}

fn refusal(data_dir: &Path, holder: &Holder) -> String {
    let place =
        if holder.address.is_empty() { String::new() } else { format!(" and serves {}", holder.address) };
    format!(
        "another Nakadachi (pid {}) already uses the data directory {}{place}. Stop it first, or choose another directory \
         with --data-dir",
        holder.pid,
        data_dir.display()
    )
}

fn url(place: &Place) -> String {
    let mut host = String::new();
    for &byte in place.sockets.as_os_str().as_bytes() {
        match byte {
            b'/' | b'-' | b'_' | b'.' | b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' => {
                host.push(char::from(byte))
            }
            _ => host.push_str(&format!("%{byte:02X}")),
        }
    }
    format!("postgres://{}@localhost:{}/{}?host={host}", setup::USER, place::PORT, setup::DATABASE)
}
