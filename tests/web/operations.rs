//! The program as whoever runs it meets it: start, signals, `kill -9`, a second start, demo accounts and the network.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use sqlx::ConnectOptions;

use crate::support::{Persona, TestApp};

/// A data directory that goes with the test.
struct DataDir(PathBuf);

impl DataDir {
    fn new() -> Self {
        let folder = std::env::temp_dir().join(format!("nakadachi-ops-{}", uuid::Uuid::new_v4().simple()));
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(0o755)).unwrap();
        Self(folder)
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_nakadachi"));
        command
            .args(arguments)
            .env("NAKADACHI_DATA_DIR", &self.0)
            .env_remove("DATABASE_URL")
            .env_remove("DATABASE_READ_URL");
        command
    }

    fn serve(&self) -> Server {
        Server::start(self.command(&["serve", "--listen", "127.0.0.1:0"]))
    }
}

impl Drop for DataDir {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A serving program and the address it printed.
struct Server {
    process: Child,
    address: String,
}

impl Server {
    fn start(mut command: Command) -> Self {
        let mut process = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let first = lines.find(|line| line.as_ref().is_ok_and(|l| l.contains("http://")));
        let line = first.expect("the server printed its address").unwrap();
        let address = line.split("http://").nth(1).unwrap().trim().to_owned();
        // Whatever else it prints must find a reader.
        std::thread::spawn(move || lines.for_each(drop));
        Self { process, address }
    }

    fn signal(&self, name: &str) {
        assert!(
            Command::new("kill").args([name, &self.process.id().to_string()]).status().unwrap().success()
        );
    }

    /// The exit code; `None` when a signal ended it.
    fn wait(mut self) -> Option<i32> {
        self.process.wait().unwrap().code()
    }

