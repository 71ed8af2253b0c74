//! Where the cluster lies and as whom it runs.
//!
//! PostgreSQL refuses to run as root, so root hands it to the owner of the data directory or to `postgres`. That user must
//! be able to enter every folder above the data; under a closed home (`/root` is 0700) the cluster goes to
//! `/var/lib/nakadachi/<hash of the data directory>` instead.

use std::{
    fs,
    os::unix::{
        ffi::OsStrExt,
        fs::{DirBuilderExt, MetadataExt, PermissionsExt, chown},
    },
    path::{Path, PathBuf},
};

use anyhow::{Context, bail};
use sha2::{Digest, Sha256};

/// `sun_path` holds 108 bytes with the closing zero.
const LONGEST_SOCKET_PATH: usize = 107;
pub(super) const PORT: u16 = 5432;
const SHARED_ROOT: &str = "/var/lib/nakadachi";

/// The user that PostgreSQL runs as; `None` in [`Place::owner`] means "as we do".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Owner {
    pub uid: u32,
    pub gid: u32,
}

/// The folders of one private cluster.
#[derive(Debug, Clone)]
pub(super) struct Place {
    /// Everything of the cluster: `data`, `postgres.log`.
    pub folder: PathBuf,
    /// Holds the socket alone; 0700.
    pub sockets: PathBuf,
    /// Set only when we are root.
    pub owner: Option<Owner>,
}

impl Place {
    /// Chooses and creates the folders for the data directory, which exists.
    pub(super) fn prepare(data_dir: &Path) -> anyhow::Result<Self> {
        let near = data_dir.join("postgres");
        let owner = owner_for(data_dir, &near)?;
        let name = short_hash(data_dir);
        let folder = match owner {
            Some(owner) if !can_reach(owner, data_dir)? => {
                open_folder(Path::new(SHARED_ROOT))?;
                elsewhere(data_dir)
            }
            _ => near,
        };
        closed_folder(&folder, owner)?;
        let sockets = socket_folder(&folder, &name, owner.is_some());
        closed_folder(&sockets, owner)?;
        Ok(Self { folder, sockets, owner })
    }

    pub(super) fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    pub(super) fn log(&self) -> PathBuf {
        self.folder.join("postgres.log")
    }

    /// The cluster could not lie inside the data directory.
    pub(super) fn is_elsewhere(&self, data_dir: &Path) -> bool {
        !self.folder.starts_with(data_dir)
    }
}

/// Where the cluster of a data directory lies that PostgreSQL's user cannot enter.
pub(super) fn elsewhere(data_dir: &Path) -> PathBuf {
    Path::new(SHARED_ROOT).join(short_hash(data_dir))
}

/// Root gives the cluster to whoever owns it already, else to the owner of the data directory, else to `postgres`.
fn owner_for(data_dir: &Path, near: &Path) -> anyhow::Result<Option<Owner>> {
    if !rustix::process::geteuid().is_root() {
        return Ok(None);
    }
    for folder in [near, data_dir] {
        if let Ok(meta) = fs::metadata(folder)
            && meta.uid() != 0
        {
            return Ok(Some(Owner { uid: meta.uid(), gid: meta.gid() }));
        }
    }
    let users = fs::read_to_string("/etc/passwd").context("reading /etc/passwd")?;
    match user_named(&users, "postgres") {
        Some(owner) => Ok(Some(owner)),
        None => bail!(
            "PostgreSQL does not run as root and this machine has no user `postgres` (its package makes one). \
             Install postgresql, or give the data directory {} to an ordinary user",
            data_dir.display()
        ),
    }
}

fn user_named(passwd: &str, name: &str) -> Option<Owner> {
    let mut fields = passwd.lines().map(|l| l.split(':')).find(|f| f.clone().next() == Some(name))?.skip(2);
    Some(Owner { uid: fields.next()?.parse().ok()?, gid: fields.next()?.parse().ok()? })
}

