//! Live streams: across processes, in number, at shutdown, and when rights end.

use std::future::IntoFuture;
use std::time::{Duration, Instant};

use axum::Router;
use futures_util::StreamExt;
use nakadachi::accounts::Role;
use nakadachi::app;
use nakadachi::db::events;
use nakadachi::web::live::Listener;
use nakadachi::web::state::Settings;
use nakadachi::web::{Access, AppState, AtPath, Cx, Outcome, Routes, Scoped, Visible};
use uuid::Uuid;

use crate::support::{Client, Persona, TestApp};

const TOPIC: &str = "room:1";
const ROOM: &str = "/tests/rooms/00000000-0000-7000-8000-000000000001/events";

/// Something that staff may know.
struct Room;

impl Scoped for Room {
    type Id = Uuid;

    async fn find(cx: &Cx, _: Uuid) -> anyhow::Result<Option<Self>> {
        Ok(cx.viewer.rights.sees_open.then_some(Self))
    }
}

async fn events_of_room(_: Visible<Room>, AtPath(id): AtPath<Uuid>, listener: Listener) -> Outcome {
    listener.stream::<Room>(id, Access::SignedIn, TOPIC).await
}

/// One more process on the test's database: its own state, its own ear.
fn process(app: &TestApp) -> (Router, AppState) {
    let state = AppState::new(app.pool.clone(), app.pool.clone(), app.clock.clone(), Settings::default());
    let routes = Routes::new().get(
        "/tests/rooms/{id}/events",
        Access::Roles(&[Role::StrategyUnit, Role::ProgramOfficer]),
        events_of_room,
    );
    (app::behind_every_layer(app::routes().merge(routes), state.clone()), state)
}

/// The reading end of an open stream.
struct Stream {
    body: axum::body::BodyDataStream,
    read: String,
}

impl Stream {
    /// Opens a stream and reads its greeting.
    async fn open(client: &Client, router: &Router) -> Self {
        let response = client.open(router, ROOM).await;
        assert_eq!(response.status(), 200);
        let mut stream = Self { body: response.into_body().into_data_stream(), read: String::new() };
        stream.until("event: refresh").await;
        stream
    }

    /// Reads until `words` have come; panics when they do not within a second, or the stream ends first.
    async fn until(&mut self, words: &str) {
        let begun = Instant::now();
        while !self.read.contains(words) {
            let left = Duration::from_secs(1).saturating_sub(begun.elapsed());
            let next = tokio::time::timeout(left, self.body.next()).await;
            let piece = next.unwrap_or_else(|_| panic!("no “{words}” within a second: {}", self.read));
            let bytes = piece.expect("the stream ended").expect("reading the stream");
            self.read.push_str(&String::from_utf8_lossy(&bytes));
        }
        self.read.clear();
    }

    /// Reads to the end, which must come within a second.
    async fn end(mut self) {
        let ended = async { while self.body.next().await.is_some() {} };
        tokio::time::timeout(Duration::from_secs(1), ended).await.expect("the stream goes on");
    }
}

