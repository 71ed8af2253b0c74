//! The PostgreSQL server process: is one left over, start, wait until ready, stop.

use std::{
    fs,
    io::Read,
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context, bail};
use rustix::process::{Pid, Signal, kill_process};
use tokio::time::sleep;

use super::{
    place::{Owner, PORT, Place},
    programs::Programs,
};

const TICK: Duration = Duration::from_millis(10);
const LARGEST_LOG: u64 = 10 * 1024 * 1024;

/// Settings that differ from PostgreSQL's defaults. Durability is left whole: nothing committed is lost.
const SETTINGS: &[(&str, &str)] = &[
    ("listen_addresses", ""),
    ("unix_socket_permissions", "0700"),
    ("max_connections", "200"),
    ("shared_buffers", "256MB"),
    ("work_mem", "16MB"),
    ("maintenance_work_mem", "128MB"),
    ("effective_cache_size", "1GB"),
    ("max_wal_size", "2GB"),
    // Nobody follows this cluster's log; what a crash needs stands in it.
    ("wal_level", "minimal"),
    ("max_wal_senders", "0"),
    ("fsync", "on"),
    ("full_page_writes", "on"),
    ("synchronous_commit", "on"),
    ("random_page_cost", "1.1"),
    // Short queries lose more to compiling than they gain.
    ("jit", "off"),
    ("timezone", "UTC"),
    ("log_timezone", "UTC"),
    ("log_line_prefix", "%m [%p] "),
    ("logging_collector", "off"),
];

/// A process of ours that ends with us, even when we return early: an interrupt is PostgreSQL's fast shutdown, and makes
/// `initdb` remove what it began.
pub(super) struct Process(Child);

impl Process {
    pub(super) fn spawn(command: &mut Command) -> std::io::Result<Self> {
        // Its own process group: Ctrl-C in the terminal must reach us alone, so that requests in flight still find a database.
        Ok(Self(command.process_group(0).spawn()?))
    }

    #[cfg(test)]
    pub(super) fn id(&self) -> u32 {
        self.0.id()
    }

    pub(super) fn ended(&mut self) -> anyhow::Result<Option<ExitStatus>> {
        self.0.try_wait().context("looking at a process of PostgreSQL")
    }

    /// Everything it said on its standard error, when that was piped and it has ended.
    pub(super) fn complaint(&mut self) -> String {
        let mut text = String::new();
        if let Some(mut pipe) = self.0.stderr.take() {
            let _ = pipe.read_to_string(&mut text);
        }
        text
    }

    /// Asks for a fast shutdown (transactions in flight roll back) and waits for the end.
    pub(super) async fn stop(&mut self, say: fn(&str)) -> anyhow::Result<ExitStatus> {
        signal(self.0.id(), Signal::INT);
        let mut patience = Patience::new("PostgreSQL is writing its last checkpoint", say);
        loop {
            if let Some(status) = self.ended()? {
                return Ok(status);
            }
            patience.wait().await;
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let began = Instant::now();
        if matches!(self.0.try_wait(), Ok(None)) {
            signal(self.0.id(), Signal::INT);
        }
        // One that takes longer than a minute is left to itself; the next start waits for it.
        while began.elapsed() < Duration::from_secs(60) && matches!(self.0.try_wait(), Ok(None)) {
            std::thread::sleep(TICK);
        }
    }
}

/// A command that runs as the cluster's user, in a folder that everybody can enter, without our PG* variables.
pub(super) fn command(program: &Path, owner: Option<Owner>) -> Command {
    let mut command = Command::new(program);
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("PG") {
            command.env_remove(name);
        }
    }
    command.env("LC_ALL", "C.UTF-8").current_dir("/").stdin(Stdio::null());
    if let Some(Owner { uid, gid }) = owner {
        command.uid(uid).gid(gid);
    }
    command
}

/// Starts PostgreSQL and returns when it answers. `say` hears how it goes when that takes more than a second.
pub(super) async fn start(programs: &Programs, place: &Place, say: fn(&str)) -> anyhow::Result<Process> {
    clear_leftovers(place, say).await?;
    let log = open_log(&place.log())?;
    let mut command = command(&programs.path("postgres"), place.owner);
    command.arg("-D").arg(place.data()).arg("-p").arg(PORT.to_string());
    command.arg("-c").arg(format!("unix_socket_directories={}", quoted(&place.sockets)));
    for (name, value) in SETTINGS {
        command.arg("-c").arg(format!("{name}={value}"));
    }
    let mut process =
        Process::spawn(command.stdout(Stdio::null()).stderr(log)).context("starting postgres")?;
    ready(&mut process, place, say).await?;
    Ok(process)
}

/// Line 8 of `postmaster.pid` says `ready` once connections are accepted.
async fn ready(process: &mut Process, place: &Place, say: fn(&str)) -> anyhow::Result<()> {
    let pid_file = place.data().join("postmaster.pid");
    let mut patience = Patience::new("PostgreSQL is starting (after a crash it replays its journal)", say);
    loop {
        if let Some(status) = process.ended()? {
            bail!(
                "PostgreSQL stopped while starting ({status}). Its last words:\n{}",
                last_lines(&place.log())
            );
        }
        let text = fs::read_to_string(&pid_file).unwrap_or_default();
        let ours = text.lines().next() == Some(&process.0.id().to_string());
        if ours && text.lines().nth(7).is_some_and(|l| l.trim() == "ready") {
            return Ok(());
        }
        patience.wait().await;
    }
}