/// May `owner` pass through `folder` and every folder above it?
fn can_reach(owner: Owner, folder: &Path) -> anyhow::Result<bool> {
    for step in folder.ancestors() {
        let meta = fs::metadata(step).with_context(|| format!("looking at {}", step.display()))?;
        let bit = match () {
            () if meta.uid() == owner.uid => 0o100,
            () if meta.gid() == owner.gid => 0o010,
            () => 0o001,
        };
        if meta.mode() & bit == 0 {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Beside the data where the path is short enough, otherwise in the system's place for sockets.
fn socket_folder(folder: &Path, name: &str, as_root: bool) -> PathBuf {
    let near = folder.join("run");
    let longest = near.join(format!(".s.PGSQL.{PORT}.lock"));
    if longest.as_os_str().as_bytes().len() <= LONGEST_SOCKET_PATH {
        return near;
    }
    let user = rustix::process::geteuid().as_raw();
    let runtime = PathBuf::from(format!("/run/user/{user}"));
    let root = match () {
        () if as_root => PathBuf::from("/run"),
        () if runtime.is_dir() => runtime,
        () => PathBuf::from("/tmp"),
    };
    root.join(format!("nakadachi-{name}"))
}

/// Makes (or checks) a folder that only the cluster's user can enter. A folder that somebody else made under a shared
/// parent is refused: a socket in it could be theirs.
fn closed_folder(folder: &Path, owner: Option<Owner>) -> anyhow::Result<()> {
    let mut builder = fs::DirBuilder::new();
    match builder.mode(0o700).create(folder) {
        Ok(()) => {
            if let Some(Owner { uid, gid }) = owner {
                chown(folder, Some(uid), Some(gid))
                    .with_context(|| format!("giving {} away", folder.display()))?;
            }
        }
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
        Err(error) => return Err(error).with_context(|| format!("making the folder {}", folder.display())),
    }
    let meta = fs::symlink_metadata(folder).with_context(|| format!("looking at {}", folder.display()))?;
    let expected = owner.map_or(rustix::process::geteuid().as_raw(), |o| o.uid);
    if !meta.is_dir() || meta.uid() != expected {
        bail!(
            "{} belongs to another user (uid {}, expected {expected}). Start the program as the user who made it, \
             or remove it if it holds nothing of yours",
            folder.display(),
            meta.uid()
        );
    }
    if meta.mode() & 0o777 != 0o700 {
        fs::set_permissions(folder, fs::Permissions::from_mode(0o700))?;
    }
    Ok(())
}

fn open_folder(folder: &Path) -> anyhow::Result<()> {
    let made = fs::DirBuilder::new().recursive(true).mode(0o755).create(folder);
    made.with_context(|| format!("making the folder {}", folder.display()))
}

fn short_hash(path: &Path) -> String {
    hex::encode(&Sha256::digest(path.as_os_str().as_bytes())[..6])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_a_user() {
        let passwd =
            "root:x:0:0:root:/root:/bin/bash\npostgres:x:101:104:PostgreSQL:/var/lib/postgresql:/bin/bash\n";
        assert_eq!(user_named(passwd, "postgres"), Some(Owner { uid: 101, gid: 104 }));
        assert_eq!(user_named(passwd, "post"), None);
    }

    #[test]
    fn a_long_path_puts_the_socket_elsewhere() {
        let short = socket_folder(Path::new("/srv/nakadachi/postgres"), "abc", true);
        assert_eq!(short, Path::new("/srv/nakadachi/postgres/run"));
        let deep = PathBuf::from(format!("/srv/{}", "深い".repeat(20)));
        assert_eq!(socket_folder(&deep, "abc", true), Path::new("/run/nakadachi-abc"));
    }

    #[test]
    fn a_closed_folder_above_stops_another_user() {
        let base = std::env::temp_dir().join(format!("nakadachi-reach-{}", std::process::id()));
        let inner = base.join("inner");
        fs::create_dir_all(&inner).expect("temporary folder");
        let stranger = Owner { uid: 60_123, gid: 60_123 };
        fs::set_permissions(&inner, fs::Permissions::from_mode(0o755)).expect("own folder");
        fs::set_permissions(&base, fs::Permissions::from_mode(0o700)).expect("own folder");
        assert!(!can_reach(stranger, &inner).expect("exists"));
        fs::set_permissions(&base, fs::Permissions::from_mode(0o711)).expect("own folder");
        assert!(can_reach(stranger, &inner).expect("exists"));
        fs::remove_dir_all(&base).expect("own folder");
    }
}