async fn change(app: &TestApp, part: &str, version: i64) {
    let mut tx = app.pool.begin().await.unwrap();
    events::notify(&mut tx, TOPIC, part, version).await.unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn a_change_reaches_120_streams_of_two_processes_within_a_second() {
    let app = TestApp::start().await;
    let (first, first_state) = process(&app);
    let (second, second_state) = process(&app);
    let client = app.client(Persona::Unit).await;
    let mut streams = Vec::new();
    for n in 0..120 {
        streams.push(Stream::open(&client, if n % 2 == 0 { &first } else { &second }).await);
    }
    assert_eq!((first_state.events.subscribers(), second_state.events.subscribers()), (60, 60));
    // A connection that was used comes back to the pool on a task of its own.
    let came_back = async {
        while app.pool.num_idle() == 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(5), came_back)
        .await
        .expect("streams hold connections of the pool");

    let begun = Instant::now();
    change(&app, "locks", 7).await;
    for stream in &mut streams {
        stream.until(r#"data: {"part":"locks","version":7}"#).await;
    }
    let all = begun.elapsed();
    println!("120 streams of two processes heard of a change after {all:?}");
    assert!(all < Duration::from_secs(1), "{all:?}");
    drop(streams);
    let next = Stream::open(&client, &first).await;
    assert_eq!(first_state.events.subscribers(), 1, "streams that are gone are forgotten");
    drop(next);
}

#[tokio::test]
async fn nothing_is_told_of_a_change_that_is_taken_back() {
    let app = TestApp::start().await;
    let (router, _state) = process(&app);
    let mut stream = Stream::open(&app.client(Persona::Unit).await, &router).await;
    let mut tx = app.pool.begin().await.unwrap();
    events::notify(&mut tx, TOPIC, "votes", 1).await.unwrap();
    tx.rollback().await.unwrap();
    let mut tx = app.pool.begin().await.unwrap();
    events::notify(&mut tx, "room:2", "votes", 2).await.unwrap();
    tx.commit().await.unwrap();
    change(&app, "locks", 3).await;
    let begun = Instant::now();
    let piece = stream.body.next().await.unwrap().unwrap();
    let text = String::from_utf8_lossy(&piece);
    assert!(text.contains(r#""part":"locks","version":3"#), "the first thing told is {text}");
    assert!(begun.elapsed() < Duration::from_secs(1));
}

#[tokio::test]
async fn a_viewer_who_loses_the_role_loses_the_stream() {
    let app = TestApp::start().await;
    let (router, _state) = process(&app);
    let mut loses = Stream::open(&app.client(Persona::Po).await, &router).await;
    let mut keeps = Stream::open(&app.client(Persona::Unit).await, &router).await;
    sqlx::query(
        "DELETE FROM role_assignments WHERE user_id = (SELECT id FROM users WHERE email = 'po@example.jp')",
    )
    .execute(&app.pool)
    .await
    .unwrap();
    loses.until("event: ended").await;
    loses.end().await;
    keeps.until("event: refresh").await;
    change(&app, "locks", 1).await;
    keeps.until("\"locks\"").await;
}

#[tokio::test]
async fn signing_out_ends_the_stream_in_every_process() {
    let app = TestApp::start().await;
    let (first, _state) = process(&app);
    let (second, _state) = process(&app);
    let client = app.client(Persona::Unit).await;
    let mut streams = [Stream::open(&client, &first).await, Stream::open(&client, &second).await];
    client.post("/sign-out", &[]).await.assert_status(303);
    for stream in &mut streams {
        stream.until("event: ended").await;
    }
}

#[tokio::test]
async fn a_stranger_or_another_role_opens_no_stream() {
    let app = TestApp::start().await;
    let (router, _state) = process(&app);
    for (persona, status) in [(Persona::Stranger, 303), (Persona::Ps, 403), (Persona::Unit, 200)] {
        let response = app.client(persona).await.open(&router, ROOM).await;
        assert_eq!(response.status(), status, "{persona:?}");
    }
}

#[tokio::test]
async fn a_broken_line_to_the_database_is_opened_again_and_everybody_refreshes() {
    let app = TestApp::start().await;
    let (router, _state) = process(&app);
    let mut stream = Stream::open(&app.client(Persona::Unit).await, &router).await;
    let ended: i64 = sqlx::query_scalar(
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
         WHERE datname = current_database() AND query LIKE 'LISTEN%'",
    )
    .fetch_one(&app.pool)
    .await
    .unwrap();
    assert_eq!(ended, 1, "one connection listens");
    stream.until("event: refresh").await;
    change(&app, "locks", 9).await;
    stream.until("\"version\":9").await;
}

#[tokio::test]
async fn open_streams_end_at_once_when_the_server_stops() {
    let app = TestApp::start().await;
    let (router, state) = process(&app);
    let client = app.client(Persona::Unit).await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (close, closing) = tokio::sync::oneshot::channel::<()>();
    let server = axum::serve(listener, router.into_make_service()).with_graceful_shutdown(async {
        closing.await.ok();
    });
    let server = tokio::spawn(server.into_future());
    let mut open = Vec::new();
    for _ in 0..20 {
        let request = client.request(axum::http::Method::GET, ROOM).body(()).unwrap();
        let cookie = request.headers()["cookie"].to_str().unwrap().to_owned();
        let answer = reqwest::Client::new().get(format!("http://{address}{ROOM}")).header("cookie", cookie);
        let mut answer = answer.send().await.unwrap();
        assert!(answer.chunk().await.unwrap().is_some());
        open.push(answer);
    }
    let begun = Instant::now();
    state.events.stop();
    close.send(()).unwrap();
    tokio::time::timeout(Duration::from_secs(2), server)
        .await
        .expect("streams keep the server")
        .unwrap()
        .unwrap();
    assert!(begun.elapsed() < Duration::from_secs(1), "{:?}", begun.elapsed());
    for mut answer in open {
        while let Ok(Some(_)) = answer.chunk().await {}
    }
}
