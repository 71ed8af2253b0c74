//! Where PostgreSQL's own programs are on this machine.

use std::{
    env,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, bail};

/// The oldest PostgreSQL whose SQL and ICU support the product uses.
pub(super) const OLDEST_MAJOR: u32 = 15;

/// A folder with `initdb` and `postgres` of one major version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Programs {
    pub folder: PathBuf,
    pub major: u32,
}

impl Programs {
    /// The programs for a cluster: those of `major` when its data already exists, otherwise the newest installed.
    pub(super) fn find(major: Option<u32>) -> anyhow::Result<Self> {
        choose(installed(), major)
    }

    pub(super) fn path(&self, program: &str) -> PathBuf {
        self.folder.join(program)
    }
}

fn choose(installed: Vec<Programs>, wanted: Option<u32>) -> anyhow::Result<Programs> {
    let found: Vec<String> = installed.iter().map(|p| p.major.to_string()).collect();
    let newest = installed.iter().filter(|p| p.major >= OLDEST_MAJOR).max_by_key(|p| p.major).cloned();
    match wanted {
        None => newest.with_context(|| {
            format!(
                "PostgreSQL {OLDEST_MAJOR} or newer is not installed (found: {}). On Debian or Ubuntu run `script/server`, \
                 or `apt-get install postgresql`; or set DATABASE_URL to a server",
                if found.is_empty() { "none".to_owned() } else { found.join(", ") }
            )
        }),
        Some(major) => match installed.into_iter().find(|p| p.major == major) {
            Some(programs) => Ok(programs),
            None => bail!(
                "this data was made by PostgreSQL {major}, but only PostgreSQL {} is installed. Install postgresql-{major}; \
                 to move on, back up with it (`nakadachi backup`) and restore into a new data directory",
                if found.is_empty() { "none".to_owned() } else { found.join(", ") }
            ),
        },
    }
}

/// A client program (`pg_dump`) that serves a server of the major version: its own, or else the nearest newer one.
pub(super) fn client(name: &str, server: u32) -> Option<PathBuf> {
    let found = folders().into_iter().map(|f| f.join(name)).filter(|p| p.is_file());
    let found = found.filter_map(|p| Some((major_of(&p)?, p)));
    found.filter(|(major, _)| *major >= server).min_by_key(|(major, _)| *major).map(|(_, path)| path)
}

fn installed() -> Vec<Programs> {
    let mut found: Vec<Programs> = Vec::new();
    for folder in folders() {
        if folder.join("initdb").is_file()
            && let Some(major) = major_of(&folder.join("postgres"))
            && !found.iter().any(|p| p.major == major)
        {
            found.push(Programs { folder, major });
        }
    }
    found
}

/// Where PostgreSQL's programs may be, the folders on PATH first so that a person can prefer one.
fn folders() -> Vec<PathBuf> {
    let mut folders: Vec<PathBuf> =
        env::var_os("PATH").map(|p| env::split_paths(&p).collect()).unwrap_or_default();
    for (root, inside) in [
        ("/usr/lib/postgresql", "bin"),
        ("/usr", "bin"),
        ("/opt/homebrew/opt", "bin"),
        ("/usr/local/opt", "bin"),
        ("/usr/local/pgsql", ""),
    ] {
        let entries = std::fs::read_dir(root).into_iter().flatten().flatten();
        folders.extend(entries.map(|e| e.path().join(inside)));
    }
    folders
}

fn major_of(program: &Path) -> Option<u32> {
    let output = Command::new(program).arg("--version").output().ok()?;
    parse_major(&String::from_utf8_lossy(&output.stdout))
}

/// `postgres (PostgreSQL) 15.18 (Debian …)` → 15; `pg_dump` speaks alike.
fn parse_major(version: &str) -> Option<u32> {
    let number = version.split("(PostgreSQL) ").nth(1)?;
    number.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(major: u32) -> Programs {
        Programs { folder: format!("/pg/{major}").into(), major }
    }

    #[test]
    fn reads_the_major_version() {
        assert_eq!(parse_major("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)\n"), Some(15));
        assert_eq!(parse_major("postgres (PostgreSQL) 18beta1\n"), Some(18));
        assert_eq!(parse_major("bash: postgres: command not found"), None);
    }

    #[test]
    fn a_new_cluster_takes_the_newest() {
        assert_eq!(choose(vec![of(15), of(17), of(14)], None).expect("17 serves"), of(17));
    }

    #[test]
    fn existing_data_takes_its_own_major() {
        assert_eq!(choose(vec![of(17), of(15)], Some(15)).expect("15 is there"), of(15));
        let refusal = choose(vec![of(17)], Some(15)).expect_err("17 cannot read 15").to_string();
        assert!(refusal.contains("made by PostgreSQL 15, but only PostgreSQL 17"), "{refusal}");
    }

    #[test]
    fn nothing_usable_says_what_to_install() {
        let refusal = choose(vec![of(13)], None).expect_err("13 is too old").to_string();
        assert!(refusal.contains("found: 13") && refusal.contains("apt-get install postgresql"), "{refusal}");
    }
}