    fn get(&self, path: &str) -> String {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        write!(stream, "GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }
}

/// Sends the sign-in form; the answer with its head.
fn sign_in(server: &Server, email: &str, password: &str) -> String {
    let body = format!("email={}&password={password}", email.replace('@', "%40"));
    let mut stream = TcpStream::connect(&server.address).unwrap();
    write!(
        stream,
        "POST /sign-in HTTP/1.1\r\nHost: {}\r\nSec-Fetch-Site: same-origin\r\nConnection: close\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
        server.address,
        body.len()
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

/// The one-time password that `user add` and `user password` print.
fn password_of(output: &Output) -> String {
    assert!(output.status.success(), "{}", told(output));
    let text = told(output);
    let after = text.split("one-time password: ").nth(1).expect("a password is printed");
    after.lines().next().unwrap().trim().to_owned()
}

fn told(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

fn postmaster_of(folder: &DataDir) -> Option<u32> {
    let file = std::fs::read_to_string(folder.0.join("postgres/data/postmaster.pid")).ok()?;
    file.lines().next()?.parse().ok()
}

#[test]
fn starts_serves_refuses_a_second_start_and_stops_without_a_trace() {
    let folder = DataDir::new();
    let server = folder.serve();
    assert!(server.get("/healthz").ends_with("ok"));
    assert!(server.get("/readyz").ends_with("ready"));
    let second = folder.command(&["serve", "--listen", "127.0.0.1:0"]).output().unwrap();
    assert!(!second.status.success());
    let pid = format!("pid {}", server.process.id());
    assert!(told(&second).contains(&pid) && told(&second).contains(&server.address), "{}", told(&second));
    let doctor = folder.command(&["doctor"]).output().unwrap();
    assert!(doctor.status.success(), "a command joins the server: {}", told(&doctor));
    let postmaster = postmaster_of(&folder).expect("runs");
    server.signal("-INT");
    assert_eq!(server.wait(), Some(0));
    assert!(!PathBuf::from(format!("/proc/{postmaster}")).exists(), "PostgreSQL ended with it");
    assert_eq!(postmaster_of(&folder), None);
}

#[test]
fn starts_again_after_a_kill_of_the_program() {
    let folder = DataDir::new();
    let server = folder.serve();
    server.signal("-KILL");
    assert_eq!(server.wait(), None);
    let left = postmaster_of(&folder).expect("PostgreSQL is left running");
    let server = folder.serve();
    assert_ne!(postmaster_of(&folder), Some(left));
    assert!(server.get("/readyz").ends_with("ready"));
    server.signal("-TERM");
    assert_eq!(server.wait(), Some(0));
}

#[test]
fn goes_on_after_a_kill_of_postgresql() {
    let folder = DataDir::new();
    let server = folder.serve();
    let postmaster = postmaster_of(&folder).expect("runs").to_string();
    assert!(Command::new("kill").args(["-KILL", &postmaster]).status().unwrap().success());
    let ready = (0..300).any(|_| {
        std::thread::sleep(Duration::from_millis(100));
        server.get("/readyz").ends_with("ready")
    });
    assert!(ready, "PostgreSQL was started again");
    assert_ne!(postmaster_of(&folder).map(|p| p.to_string()), Some(postmaster));
    server.signal("-INT");
    assert_eq!(server.wait(), Some(0));
}

#[test]
fn finishes_the_request_in_flight_before_it_stops() {
    let folder = DataDir::new();
    let server = folder.serve();
    let body = "email=nobody%40example.jp&password=wrong";
    let (early, late) = body.split_at(10);
    let mut stream = TcpStream::connect(&server.address).unwrap();
    write!(
        stream,
        "POST /sign-in HTTP/1.1\r\nHost: {}\r\nSec-Fetch-Site: same-origin\r\nConnection: close\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{early}",
        server.address,
        body.len()
    )
    .unwrap();
    std::thread::sleep(Duration::from_millis(300));
    server.signal("-TERM");
    std::thread::sleep(Duration::from_millis(300));
    assert!(TcpStream::connect(&server.address).is_err(), "nobody new is let in");
    stream.write_all(late.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 422"), "a whole page that asked the database: {answer}");
    assert!(answer.ends_with("</html>\n") || answer.ends_with("</html>"), "{answer}");
    assert_eq!(server.wait(), Some(0));
}

#[tokio::test]
async fn demo_accounts_are_not_served_to_the_network_unless_told_so() {
    let app = TestApp::start().await;
    sqlx::query("UPDATE installation SET made_by_demo = true").execute(&app.pool).await.unwrap();
    let url = app.pool.connect_options().to_url_lossy().to_string();
    let folder = DataDir::new();
    let serve = |more: &[&str]| {
        let mut command = folder.command(&["serve", "--listen", "0.0.0.0:0"]);
        command.args(more).env("DATABASE_URL", &url);
        command
    };
    let refused = serve(&[]).output().unwrap();
    assert!(!refused.status.success());
    assert!(told(&refused).contains("--serve-demo-accounts-to-the-network"), "{}", told(&refused));
    let server = Server::start(serve(&["--serve-demo-accounts-to-the-network"]));
    server.signal("-INT");
    assert_eq!(server.wait(), Some(0));
}

#[test]
fn a_backup_restores_to_identical_tables() {
    let folder = DataDir::new();
    let file = folder.0.join("backup.dump");
    let file = file.to_str().unwrap();
    let made = folder.command(&["migrate"]).output().unwrap();
    assert!(made.status.success(), "{}", told(&made));
    let backup = folder.command(&["backup", file]).output().unwrap();
    assert!(backup.status.success(), "{}", told(&backup));
    let occupied = folder.command(&["restore", file]).output().unwrap();
    assert!(told(&occupied).contains("holds tables already"), "{}", told(&occupied));
    let other = DataDir::new();
    let restored = other.command(&["restore", file]).output().unwrap();
    assert!(restored.status.success() && told(&restored).contains("identical:"), "{}", told(&restored));
    std::fs::write(file, "cut off").unwrap();
    let damaged = other.command(&["restore", file]).output().unwrap();
    assert!(told(&damaged).contains("changed or cut off"), "{}", told(&damaged));
}

#[test]
fn the_first_administrator_is_made_at_the_command_line() {
    let folder = DataDir::new();
    let server = folder.serve();
    assert!(server.get("/sign-in").contains("nakadachi user add"), "the page says how");
    let doctor = folder.command(&["doctor"]).output().unwrap();
    assert!(told(&doctor).contains("nobody can sign in as administrator"), "{}", told(&doctor));
    let add = ["user", "add", "Hanako@example.jp", "--name", "管理 花子", "--role", "administrator"];
    let password = password_of(&folder.command(&add).output().unwrap());
    assert!(!server.get("/sign-in").contains("nakadachi user add"));
    assert!(sign_in(&server, "hanako@example.jp", &password).starts_with("HTTP/1.1 303"));
    let again = folder.command(&add).output().unwrap();
    assert!(!again.status.success() && told(&again).contains("exists already"), "{}", told(&again));
    let doctor = folder.command(&["doctor"]).output().unwrap();
    assert!(told(&doctor).contains("1 can sign in"), "{}", told(&doctor));
    let verify = |more: &[&str]| folder.command(&["audit", "verify"]).args(more).output().unwrap();
    let noted = told(&verify(&[]));
    let noted = noted.split("--expect ").nth(1).expect("says what to note").lines().next().unwrap();
    let again = verify(&["--expect", noted]);
    assert!(
        again.status.success() && told(&again).contains("what was noted stands in it"),
        "{}",
        told(&again)
    );
    let ahead = verify(&["--expect", "999999"]);
    assert!(!ahead.status.success() && told(&ahead).contains("older than entry 999999"), "{}", told(&ahead));
    server.signal("-INT");
    assert_eq!(server.wait(), Some(0));
}

#[tokio::test]
async fn a_password_is_reset_at_the_command_line_and_ends_the_sessions() {
    let app = TestApp::start().await;
    let url = app.pool.connect_options().to_url_lossy().to_string();
    let folder = DataDir::new();
    let user = |arguments: &[&str]| {
        let mut command = folder.command(&["user"]);
        command.args(arguments).env("DATABASE_URL", &url).output().unwrap()
    };
    let admin = app.client(Persona::Administrator).await;
    admin.get("/").await.assert_status(200);
    let password = password_of(&user(&["password", " Admin@example.jp"]));
    assert_eq!(admin.get("/").await.location(), "/sign-in", "the session has ended");
    let stranger = app.client(Persona::Stranger).await;
    let form = [("email", "admin@example.jp"), ("password", password.as_str())];
    stranger.post("/sign-in", &form).await.assert_status(303);
    assert_eq!(
        app.count("audit_entries WHERE action = 'user.reset_password' AND actor_label = 'nakadachi user'")
            .await,
        1
    );
    let unknown = user(&["password", "nobody@example.jp"]);
    assert!(!unknown.status.success() && told(&unknown).contains("no account"), "{}", told(&unknown));
    let scoped = user(&["add", "new@example.jp", "--name", "新任", "--role", "program_supervisor"]);
    assert!(!scoped.status.success() && told(&scoped).contains("in the browser"), "{}", told(&scoped));
    let odd = user(&["add", "no address", "--name", "新任"]);
    assert!(told(&odd).contains("name@example.go.jp"), "{}", told(&odd));
    assert_eq!(app.count("users WHERE name_ja = '新任'").await, 0);
}
