//! What the doctor can see without a database: options, disk, installed programs, time zone data.

use std::path::Path;

use rustix::fs::{Access, access, statvfs};

use super::Finding;
use crate::config::Config;
use crate::db::cluster;
use crate::export::pdf::Fonts;

const GIGABYTE: u64 = 1 << 30;

pub(super) fn findings(config: &Config) -> Vec<Finding> {
    let mut findings = vec![configuration(config), data_directory(&config.data_dir), disk(&config.data_dir)];
    if config.database_url.is_none() {
        findings.push(match cluster::installed_server() {
            Ok((folder, major)) => {
                Finding::fine("postgresql", format!("version {major} in {}", folder.display()))
            }
            Err(error) => {
                Finding::fail("postgresql", format!("{error:#}"), "run script/server, or install postgresql")
            }
        });
    }
    findings.push(
        match cluster::client_program("pg_dump", cluster::installed_server().map_or(15, |(_, major)| major)) {
            Some(path) => Finding::fine("backup", format!("pg_dump is {}", path.display())),
            None => Finding::warn(
                "backup",
                "no pg_dump of PostgreSQL 15 or newer",
                "install postgresql-client for `nakadachi backup`",
            ),
        },
    );
    findings.push(match Fonts::find(config.pdf_font.as_deref()) {
        Ok(fonts) => Finding::fine("pdf font", fonts.path().display().to_string()),
        Err(error) => Finding::warn(
            "pdf font",
            error.to_string(),
            "install fonts-noto-cjk or fonts-ipafont-gothic, or name a font with --pdf-font",
        ),
    });
    findings
}

fn configuration(config: &Config) -> Finding {
    let database = match &config.database_url {
        None => format!("private cluster under {}", config.data_dir.display()),
        Some(_) => "the server of DATABASE_URL".to_owned(),
    };
    match (&config.database_url, &config.database_read_url) {
        (None, Some(_)) => Finding::warn(
            "configuration",
            format!("{database}, yet DATABASE_READ_URL names a replica"),
            "a replica follows the main database: set DATABASE_URL too, or unset DATABASE_READ_URL",
        ),
        _ => Finding::fine("configuration", format!("{database}, {} connections", config.connections)),
    }
}

fn data_directory(folder: &Path) -> Finding {
    match (folder.is_dir(), nearest_existing(folder)) {
        (true, _) if access(folder, Access::WRITE_OK | Access::EXEC_OK).is_ok() => {
            Finding::fine("data directory", folder.display().to_string())
        }
        (false, above) if access(above, Access::WRITE_OK).is_ok() => {
            Finding::fine("data directory", format!("{} will be made", folder.display()))
        }
        _ => Finding::fail(
            "data directory",
            format!("{} cannot be written", folder.display()),
            "give it to the user that runs the program, or name another with --data-dir",
        ),
    }
}

fn disk(folder: &Path) -> Finding {
    let place = nearest_existing(folder);
    let Ok(disk) = statvfs(place) else {
        return Finding::warn(
            "disk",
            format!("cannot see the disk of {}", place.display()),
            "check it by hand with df",
        );
    };
    judge_disk(disk.f_bavail * disk.f_frsize, disk.f_blocks * disk.f_frsize)
}

fn judge_disk(free: u64, whole: u64) -> Finding {
    let found = format!("{:.1} GB free of {:.0} GB", in_gigabytes(free), in_gigabytes(whole));
    match free {
        0..GIGABYTE => Finding::fail("disk", found, "PostgreSQL stops when the disk is full: free space now"),
        _ if free < 5 * GIGABYTE => {
            Finding::warn("disk", found, "free space, or move the data directory to a larger disk")
        }
        _ => Finding::fine("disk", found),
    }
}

#[expect(clippy::cast_precision_loss, reason = "shown with one decimal")]
fn in_gigabytes(bytes: u64) -> f64 {
    bytes as f64 / GIGABYTE as f64
}

fn nearest_existing(folder: &Path) -> &Path {
    folder.ancestors().find(|f| f.exists()).unwrap_or(Path::new("/"))
}

#[cfg(test)]
mod tests {
    use super::super::Level;
    use super::*;

    #[test]
    fn a_filling_disk_warns_before_it_fails() {
        assert_eq!(judge_disk(40 * GIGABYTE, 100 * GIGABYTE).level, Level::Fine);
        assert_eq!(judge_disk(4 * GIGABYTE, 100 * GIGABYTE).level, Level::Warn);
        let full = judge_disk(GIGABYTE / 2, 100 * GIGABYTE);
        assert_eq!((full.level, full.found.as_str()), (Level::Fail, "0.5 GB free of 100 GB"));
    }
}
