//! Two items with everything that a review can have, and nobody who is recused from them finds a trace of it anywhere.

use std::io::Read;
use std::process::Command;

use axum::http::Method;
use nakadachi::app::route_table;

use super::addresses::Walk;
use super::*;
use crate::support::{P2, TARO};

const CALL: &str = "00000000-0000-7000-8000-000000000501";
const SLOT: &str = "00000000-0000-7000-8000-000000000511";

/// Words that stand in the two secret reviews and nowhere else.
const MARKS: [&str; 9] = [
    "漏洩印・総評",
    "漏洩印・決定文",
    "漏洩印・条件",
    "漏洩印・取扱い",
    "漏洩印・資料",
    "漏洩印・再審議",
    "漏洩印・証拠",
    "漏洩印・サルベージ",
    "漏洩印・助言",
];

/// Routes to which nothing leads in the small world, because what they show is not in it. Where one of them can hold a
/// review, its query asks for what is hidden from the viewer (templates: the running reviews of a draft).
const ELSEWHERE: [&str; 9] = [
    "/admin/vocabularies/",
    "/budget/",
    "/duplicates/",
    "/gates/templates/{code}/",
    "/imports/{id}",
    "/matching/agreements/{id}",
    "/matching/solutions/{id}/comparison",
    "/options/books/",
    "/thesaurus/",
];

/// The committee, with the ids of everything that hangs on its first two items.
struct Secret {
    c: Committee,
    ids: Vec<String>,
}

impl Committee {
    /// What other parts of the product know of the first two tasks: a milestone, an option, and a matching session with
    /// the tasks of the gate decisions that ask for a way onward, solved and in consent.
    async fn goes_onward(&self) {
        let (task, owner) = (self.tasks[0].to_string(), format!("p:{TARO}"));
        let milestone =
            [("key", "m"), ("type", "drug_glp"), ("due_on", "2027-03-31"), ("owner", owner.as_str())];
        self.unit.post(&format!("/tasks/{task}/milestones"), &milestone).await.assert_status(303);
        let evidence = format!("/milestones/{}/evidence", self.id_of("milestones").await);
        let words = [("key", "e"), ("body", "報告書"), ("url", "")];
        self.unit.upload(&evidence, &words, "報告.pdf", b"%PDF-1.7 a report").await.assert_status(303);
        let option = [
            ("key", "o"),
            ("task", task.as_str()),
            ("program", "P2"),
            ("year", "R10"),
            ("yen", "30"),
            ("decide_by", "2028-03-31"),
        ];
        self.unit.post("/options", &option).await.assert_status(303);
        execute(
            &self.app,
            &format!(
                "UPDATE tasks SET phase_ids = '{{3}}', ends_on = '2027-03-31' WHERE id = '{}';
                 INSERT INTO calls (id, program_id, fiscal_year, name_ja, starts_on)
                 VALUES ('{CALL}', '{P2}', 2027, '令和9年度公募', '2027-04-01');
                 INSERT INTO slot_types (id, call_id, position, name_ja, min_new, max_new, yearly_ceiling_yen, max_years,
                                         phase_ids)
                 VALUES ('{SLOT}', '{CALL}', 1, '応用開発', 0, 2, 15000000, 3, '{{3}}')",
                self.tasks[1]
            ),
        )
        .await;
        let plan = [
            ("key", "plan"),
            ("name", "令和9年度"),
            ("fiscal_year", "R9"),
            ("interest_deadline", "2026-10-20T17:00"),
        ];
        let made = self.unit.post("/matching", &plan).await;
        made.assert_status(303);
        let session = made.location().split('/').nth(3).expect("an id in the address").to_owned();
        let at = |page: &str| format!("/matching/sessions/{session}/{page}");
        self.unit.post(&at("tasks"), &[("gates", "no_go")]).await.assert_status(303);
        self.unit.post(&at("slots"), &[("slots", SLOT)]).await.assert_status(303);
        for step in ["evaluation", "scores", "interest/opening"] {
            self.unit.post(&at(step), &[]).await.assert_status(303);
        }
        self.app.clock.advance(Duration::days(14));
        self.unit.post(&at("interest/closing"), &[]).await.assert_status(303);
        let weights =
            [("key", "s"), ("aim", "max_sum"), ("affinity", "40"), ("upstream", "30"), ("receiving", "30")];
        let solved = self.unit.post(&at("solutions"), &weights).await;
        solved.assert_status(303);
        let adoption = [("key", "a"), ("until", "2026-11-30")];
        self.unit.post(&format!("{}/adoption", solved.location()), &adoption).await;
    }
}

