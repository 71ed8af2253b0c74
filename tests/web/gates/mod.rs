//! GO/NO-GO reviews through HTTP: from composing a meeting to decisions, conditions and reopening.

mod addresses;
mod decisions;
mod evidence;
mod leaks;
mod race;
mod recusal;
mod refusals;
mod scoring;
mod walk;

use chrono::Duration;
use nakadachi::accounts::actions::{random_token, token_hash};
use uuid::Uuid;

use crate::support::{Client, Page, Persona, TestApp, noon};

/// A committee member with a browser.
pub struct Member {
    pub id: Uuid,
    pub client: Client,
}

/// A meeting with its items and its committee; the first member is the chair.
pub struct Committee {
    pub app: TestApp,
    pub unit: Client,
    pub meeting: String,
    pub members: Vec<Member>,
    pub tasks: Vec<Uuid>,
    pub reviews: Vec<Uuid>,
}

pub async fn execute(app: &TestApp, sql: &str) {
    sqlx::raw_sql(sqlx::AssertSqlSafe(sql.to_owned())).execute(&app.pool).await.unwrap();
}

/// A member with an account, a role and an open session.
pub async fn member(app: &TestApp, n: usize) -> Member {
    let id = Uuid::now_v7();
    let token = random_token().unwrap();
    sqlx::query("INSERT INTO users (id, email, name_ja, created_at) VALUES ($1, $2, $3, $4)")
        .bind(id)
        .bind(format!("member{n}@example.jp"))
        .bind(format!("委員 {n}号"))
        .bind(noon())
        .execute(&app.pool)
        .await
        .unwrap();
    sqlx::query("INSERT INTO role_assignments (id, user_id, role, valid_from) VALUES (gen_random_uuid(), $1, 'committee_member', '2025-04-01')")
        .bind(id)
        .execute(&app.pool)
        .await
        .unwrap();
    sqlx::query(
        "INSERT INTO sessions (id, token_hash, user_id, user_agent, address, created_at, last_seen_at, expires_at)
         VALUES (gen_random_uuid(), $1, $2, 'test', 'local', $3, $3, $4)",
    )
    .bind(token_hash(&token))
    .bind(id)
    .bind(noon())
    .bind(noon() + Duration::days(365))
    .execute(&app.pool)
    .await
    .unwrap();
    let client = app.client(Persona::Stranger).await.with_cookie(&format!("nk_session={token}"));
    Member { id, client }
}

impl Committee {
    /// The unit composes a meeting for `titles` with `members` members and the DC as adviser.
    pub async fn composed(titles: &[&str], members: usize) -> Self {
        let app = TestApp::start().await;
        nakadachi::gates::templates::load_where_missing(&app.pool, noon()).await.unwrap();
        let mut tasks = Vec::new();
        for (n, title) in titles.iter().enumerate() {
            let task = app.task(title).diseases(&[41]).create().await;
            execute(
                &app,
                &format!("UPDATE tasks SET stable_number = 'ab12345{n:02}', summary_nonpublic = '非公開{n}の概要' WHERE id = '{task}'"),
            )
            .await;
            tasks.push(task);
        }
        let mut seated = Vec::new();
        for n in 0..members {
            seated.push(member(&app, n).await);
        }
        let unit = app.client(Persona::Unit).await;
        let numbers = (0..titles.len()).map(|n| format!("ab12345{n:02}")).collect::<Vec<_>>().join("\n");
        let form = [
            ("key", "compose"),
            ("name_ja", "第1回 見本評価委員会"),
            ("held_on", "2026-10-20"),
            ("held_time", "13:00"),
            ("tasks", numbers.as_str()),
            ("template", "mid-term"),
            ("minutes", "15"),
        ];
        let page = unit.post("/gates/meetings", &form).await;
        page.assert_status(303);
        let meeting = page.location();
        let reviews: Vec<Uuid> = sqlx::query_scalar("SELECT id FROM gate_reviews ORDER BY position")
            .fetch_all(&app.pool)
            .await
            .unwrap();
        let committee = Self { app, unit, meeting, members: seated, tasks, reviews };
        let ids: Vec<String> = committee.members.iter().map(|m| m.id.to_string()).collect();
        let mut fields: Vec<(&str, &str)> = ids.iter().map(|id| ("user", id.as_str())).collect();
        fields.push(("role", "member"));
        committee.manage("seats", &fields).await.assert_status(303);
        committee.manage("seats/role", &[("user", &ids[0]), ("role", "chair")]).await.assert_status(303);
        committee
    }