/// Ends what an earlier program left: a running postmaster (our program was killed), orphaned back ends (the postmaster was
/// killed), and the files that make PostgreSQL believe that one of them still lives.
///
/// The caller holds the data directory's lock, so nobody else uses this cluster.
async fn clear_leftovers(place: &Place, say: fn(&str)) -> anyhow::Result<()> {
    let data =
        fs::canonicalize(place.data()).with_context(|| format!("looking at {}", place.data().display()))?;
    let began = Instant::now();
    let mut asked: Option<Signal> = None;
    let mut patience = Patience::new("Ending the PostgreSQL that an earlier run left", say);
    loop {
        let left = processes_in(&data);
        if left.is_empty() {
            break;
        }
        // Fast shutdown first. A postmaster that was killed leaves back ends that obey a plain termination only; pulling its
        // lock file from under any of them would let two servers write the same files.
        let wanted = match began.elapsed().as_secs() {
            0..5 => Signal::INT,
            5..60 => Signal::TERM,
            60..90 => Signal::QUIT,
            _ => Signal::KILL,
        };
        if asked != Some(wanted) {
            let postmaster = pid_in(&data.join("postmaster.pid")).filter(|p| left.contains(p));
            match (postmaster, wanted) {
                (Some(pid), Signal::INT | Signal::TERM) => signal(pid, Signal::INT),
                (_, Signal::INT) => left.iter().for_each(|&pid| signal(pid, Signal::TERM)),
                _ => left.iter().for_each(|&pid| signal(pid, wanted)),
            }
            asked = Some(wanted);
        }
        patience.wait().await;
    }
    if cfg!(target_os = "linux") {
        let socket = place.sockets.join(format!(".s.PGSQL.{PORT}"));
        let lock = place.sockets.join(format!(".s.PGSQL.{PORT}.lock"));
        for stale in [data.join("postmaster.pid"), socket, lock] {
            match fs::remove_file(&stale) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    return Err(error).with_context(|| format!("removing the stale {}", stale.display()));
                }
                _ => {}
            }
        }
    }
    Ok(())
}

/// Living processes that work in this data directory: every PostgreSQL process does.
fn processes_in(data: &Path) -> Vec<u32> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    let pids = entries.filter_map(|e| e.file_name().to_str()?.parse().ok());
    pids.filter(|&pid| {
        fs::read_link(format!("/proc/{pid}/cwd")).is_ok_and(|cwd| cwd == data) && is_alive(pid)
    })
    .collect()
}

/// Where pid 1 does not reap, a dead postmaster stays a zombie that answers signals as if it lived.
fn is_alive(pid: u32) -> bool {
    fs::read_to_string(format!("/proc/{pid}/stat"))
        .is_ok_and(|stat| !matches!(state(&stat), Some('Z' | 'X') | None))
}

/// The state letter after the command name, which may itself hold spaces and brackets.
fn state(stat: &str) -> Option<char> {
    stat.rsplit_once(") ")?.1.chars().next()
}

fn pid_in(file: &Path) -> Option<u32> {
    fs::read_to_string(file).ok()?.lines().next()?.trim().parse().ok()
}

fn signal(pid: u32, signal: Signal) {
    if let Some(pid) = i32::try_from(pid).ok().and_then(Pid::from_raw) {
        // It may have ended between looking and asking.
        let _ = kill_process(pid, signal);
    }
}

/// One earlier log is kept.
fn open_log(path: &PathBuf) -> anyhow::Result<fs::File> {
    if fs::metadata(path).is_ok_and(|m| m.len() > LARGEST_LOG) {
        fs::rename(path, path.with_extension("log.1"))?;
    }
    fs::OpenOptions::new()
        .create(true)
        .append(true)
        .open(path)
        .with_context(|| format!("opening {}", path.display()))
}

fn last_lines(log: &Path) -> String {
    let text = fs::read(log).map(|b| String::from_utf8_lossy(&b).into_owned()).unwrap_or_default();
    let lines: Vec<&str> = text.lines().rev().take(8).collect();
    lines.into_iter().rev().map(|l| format!("  {l}\n")).collect()
}

/// A value for a setting that PostgreSQL reads as a list.
fn quoted(path: &Path) -> String {
    format!("\"{}\"", path.display().to_string().replace('"', "\"\""))
}

/// Sleeps a tick at a time and says what it is waiting for from the second second on.
pub(super) struct Patience {
    began: Instant,
    said: u64,
    what: &'static str,
    say: fn(&str),
}

impl Patience {
    pub(super) fn new(what: &'static str, say: fn(&str)) -> Self {
        Self { began: Instant::now(), said: 0, what, say }
    }

    pub(super) async fn wait(&mut self) {
        sleep(TICK).await;
        let seconds = self.began.elapsed().as_secs();
        if seconds > self.said {
            self.said = seconds;
            (self.say)(&format!("{} … {seconds} s", self.what));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_state_behind_any_name() {
        assert_eq!(state("12 (postgres) S 1 12"), Some('S'));
        assert_eq!(state("12 (odd) name) Z) Z 1 12"), Some('Z'));
        assert_eq!(state(""), None);
    }

    #[test]
    fn a_process_that_ended_unreaped_counts_as_dead() {
        let mut child = Command::new("true").spawn().expect("true exists");
        while is_alive(child.id()) {
            std::thread::sleep(TICK);
        }
        assert!(Path::new(&format!("/proc/{}", child.id())).exists(), "still a zombie");
        child.wait().expect("our child");
    }

    #[test]
    fn a_folder_with_a_comma_stays_one_folder() {
        assert_eq!(quoted(Path::new("/a, b/\"c\"")), "\"/a, b/\"\"c\"\"\"");
    }
}
