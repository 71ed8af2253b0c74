//! The cluster against a real PostgreSQL: what a person would do to it, kill included.

use std::{
    os::unix::fs::MetadataExt,
    process::Command,
    sync::atomic::{AtomicU32, Ordering},
};

use sqlx::{Connection, PgConnection};

use super::*;

/// A data directory that goes with the test.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        Self(std::env::temp_dir().join(format!("nakadachi-cluster-{}-{number}", std::process::id())))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let elsewhere = fs::canonicalize(&self.0).map(|data_dir| place::elsewhere(&data_dir));
        for folder in [Ok(self.0.clone()), elsewhere].into_iter().flatten() {
            let _ = fs::remove_dir_all(folder);
        }
    }
}

fn quiet(_: &str) {}

async fn run(url: &str, sql: &'static str) -> i64 {
    let mut connection = PgConnection::connect(url).await.expect("the cluster answers");
    let value = sqlx::query_scalar(sql).fetch_one(&mut connection).await.expect("the query is sound");
    connection.close().await.expect("a clean end");
    value
}

async fn remember(url: &str) {
    let mut connection = PgConnection::connect(url).await.expect("the cluster answers");
    sqlx::raw_sql("CREATE TABLE memory AS SELECT 7::bigint AS n")
        .execute(&mut connection)
        .await
        .expect("creates");
}

fn own(cluster: &Cluster) -> &Own {
    match &cluster.hold {
        Hold::Own(own) => own,
        Hold::Joined(_) => panic!("started, not joined"),
    }
}

/// What a `kill -9` of the program leaves: the server runs on and the lock is free.
fn abandon(cluster: Cluster) -> u32 {
    let Hold::Own(own) = cluster.hold else { panic!("started, not joined") };
    let pid = own.server.id();
    std::mem::forget(own.server);
    pid
}

fn kill(pid: u32, signal: &str) {
    assert!(Command::new("kill").args([signal, &pid.to_string()]).status().expect("kill exists").success());
}

#[tokio::test]
async fn keeps_what_was_committed_over_a_restart_and_leaves_nothing_behind() {
    let folder = Folder::new();
    let cluster = Cluster::start(&folder.0, quiet).await.expect("a fresh start");
    remember(cluster.url()).await;
    let sockets = own(&cluster).place.sockets.clone();
    cluster.stop().await.expect("a clean stop");
    assert_eq!(fs::read_dir(&sockets).expect("exists").count(), 0, "no socket stays");
    let cluster = Cluster::start(&folder.0, quiet).await.expect("a second start");
    assert_eq!(run(cluster.url(), "SELECT n FROM memory").await, 7);
    cluster.stop().await.expect("a clean stop");
}

#[tokio::test]
async fn sorts_japanese_and_answers_on_the_socket_alone() {
    let folder = Folder::new();
    let cluster = Cluster::start(&folder.0, quiet).await.expect("a fresh start");
    assert_eq!(
        run(cluster.url(), "SELECT ('ア' < 'い' AND 'い' < 'ウ')::int::bigint").await,
        1,
        "kana in one order"
    );
    assert_eq!(
        run(
            cluster.url(),
            "SELECT count(*) FROM pg_settings WHERE name = 'listen_addresses' AND setting = ''"
        )
        .await,
        1
    );
    assert_eq!(
        run(
            cluster.url(),
            "SELECT count(*) FROM pg_settings WHERE name = 'data_checksums' AND setting = 'on'"
        )
        .await,
        1
    );
    let place = &own(&cluster).place;
    for closed in [&place.folder, &place.sockets, &place.data()] {
        assert_eq!(fs::metadata(closed).expect("exists").mode() & 0o777, 0o700, "{}", closed.display());
    }
    cluster.stop().await.expect("a clean stop");
}

#[tokio::test]
async fn a_second_server_is_refused_and_a_command_joins() {
    let folder = Folder::new();
    let mut cluster = Cluster::start(&folder.0, quiet).await.expect("a fresh start");
    cluster.announce("http://127.0.0.1:8080").expect("writes the lock");
    let refusal = Cluster::start(&folder.0, quiet).await.err().expect("held").to_string();
    assert!(refusal.contains(&format!("pid {}", std::process::id())), "{refusal}");
    assert!(refusal.contains("serves http://127.0.0.1:8080"), "{refusal}");
    let joined = Cluster::join_or_start(&folder.0, quiet).await.expect("joins");
    assert!(joined.is_joined());
    joined.stop().await.expect("leaves");
    assert_eq!(run(cluster.url(), "SELECT 1::bigint").await, 1, "still runs");
    cluster.stop().await.expect("a clean stop");
}