impl Secret {
    /// A conditional GO with a condition, evidence and a reopening asked for; a NO-GO with its salvage and a place in a
    /// matching session; a third item that everybody may know. Members 3 and 4 are out of the room for the first two:
    /// one by their own word, one by the chair's.
    async fn decided() -> Self {
        let c = Committee::composed(&["秘密の課題・甲", "秘密の課題・乙", "公然の課題"], 6).await;
        let own = [
            ("key", "d"),
            ("relation", "mentor"),
            ("remark", "恩師"),
            ("relation", "mentor"),
            ("remark", "恩師"),
        ];
        let (first, second) = (c.reviews[0].to_string(), c.reviews[1].to_string());
        let mut statements = own.to_vec();
        statements.extend([("review", first.as_str()), ("review", second.as_str())]);
        c.members[3].client.post(&c.step("statements"), &statements).await.assert_status(303);
        let out = c.members[4].id.to_string();
        let resolution = [("user", out.as_str()), ("resolution", "recuse"), ("reason", "共同事業のため")];
        for n in 0..2 {
            c.chair().post(&format!("{}/resolutions", c.review(n)), &resolution).await.assert_status(303);
            c.give_file(n, "漏洩印・資料.pdf").await;
        }
        c.manage("seats", &[("user", "00000000-0000-7000-8000-000000000906"), ("role", "adviser")])
            .await
            .assert_status(303);
        c.manage("opening", &[]).await.assert_status(303);
        let adviser = c.app.client(Persona::Dc).await;
        for n in 0..2 {
            adviser
                .post(&format!("{}/advice", c.review(n)), &[("body", "漏洩印・助言")])
                .await
                .assert_status(303);
        }
        for (n, member) in c.members.iter().enumerate() {
            for (m, review) in c.reviews.iter().enumerate() {
                if m == 2 || !(3..5).contains(&n) {
                    let words = if m == 2 { "所見" } else { "漏洩印・総評" };
                    c.submit(member, *review, 6, words).await.assert_status(303);
                }
            }
        }
        c.chair().post(&c.step("reveal"), &[]).await.assert_status(303);
        for (n, choice) in [(0, "conditional_go"), (1, "no_go"), (2, "go")] {
            for member in (0..6).filter(|m| n == 2 || !(3..5).contains(m)) {
                c.vote(member, n, choice).await.assert_status(303);
            }
        }
        let conditional = [
            ("outcome", "conditional_go"),
            ("statement", "漏洩印・決定文"),
            ("nonpublic_statement", "漏洩印・決定文"),
            ("condition_text", "漏洩印・条件"),
            ("condition_needed", "漏洩印・条件"),
            ("condition_due", "2027-03-31"),
            ("condition_closer", Committee::closer()),
        ];
        c.chair().post(&format!("{}/decision", c.review(0)), &conditional).await.assert_status(303);
        let no_go = [
            ("outcome", "no_go"),
            ("statement", "漏洩印・決定文"),
            ("disposition_kind", "other_program"),
            ("disposition_text", "漏洩印・取扱い"),
        ];
        c.chair().post(&format!("{}/decision", c.review(1)), &no_go).await.assert_status(303);
        c.go(2).await.assert_status(303);
        c.chair().post(&c.step("closing"), &[]).await.assert_status(303);
        c.unit.post(&c.step("minutes"), &[("key", "issue")]).await.assert_status(303);
        c.chair()
            .post(&format!("{}/reopening", c.review(1)), &[("reason", "漏洩印・再審議")])
            .await
            .assert_status(303);
        let condition = c.id_of("gate_conditions").await;
        let evidence = [("key", "c"), ("note", "漏洩印・証拠")];
        let give = format!("/gates/conditions/{condition}/evidence");
        c.unit.upload(&give, &evidence, "証拠.pdf", b"%PDF-1.7 evidence").await.assert_status(303);
        let no_go_decision: Uuid =
            sqlx::query_scalar("SELECT id FROM gate_decisions WHERE outcome = 'no_go'")
                .fetch_one(&c.app.pool)
                .await
                .unwrap();
        let salvage = [("version", "0"), ("verdict", "resume_later"), ("remark", "漏洩印・サルベージ")];
        c.unit.post(&format!("/salvage/{no_go_decision}/disposition"), &salvage).await.assert_status(303);
        c.goes_onward().await;
        let mut ids: Vec<String> = vec![first, second, condition];
        for sql in [
            "SELECT d.id FROM gate_decisions d WHERE d.outcome <> 'go'",
            "SELECT file_id FROM gate_review_evidence WHERE file_id IS NOT NULL",
            "SELECT file_id FROM gate_conditions",
            "SELECT id FROM gate_reopenings",
        ] {
            let more: Vec<Uuid> = sqlx::query_scalar(sql).fetch_all(&c.app.pool).await.unwrap();
            ids.extend(more.iter().map(Uuid::to_string));
        }
        Self { c, ids }
    }