    /// The same with scoring open.
    pub async fn scoring(titles: &[&str], members: usize) -> Self {
        let committee = Self::composed(titles, members).await;
        committee.manage("opening", &[]).await.assert_status(303);
        committee
    }

    /// The same after everybody gave the same points to every item, revealed.
    pub async fn revealed(titles: &[&str], members: usize, points: i16) -> Self {
        let committee = Self::scoring(titles, members).await;
        for member in &committee.members {
            for review in &committee.reviews {
                committee.submit(member, *review, points, "総評です").await.assert_status(303);
            }
        }
        committee.chair().post(&committee.step("reveal"), &[]).await.assert_status(303);
        committee
    }

    pub fn chair(&self) -> &Client {
        &self.members[0].client
    }

    pub fn step(&self, name: &str) -> String {
        format!("{}/{name}", self.meeting)
    }

    pub async fn manage(&self, step: &str, fields: &[(&str, &str)]) -> Page {
        self.unit.post(&self.step(step), fields).await
    }

    pub fn review(&self, n: usize) -> String {
        format!("/gates/reviews/{}", self.reviews[n])
    }

    /// A document that the template asks for.
    pub async fn document(&self, n: usize) -> String {
        let sql = "SELECT e.evidence_key FROM gate_template_evidence e
                   JOIN gate_reviews r ON r.template_version_id = e.version_id
                   WHERE r.id = $1 AND e.kind <> 'milestone' ORDER BY e.position LIMIT 1";
        let key: Uuid =
            sqlx::query_scalar(sql).bind(self.reviews[n]).fetch_one(&self.app.pool).await.unwrap();
        key.to_string()
    }

    /// The unit attaches a file as the first document that is asked for.
    pub async fn give_file(&self, n: usize, name: &str) {
        let (form_key, evidence) = (format!("file-{n}"), self.document(n).await);
        let fields = [("key", form_key.as_str()), ("evidence", evidence.as_str()), ("note", ""), ("url", "")];
        let path = format!("{}/evidence", self.review(n));
        self.unit.upload(&path, &fields, name, b"%PDF-1.7 a document").await.assert_status(303);
    }

    /// The id of the only row of a table.
    pub async fn id_of(&self, table: &str) -> String {
        let sql = format!("SELECT id FROM {table}");
        let id: Uuid = sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_one(&self.app.pool).await.unwrap();
        id.to_string()
    }

    pub async fn items(&self) -> Vec<Uuid> {
        sqlx::query_scalar(
            "SELECT i.id FROM gate_template_items i JOIN gate_reviews r ON r.template_version_id = i.version_id
             WHERE r.id = $1 ORDER BY i.position",
        )
        .bind(self.reviews[0])
        .fetch_all(&self.app.pool)
        .await
        .unwrap()
    }

    /// A whole sheet as a browser sends it.
    pub async fn sheet(&self, points: i16, comment: &str, version: i32, what: &str) -> Vec<(String, String)> {
        let mut fields = vec![
            ("version".to_owned(), version.to_string()),
            ("public_comment".to_owned(), comment.to_owned()),
            ("nonpublic_comment".to_owned(), format!("非公開の{comment}")),
            ("do".to_owned(), what.to_owned()),
        ];
        for item in self.items().await {
            fields.push((format!("score-{item}"), points.to_string()));
        }
        fields
    }

    pub async fn submit(&self, member: &Member, review: Uuid, points: i16, comment: &str) -> Page {
        let fields = self.sheet(points, comment, 0, "submit").await;
        post(&member.client, &format!("/gates/reviews/{review}/sheet"), &fields).await
    }

    pub async fn vote(&self, member: usize, n: usize, choice: &str) -> Page {
        self.members[member].client.post(&format!("{}/vote", self.review(n)), &[("choice", choice)]).await
    }

    pub async fn all_vote(&self, n: usize, choice: &str) {
        for member in 0..self.members.len() {
            self.vote(member, n, choice).await.assert_status(303);
        }
    }

    /// A person of the small world who may close conditions: the PS.
    pub fn closer() -> &'static str {
        "00000000-0000-7000-8000-000000000904"
    }

    /// The chair records a plain GO.
    pub async fn go(&self, n: usize) -> Page {
        let fields = [("outcome", "go"), ("statement", "継続を可とする。")];
        self.chair().post(&format!("{}/decision", self.review(n)), &fields).await
    }
}

pub async fn post(client: &Client, path: &str, fields: &[(String, String)]) -> Page {
    let fields: Vec<(&str, &str)> = fields.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
    client.post(path, &fields).await
}