#[tokio::test]
async fn a_command_waits_for_the_command_that_joined_it() {
    let folder = Folder::new();
    let first = Cluster::join_or_start(&folder.0, quiet).await.expect("starts");
    let second = Cluster::join_or_start(&folder.0, quiet).await.expect("joins");
    let url = second.url().to_owned();
    let ending = tokio::spawn(first.stop());
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_eq!(run(&url, "SELECT 1::bigint").await, 1, "the host waits");
    second.stop().await.expect("leaves");
    ending.await.expect("no panic").expect("a clean stop");
}

#[tokio::test]
async fn starts_again_after_the_program_was_killed() {
    let folder = Folder::new();
    let cluster = Cluster::start(&folder.0, quiet).await.expect("a fresh start");
    remember(cluster.url()).await;
    let left = abandon(cluster);
    let cluster = Cluster::start(&folder.0, quiet).await.expect("ends the old server, starts its own");
    assert!(own(&cluster).server.id() != left);
    assert_eq!(run(cluster.url(), "SELECT n FROM memory").await, 7);
    cluster.stop().await.expect("a clean stop");
}

#[tokio::test]
async fn starts_again_after_the_postmaster_was_killed_unreaped() {
    let folder = Folder::new();
    let cluster = Cluster::start(&folder.0, quiet).await.expect("a fresh start");
    remember(cluster.url()).await;
    // Our abandoned child is never waited for: it stays a zombie, its pid file and socket lock stay too.
    let left = abandon(cluster);
    kill(left, "-KILL");
    let cluster = Cluster::start(&folder.0, quiet).await.expect("sees through the zombie");
    assert_eq!(run(cluster.url(), "SELECT n FROM memory").await, 7);
    cluster.stop().await.expect("a clean stop");
}

#[tokio::test]
async fn a_running_program_restarts_a_postmaster_that_was_killed() {
    let folder = Folder::new();
    let mut cluster = Cluster::start(&folder.0, quiet).await.expect("a fresh start");
    remember(cluster.url()).await;
    kill(own(&cluster).server.id(), "-KILL");
    let url = cluster.url().to_owned();
    // The new server can answer before `keep_running` has taken it over; what is asked, is asked meanwhile.
    let remembered = async {
        loop {
            if let Ok(mut connection) = PgConnection::connect(&url).await
                && let Ok(n) =
                    sqlx::query_scalar::<_, i64>("SELECT n FROM memory").fetch_one(&mut connection).await
            {
                return n;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::select! {
        ended = cluster.keep_running() => panic!("gave up: {ended:?}"),
        n = remembered => assert_eq!(n, 7),
    }
    cluster.stop().await.expect("a clean stop");
}

#[tokio::test]
async fn a_pid_file_that_names_a_stranger_is_stale() {
    let folder = Folder::new();
    let cluster = Cluster::start(&folder.0, quiet).await.expect("a fresh start");
    let data = own(&cluster).place.data();
    cluster.stop().await.expect("a clean stop");
    fs::write(data.join("postmaster.pid"), format!("{}\n{}\n", std::process::id(), data.display()))
        .expect("writes");
    let cluster = Cluster::start(&folder.0, quiet).await.expect("this process is no postmaster");
    cluster.stop().await.expect("a clean stop");
}

#[tokio::test]
async fn data_of_another_major_version_is_refused_in_words() {
    let folder = Folder::new();
    let cluster = Cluster::start(&folder.0, quiet).await.expect("a fresh start");
    let data = own(&cluster).place.data();
    cluster.stop().await.expect("a clean stop");
    fs::write(data.join("PG_VERSION"), "9\n").expect("writes");
    let refusal = format!("{:#}", Cluster::start(&folder.0, quiet).await.err().expect("nobody has 9"));
    assert!(refusal.contains("made by PostgreSQL 9"), "{refusal}");
}

#[tokio::test]
async fn an_unfinished_first_start_is_begun_anew() {
    let folder = Folder::new();
    let cluster = Cluster::start(&folder.0, quiet).await.expect("a fresh start");
    let place = own(&cluster).place.clone();
    cluster.stop().await.expect("a clean stop");
    fs::rename(place.data(), place.folder.join("data.new")).expect("as if initdb had been cut off");
    let cluster = Cluster::start(&folder.0, quiet).await.expect("starts over");
    cluster.stop().await.expect("a clean stop");
}

#[tokio::test]
async fn a_deep_path_in_japanese_works() {
    let folder = Folder::new();
    let deep =
        folder.0.join("研究開発の課題を仲立ちする, 深い場所 100%").join("さらに深い場所のデータ置き場");
    let cluster = Cluster::start(&deep, quiet).await.expect("the socket goes elsewhere");
    assert_eq!(run(cluster.url(), "SELECT 1::bigint").await, 1);
    let sockets = own(&cluster).place.sockets.clone();
    cluster.stop().await.expect("a clean stop");
    if !sockets.starts_with(&folder.0) {
        fs::remove_dir(&sockets).expect("empty");
    }
}