    /// Where somebody finds a mark or an id of the secret reviews, and the words of `also`.
    async fn traces(&self, walk: &Walk, client: &Client, also: &[&str]) -> Vec<String> {
        let mut found = Vec::new();
        for address in &walk.addresses {
            let text = text_of(&client.get(address).await);
            let marks = MARKS.iter().chain(also).map(|mark| (*mark).to_owned());
            let asked = |what: &str| address.contains(&nakadachi::web::paths::encode(what));
            let there =
                marks.chain(self.ids.iter().cloned()).filter(|what| text.contains(what) && !asked(what));
            found.extend(there.map(|what| format!("{address}: {what}")));
        }
        found
    }
}

/// What somebody reads of an answer: pages as they are, documents and workbooks opened.
fn text_of(page: &Page) -> String {
    let kind = page.headers.get("content-type").map(|k| k.to_str().unwrap().to_owned()).unwrap_or_default();
    if kind == "application/pdf" && page.body.starts_with(b"%PDF") {
        let file = std::env::temp_dir().join(format!("nakadachi-leak-{}.pdf", Uuid::new_v4().simple()));
        std::fs::write(&file, &page.body).unwrap();
        let said = Command::new("pdftotext").arg("-raw").arg(&file).arg("-").output();
        std::fs::remove_file(&file).ok();
        let said = said.expect("pdftotext: script/test installs poppler-utils");
        return String::from_utf8_lossy(&said.stdout).split_whitespace().collect();
    }
    if kind.contains("spreadsheetml") {
        let mut archive = zip::ZipArchive::new(std::io::Cursor::new(&page.body)).unwrap();
        let mut text = String::new();
        for n in 0..archive.len() {
            archive.by_index(n).unwrap().read_to_string(&mut text).ok();
        }
        return text;
    }
    page.text()
}

#[tokio::test]
async fn nobody_who_is_recused_finds_a_trace_of_a_review_at_any_route() {
    let s = Secret::decided().await;
    let admin = s.c.app.client(Persona::Administrator).await;
    let ps = s.c.app.client(Persona::Ps).await;
    let people = [&admin, &s.c.unit, s.c.chair(), &ps];
    let mut ids = s.ids.clone();
    ids.push(s.c.meeting.trim_start_matches("/gates/meetings/").to_owned());
    ids.extend(s.c.tasks[..2].iter().map(Uuid::to_string));
    for table in ["matching_solutions", "matching_agreements", "matching_interest_lists"] {
        let sql = format!("SELECT id FROM {table} LIMIT 1");
        let id: Option<Uuid> =
            sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_optional(&s.c.app.pool).await.unwrap();
        ids.extend(id.map(|id| id.to_string()));
    }
    let walk = Walk::by(&people, &["漏洩印", "ab1234500"], &ids).await;
    let unreached: Vec<_> =
        walk.unreached.iter().filter(|p| !ELSEWHERE.iter().any(|e| p.starts_with(e))).collect();
    assert_eq!(unreached, Vec::<&&str>::new(), "a route that nobody walks: give the world what it shows");

    let everywhere = s.traces(&walk, &admin, &[]).await;
    for mark in MARKS {
        assert!(
            everywhere.iter().any(|t| t.contains(mark)) || mark == "漏洩印・総評",
            "{mark} is nowhere: {everywhere:#?}"
        );
    }

    // Members who are out of the room lose the task with it: nothing else gave it to them. One stated so themselves, and
    // finds their own statement.
    let names = ["秘密の課題・甲", "秘密の課題・乙", "ab1234500", "ab1234501"];
    let mine =
        |found: Vec<String>| found.into_iter().filter(|t| !t.starts_with("/conflicts")).collect::<Vec<_>>();
    assert_eq!(
        mine(s.traces(&walk, &s.c.members[3].client, &names).await),
        Vec::<String>::new(),
        "by their own word"
    );
    assert_eq!(s.traces(&walk, &s.c.members[4].client, &names).await, Vec::<String>::new(), "by the chair");

    // Staff keep the task, which is public inside the agency, and lose its reviews, whatever their role.
    let task = Walk { addresses: vec![format!("/tasks/{}", s.c.tasks[0])], unreached: Vec::new() };
    for persona in [Persona::Ps, Persona::Auditor, Persona::Observer, Persona::Administrator] {
        let client = s.c.app.client(persona).await;
        assert!(!s.traces(&task, &client, &[]).await.is_empty(), "{persona:?} knows of it before");
        for number in ["ab1234500", "ab1234501"] {
            let key = Uuid::new_v4().to_string();
            let form = [("key", key.as_str()), ("relation", "mentor"), ("target", "task"), ("name", number)];
            client.post("/conflicts", &form).await.assert_status(303);
        }
        assert_eq!(
            s.traces(&walk, &client, &[]).await,
            Vec::<String>::new(),
            "{persona:?} after the declaration"
        );
    }
}

