//! One program per data directory: an advisory lock on a file that says who holds it.
//!
//! The kernel frees the lock when its holder dies in whatever way; the text inside is only for people and for commands that
//! join a running server. Commands that join hold a second lock together ([`Guests`]), so that a command whose cluster they
//! joined can wait for the last of them.

use std::{
    fs::{File, OpenOptions, TryLockError},
    io::{Read, Seek, SeekFrom, Write},
    path::Path,
};

use anyhow::Context;

const FILE: &str = "nakadachi.lock";
const GUESTS: &str = "nakadachi.guests.lock";

/// Held as long as this lives.
#[derive(Debug)]
pub(super) struct Lock {
    file: File,
    holder: Holder,
}

/// What the holder of the lock wrote about itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Holder {
    pub pid: u32,
    /// What a person sees: `http://127.0.0.1:8080`; empty until it serves.
    pub address: String,
    /// How to connect to its cluster; empty until that is ready.
    pub url: String,
}

pub(super) enum Attempt {
    Taken(Lock),
    HeldBy(Holder),
}

impl Lock {
    pub(super) fn attempt(data_dir: &Path) -> anyhow::Result<Attempt> {
        let path = data_dir.join(FILE);
        let mut file = open(&path)?;
        match file.try_lock() {
            Ok(()) => {
                let mut lock = Self { file, holder: Holder { pid: std::process::id(), ..Holder::default() } };
                lock.write()?;
                Ok(Attempt::Taken(lock))
            }
            Err(TryLockError::WouldBlock) => {
                let mut text = String::new();
                file.read_to_string(&mut text).with_context(|| format!("reading {}", path.display()))?;
                Ok(Attempt::HeldBy(Holder::parse(&text)))
            }
            Err(TryLockError::Error(error)) => {
                Err(error).with_context(|| format!("locking {}", path.display()))
            }
        }
    }

    pub(super) fn set_url(&mut self, url: &str) -> anyhow::Result<()> {
        url.clone_into(&mut self.holder.url);
        self.write()
    }

    pub(super) fn set_address(&mut self, address: &str) -> anyhow::Result<()> {
        address.clone_into(&mut self.holder.address);
        self.write()
    }

    fn write(&mut self) -> anyhow::Result<()> {
        let Holder { pid, address, url } = &self.holder;
        // In one piece: somebody may be reading it.
        let text = format!("pid {pid}\naddress {address}\nurl {url}\n");
        self.file.seek(SeekFrom::Start(0))?;
        self.file.write_all(text.as_bytes()).context("writing the lock")?;
        self.file.set_len(text.len() as u64).context("writing the lock")
    }
}

/// The shared lock of those who joined somebody else's cluster.
#[derive(Debug)]
pub(super) struct Guests(#[expect(dead_code, reason = "held, never read")] File);

impl Guests {
    /// `None` when the owner is already closing.
    pub(super) fn join(data_dir: &Path) -> anyhow::Result<Option<Self>> {
        let file = open(&data_dir.join(GUESTS))?;
        match file.try_lock_shared() {
            Ok(()) => Ok(Some(Self(file))),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(error).context("joining the lock of the guests"),
        }
    }

    /// Closes the door; `None` while a guest is inside.
    pub(super) fn close(data_dir: &Path) -> anyhow::Result<Option<Self>> {
        let file = open(&data_dir.join(GUESTS))?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Self(file))),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(error).context("closing the lock of the guests"),
        }
    }
}

fn open(path: &Path) -> anyhow::Result<File> {
    let file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path);
    file.with_context(|| format!("opening the lock {}", path.display()))
}

impl Drop for Lock {
    fn drop(&mut self) {
        // A stale text would name a pid that may by then be somebody else's.
        let _ = self.file.set_len(0);
    }
}

impl Holder {
    fn parse(text: &str) -> Self {
        let mut holder = Self::default();
        for line in text.lines() {
            match line.split_once(' ') {
                Some(("pid", pid)) => holder.pid = pid.parse().unwrap_or(0),
                Some(("address", address)) => address.clone_into(&mut holder.address),
                Some(("url", url)) => url.clone_into(&mut holder.url),
                _ => {}
            }
        }
        holder
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_attempt_learns_who_holds_it() {
        let folder = std::env::temp_dir().join(format!("nakadachi-lock-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("temporary folder");
        let Attempt::Taken(mut first) = Lock::attempt(&folder).expect("free") else {
            panic!("nobody holds it")
        };
        first.set_address("http://127.0.0.1:8080").expect("writable");
        let Attempt::HeldBy(holder) = Lock::attempt(&folder).expect("readable") else {
            panic!("the first holds it")
        };
        assert_eq!(holder.pid, std::process::id());
        assert_eq!(holder.address, "http://127.0.0.1:8080");
        drop(first);
        assert!(matches!(Lock::attempt(&folder).expect("free again"), Attempt::Taken(_)));
        std::fs::remove_dir_all(&folder).expect("own folder");
    }
}