#[tokio::test]
async fn nobody_who_is_recused_can_do_anything_to_a_review() {
    let s = Secret::decided().await;
    let ps = s.c.app.client(Persona::Ps).await;
    for number in ["ab1234500", "ab1234501"] {
        let key = Uuid::new_v4().to_string();
        let form = [("key", key.as_str()), ("relation", "mentor"), ("target", "task"), ("name", number)];
        ps.post("/conflicts", &form).await.assert_status(303);
    }
    let table = route_table();
    let acts = table.iter().filter(|r| r.method == Method::POST && r.path.matches('{').count() == 1);
    let acts: Vec<&str> =
        acts.map(|r| r.path).filter(|p| p.starts_with("/gates/") || p.starts_with("/salvage/")).collect();
    assert!(acts.len() > 15, "{acts:?}");
    for path in acts {
        for id in &s.ids {
            let path = path
                .split('/')
                .map(|p| if p.starts_with('{') { id.as_str() } else { p })
                .collect::<Vec<_>>()
                .join("/");
            for client in [&ps, &s.c.members[3].client, &s.c.members[4].client] {
                // A handler takes one kind of form; it answers the other before it looks for the row.
                let sent = client.upload(&path, &[("reason", "x")], "a.txt", b"a").await.status.as_u16();
                let posted = client.post(&path, &[("reason", "x"), ("choice", "go")]).await.status.as_u16();
                assert!([sent, posted].iter().any(|s| [403, 404].contains(s)), "{path}: {sent} {posted}");
                assert!([sent, posted].iter().all(|s| (400..500).contains(s)), "{path}: {sent} {posted}");
            }
        }
    }
}

#[tokio::test]
async fn numbers_of_the_run_list_have_no_holes() {
    let s = Secret::decided().await;
    let member = &s.c.members[3].client;
    let numbers = |page: Page| page.texts("table.run-list tbody td:first-child");
    assert_eq!(numbers(s.c.chair().get(&s.c.meeting).await), ["1", "2", "3"]);
    let page = member.get(&s.c.meeting).await;
    assert_eq!(page.texts("#run-list h2 .tab-count"), ["1"]);
    assert_eq!(numbers(page), ["1"]);
    let results = member.get(&s.c.step("results")).await;
    assert_eq!(results.texts("table tbody td:first-child")[..1], ["1"]);
    let csv = member.get(&s.c.step("results.csv")).await.text();
    assert!(csv.lines().any(|line| line.starts_with("1,ab1234502")), "{csv}");
    member.get(&s.c.step("minutes")).await.assert_shows("1. 公然の課題").assert_hides("記録が変わっています");
}

#[tokio::test]
async fn an_item_is_moved_among_those_that_its_mover_sees() {
    let c = Committee::composed(&["一番", "二番", "三番"], 3).await;
    let ps = c.app.client(Persona::Ps).await;
    execute(&c.app, "UPDATE gate_meetings SET program_id = '00000000-0000-7000-8000-000000000201'").await;
    let form = [("key", "a"), ("relation", "mentor"), ("target", "task"), ("name", "ab1234501")];
    ps.post("/conflicts", &form).await.assert_status(303);
    assert_eq!(ps.get(&c.meeting).await.texts("table.run-list tbody td:first-child"), ["1", "2"]);
    ps.post(&format!("{}/position", c.review(2)), &[("to", "up")]).await.assert_status(303);
    let order: Vec<Uuid> = sqlx::query_scalar("SELECT id FROM gate_reviews ORDER BY position")
        .fetch_all(&c.app.pool)
        .await
        .unwrap();
    assert_eq!(
        order,
        [c.reviews[2], c.reviews[0], c.reviews[1]],
        "one place up is past what the PS does not see"
    );
    ps.post(&format!("{}/position", c.review(2)), &[("to", "2")]).await.assert_status(303);
    let order: Vec<Uuid> = sqlx::query_scalar("SELECT id FROM gate_reviews ORDER BY position")
        .fetch_all(&c.app.pool)
        .await
        .unwrap();
    assert_eq!(order, [c.reviews[0], c.reviews[2], c.reviews[1]]);
}
