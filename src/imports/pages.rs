//! The pages of imports: upload, columns, findings and diff, apply, undo.

use askama::Template;
use axum::extract::Multipart;
use axum::extract::multipart::MultipartError;
use axum::response::IntoResponse;

use crate::kernel::yen::group_thousands;
use crate::kernel::{ImportBatchId, Language, Yen};
use crate::portfolio::catalogue;
use crate::web::view::{Choice, Figure};
use crate::web::{
    AtPath, Cx, FieldErrors, Outcome, Page, PageError, Redirected, Said, Section, Submitted, render,
    render_invalid,
};

use super::actions::{self, Counts, Plan, Refusal};
use super::model::{Field, Finding, Mapping, Severity};
use super::parse::UnknownProgram;
use super::plan::{Change, Step};
use super::queries::{self, Batch, Brought, Resting};
use super::{forms, programs, routes};

/// Findings and diff rows shown; the rest is counted.
const SHOWN: usize = 200;

#[derive(Template)]
#[template(path = "imports/index.html")]
struct IndexPage {
    page: Page,
    batches: Vec<Batch>,
    error: Option<String>,
    may_upload: bool,
}

impl IndexPage {
    /// Rows, new and changed; a dash where the file has not said yet.
    fn counts(&self, batch: &Batch) -> [String; 3] {
        ["rows", "new", "changed"]
            .map(|key| batch.summary[key].as_i64().map_or_else(|| "–".to_owned(), |n| self.page.count(&n)))
    }

    fn who(&self, batch: &Batch) -> String {
        let name = batch.by_ja.as_deref().map(|ja| self.page.l.name(ja, batch.by_en.as_deref()));
        name.unwrap_or("—").to_owned()
    }
}

pub async fn index(cx: Cx) -> Outcome {
    render(&index_page(&cx, None).await?)
}

async fn index_page(cx: &Cx, error: Option<String>) -> Result<IndexPage, PageError> {
    let batches = queries::batches(cx.pool(), 100).await?;
    let may_upload = cx.viewer.is_administrator();
    Ok(IndexPage {
        page: cx.page(Section::Imports, cx.l.t("課題の取込", "Import of tasks")),
        batches,
        error,
        may_upload,
    })
}

pub async fn upload(cx: Cx, form: Multipart) -> Outcome {
    let file = match forms::uploaded(form).await {
        Ok(file) => file,
        Err(error) => return Err(upload_error(&error)),
    };
    let Some((name, bytes)) = file else {
        let error = cx.l.t("ファイルを選んでください。", "Choose a file.").to_owned();
        return render_invalid(&index_page(&cx, Some(error)).await?);
    };
    match actions::upload(cx.pool(), &cx.actor(), (&name, &bytes), cx.now).await? {
        Ok(id) => Ok(Redirected::to(routes::batch(id)).into_response()),
        Err(refusal) => {
            let error = format!("{name}: {}", said(&refusal).in_language(cx.l));
            render_invalid(&index_page(&cx, Some(error)).await?)
        }
    }
}

fn upload_error(error: &MultipartError) -> PageError {
    if error.status() == axum::http::StatusCode::PAYLOAD_TOO_LARGE {
        let megabytes = routes::FILE_BYTES >> 20;
        return PageError::TooLarge(Said::new(
            format!("ファイルが{megabytes}MBを超えています。分割してください。"),
            format!("The file is larger than {megabytes} MB; split it."),
        ));
    }
    PageError::Refused(Said::new(
        "ファイルを受け取れませんでした。もう一度送ってください。",
        "The file did not arrive; send it again.",
    ))
}

/// A column of the file with what it may mean.
struct Column {
    index: usize,
    letter: String,
    header: String,
    samples: String,
    choices: Vec<Choice>,
    wrong: Option<String>,
}

/// A program name that a person settles, or has settled.
struct Unsettled {
    name: String,
    rows: usize,
    choices: Vec<Choice>,
    /// From where the choice comes.
    note: &'static str,
}

/// One line of the diff, or of what an applied batch brought.
struct DiffRow {
    row: Option<i64>,
    kind: &'static str,
    title: String,
    href: Option<String>,
    what: Vec<String>,
}

#[derive(Template)]
#[template(path = "imports/show.html")]
struct ShowPage {
    page: Page,
    batch: Batch,
    figures: Vec<Figure>,
    columns: Vec<Column>,
    unsettled: Vec<Unsettled>,
    findings: Vec<Finding>,
    more_findings: usize,
    diff: Vec<DiffRow>,
    more_diff: usize,
    /// What an applied batch brought; of one that was undone, what it had brought.
    brought: Vec<DiffRow>,
    more_brought: i64,
    is_confirmed: bool,
    /// The database already says all that the file says.
    is_known: bool,
    /// Payment lines whose tasks no file has brought yet.
    lacks_tasks: bool,
    is_payments: bool,
    can_apply: bool,
    may_act: bool,
    twin: Option<ImportBatchId>,
    error: Option<String>,
    errors: FieldErrors,
    sheet: String,
}

pub async fn show(cx: Cx, AtPath(id): AtPath<ImportBatchId>) -> Outcome {
    let batch = find(&cx, id).await?;
    render(&show_page(&cx, batch, None, None).await?)
}

async fn find(cx: &Cx, id: ImportBatchId) -> Result<Batch, PageError> {
    queries::batch(cx.pool(), id).await?.ok_or(PageError::NotFound)
}

/// The page of a batch; `typed` is a mapping that was refused and stands as it was chosen.
async fn show_page(
    cx: &Cx,
    batch: Batch,
    error: Option<Said>,
    typed: Option<forms::Typed>,
) -> Result<ShowPage, PageError> {
    let twin = queries::applied_twin(cx.pool(), &batch.file_hash, batch.id).await?;
    let page = cx
        .page(Section::Imports, batch.file_name.clone())
        .crumb(cx.l.t("課題の取込", "Import of tasks"), "/imports");
    let mut shown = ShowPage {
        figures: Vec::new(),
        columns: Vec::new(),
        unsettled: Vec::new(),
        findings: Vec::new(),
        more_findings: 0,
        diff: Vec::new(),
        more_diff: 0,
        brought: Vec::new(),
        more_brought: 0,
        is_confirmed: false,
        is_known: false,
        lacks_tasks: false,
        is_payments: false,
        can_apply: false,
        may_act: cx.viewer.is_administrator(),
        twin,
        error: error.map(|said| said.in_language(cx.l).to_owned()),
        errors: FieldErrors::new(),
        sheet: batch.summary["sheet"].as_str().unwrap_or_default().to_owned(),
        page,
        batch,
    };
    if shown.batch.state != "draft" {
        shown.say_what_it_brought(cx).await?;
        return Ok(shown);
    }
    match actions::plan(cx.pool(), &shown.batch).await? {
        Ok(plan) => shown.say_what_it_would_do(cx, &plan, typed).await?,
        Err(refusal) => shown.error = Some(said(&refusal).in_language(cx.l).to_owned()),
    }
    Ok(shown)
}

impl ShowPage {
    async fn say_what_it_would_do(
        &mut self,
        cx: &Cx,
        plan: &Plan,
        typed: Option<forms::Typed>,
    ) -> Result<(), PageError> {
        let catalogue = catalogue::of(cx).await?;
        let counts = plan.counts();
        self.is_confirmed = plan.mapping.confirmed;
        self.is_payments = plan.mapping.is_payments();
        self.can_apply = plan.can_apply();
        self.sheet = plan.table.place();
        self.figures = figures(&self.page, counts, self.is_confirmed.then_some(("#diff", "#findings")));
        let (chosen, errors) = match typed {
            Some(typed) => (typed.mapping, typed.errors),
            None => (plan.mapping.clone(), FieldErrors::new()),
        };
        self.errors = errors;
        self.columns = columns(cx, plan, &chosen, &self.errors);
        if self.is_confirmed {
            self.unsettled = unsettled(cx, plan, &chosen, &catalogue);
            self.findings = plan.parsed.findings.clone();
            self.findings.sort_by_key(|f| (f.severity, f.row));
            self.more_findings = self.findings.len().saturating_sub(SHOWN);
            self.findings.truncate(SHOWN);
            (self.diff, self.more_diff) = diff(&self.page, plan, knows_all(cx));
            let nothing = counts.errors == 0 && counts.new + counts.changed == 0;
            self.is_known = nothing && counts.same > 0;
            self.lacks_tasks = nothing && counts.same == 0 && counts.without_task > 0;
        }
        Ok(())
    }

    async fn say_what_it_brought(&mut self, cx: &Cx) -> Result<(), PageError> {
        let counts = serde_json::from_value(self.batch.summary.clone()).unwrap_or_default();
        let limit = i64::try_from(SHOWN).unwrap_or(i64::MAX);
        let (rows, of) = queries::brought(cx.pool(), self.batch.id, &cx.viewer.rights, limit).await?;
        self.figures = figures(&self.page, counts, (of > 0).then_some(("#brought", "")));
        self.more_brought = of - i64::try_from(rows.len()).unwrap_or(of);
        self.brought = rows.into_iter().map(|row| brought_row(&self.page, row, knows_all(cx))).collect();
        Ok(())
    }
}

/// The counts of a batch; those of tasks open the rows behind them at `places.0`, findings at `places.1`.
fn figures(page: &Page, c: Counts, places: Option<(&str, &str)>) -> Vec<Figure> {
    let l = page.l;
    let (rows, findings) = places.unwrap_or_default();
    let figure = |label: &str, n: usize, place: &str| Figure {
        label: label.to_owned(),
        value: page.count(&i64::try_from(n).unwrap_or(i64::MAX)),
        href: (n > 0 && !place.is_empty()).then(|| place.to_owned()),
        ..Figure::default()
    };
    let mut figures = vec![
        figure(l.t("行", "Rows"), c.rows, ""),
        figure(l.t("追加", "New"), c.new, rows),
        figure(l.t("変更", "Changed"), c.changed, rows),
        figure(l.t("変更なし", "Same"), c.same, ""),
        figure(l.t("エラー", "Errors"), c.errors, findings),
        figure(l.t("注意", "Warnings"), c.warnings, findings),
    ];
    if c.without_task > 0 {
        let label = l.t("課題のない支払行（取り込まない）", "Lines of no task (left out)");
        figures.push(figure(label, c.without_task, ""));
    }
    figures
}

fn columns(cx: &Cx, plan: &Plan, mapping: &Mapping, errors: &FieldErrors) -> Vec<Column> {
    let choices = |chosen: Option<Field>| {
        let mut all = vec![Choice::new("", cx.l.t("使わない", "Leave out"), chosen.is_none())];
        all.extend(Field::ALL.into_iter().map(|f| Choice::new(f.code(), f.name(cx.l), chosen == Some(f))));
        all
    };
    plan.table
        .headers
        .iter()
        .enumerate()
        .map(|(index, header)| Column {
            index,
            letter: crate::budget::sheet::column_name(u32::try_from(index).unwrap_or(0)),
            header: header.clone(),
            // Any column may turn out to be the non-public one.
            samples: if knows_all(cx) {
                plan.table.samples(index).iter().map(|s| cut(s, 60)).collect::<Vec<_>>().join(" ／ ")
            } else {
                String::new()
            },
            choices: choices(mapping.fields.get(index).copied().flatten()),
            wrong: errors.at(&format!("column-{index}"), &cx.l).map(str::to_owned),
        })
        .collect()
}

fn unsettled(cx: &Cx, plan: &Plan, mapping: &Mapping, catalogue: &catalogue::Catalogue) -> Vec<Unsettled> {
    let open = plan.parsed.unknown_programs.iter();
    let mut names: Vec<(&String, &UnknownProgram)> = open.chain(&plan.parsed.settled_programs).collect();
    names.sort_by_key(|(name, u)| {
        let is_settled = mapping.programs.contains_key(&programs::key(name));
        (is_settled, std::cmp::Reverse(u.rows), (*name).clone())
    });
    names
        .into_iter()
        .take(SHOWN)
        .map(|(name, unknown)| {
            let key = programs::key(name);
            let chosen = mapping.programs.get(&key);
            let mut choices = vec![Choice::new("", cx.l.t("選んでください", "Choose"), chosen.is_none())];
            let is_near = |id| unknown.nearest.iter().any(|(near, _)| *near == id);
            choices.extend(
                unknown
                    .nearest
                    .iter()
                    .map(|(id, n)| Choice::new(id.to_string(), format!("≒ {n}"), chosen == Some(id))),
            );
            choices.extend(catalogue.programs.iter().map(|p| {
                let is_chosen = chosen == Some(&p.id) && !is_near(p.id);
                Choice::new(p.id.to_string(), format!("{} {}", p.code, p.name(cx.l)), is_chosen)
            }));
            let note = match chosen {
                Some(_) if mapping.recalled.contains(&key) => cx.l.t(
                    "前の取込で選んだ事業です。変更できます。",
                    "As chosen with an earlier file; it can be changed.",
                ),
                Some(_) => cx.l.t("選択済み", "Chosen"),
                None => "",
            };
            Unsettled { name: name.clone(), rows: unknown.rows, choices, note }
        })
        .collect()
}

fn brought_row(page: &Page, row: Brought, knows: bool) -> DiffRow {
    let changes = &row.changes.0;
    let gone = || changes.first().filter(|_| row.is_new).map(|c| c.after.clone()).unwrap_or_default();
    let what = if row.lines > 0 {
        let (lines, yen) = (page.count(&row.lines), page.yen_with_unit(&Yen(row.yen)));
        vec![format!("{}{lines}{}{yen}", page.l.t("支払行 ", "payment lines: "), page.l.t("件、", ", "))]
    } else if row.is_new {
        Vec::new()
    } else {
        changes.iter().map(|change| change_in_words(change, page.l, knows)).collect()
    };
    DiffRow {
        row: row.row.map(i64::from),
        kind: if row.is_new || row.lines > 0 { "added" } else { "changed" },
        href: row.title.is_some().then(|| format!("/tasks/{}", row.task)),
        title: row.title.clone().unwrap_or_else(gone),
        what,
    }
}

/// Whether this viewer may know the non-public parts of any task, as a file may hold them.
fn knows_all(cx: &Cx) -> bool {
    cx.viewer.rights.charges_all
}

/// `knows`: the viewer may know the non-public summary, too.
fn change_in_words(c: &Change, l: Language, knows: bool) -> String {
    let year = c.year.map(|y| format!(" {y}")).unwrap_or_default();
    let side = |text: &str| {
        let hidden = c.field == Field::SummaryNonpublic && !knows && !text.is_empty();
        if hidden { l.t("（非公開）", "(not public)").to_owned() } else { cut(text, 80) }
    };
    let (before, after) = (side(&c.before), side(&c.after));
    format!("{}{year}{}{before} → {after}", c.field.name(l), l.t("：", ": "))
}

fn diff(page: &Page, plan: &Plan, knows: bool) -> (Vec<DiffRow>, usize) {
    let l = page.l;
    let mut rows = Vec::new();
    for (draft, step) in plan.parsed.tasks.iter().zip(&plan.steps) {
        let row = draft.rows.first().copied().map(i64::from);
        match step {
            Step::New => {
                let total: Yen = draft.years.values().map(|y| Yen(y.amount)).sum();
                let years: Vec<String> = draft
                    .years
                    .keys()
                    .filter_map(|y| crate::kernel::FiscalYear::try_from(*y).ok())
                    .map(|y| y.short())
                    .collect();
                let what = vec![format!("{}  {}", years.join(" "), page.yen_with_unit(&total))];
                rows.push(DiffRow { row, kind: "added", title: draft.title_ja.clone(), href: None, what });
            }
            Step::Changed { id, changes, .. } => {
                let what = changes.iter().map(|c| change_in_words(c, l, knows)).collect();
                rows.push(DiffRow {
                    row,
                    kind: "changed",
                    title: draft.title_ja.clone(),
                    href: Some(format!("/tasks/{id}")),
                    what,
                });
            }
            Step::Same { .. } => {}
        }
    }
    for (place, task) in &plan.payments.new {
        let p = &plan.parsed.payments[*place];
        let what = vec![format!("{} {}", p.fiscal_year, page.yen_with_unit(&Yen(p.amount)))];
        rows.push(DiffRow {
            row: Some(i64::from(p.row)),
            kind: "added",
            title: p.recipient.clone(),
            href: Some(format!("/tasks/{task}")),
            what,
        });
    }
    let more = rows.len().saturating_sub(SHOWN);
    rows.truncate(SHOWN);
    (rows, more)
}

fn cut(text: &str, chars: usize) -> String {
    if text.chars().count() > chars {
        text.chars().take(chars).chain(['…']).collect()
    } else {
        text.to_owned()
    }
}

pub async fn set_mapping(
    cx: Cx,
    AtPath(id): AtPath<ImportBatchId>,
    Submitted(pairs): Submitted<Vec<(String, String)>>,
) -> Outcome {
    let batch = find(&cx, id).await?;
    let plan = match actions::plan(cx.pool(), &batch).await? {
        Ok(plan) => plan,
        Err(refusal) => return refused(&cx, id, &refusal).await,
    };
    let mut typed = forms::parse_mapping(&pairs, plan.table.headers.len(), cx.l);
    for (name, program) in &plan.mapping.programs {
        if !typed.freed.contains(name) {
            typed.mapping.programs.entry(name.clone()).or_insert(*program);
        }
    }
    let is_kept = |key: &&String| typed.mapping.programs.get(*key) == plan.mapping.programs.get(*key);
    typed.mapping.recalled = plan.mapping.recalled.iter().filter(is_kept).cloned().collect();
    if !typed.errors.is_empty() {
        return render_invalid(&show_page(&cx, batch, None, Some(typed)).await?);
    }
    let forms::Typed { mut mapping, freed, .. } = typed;
    actions::recall_programs(cx.pool(), &plan.table, &mut mapping, &freed).await?;
    match actions::set_mapping(cx.pool(), &cx.actor(), (id, &plan.table.fingerprint()), &mapping, cx.now)
        .await?
    {
        Ok(()) => Ok(Redirected::to(routes::batch(id)).into_response()),
        Err(refusal) => refused(&cx, id, &refusal).await,
    }
}

/// The batch as it stands now, with why a step was refused.
async fn refused(cx: &Cx, id: ImportBatchId, refusal: &Refusal) -> Outcome {
    render_invalid(&show_page(cx, find(cx, id).await?, Some(said(refusal)), None).await?)
}

pub async fn apply(cx: Cx, AtPath(id): AtPath<ImportBatchId>) -> Outcome {
    let batch = find(&cx, id).await?;
    if batch.state == "applied" {
        return Ok(Redirected::to(routes::batch(id)).into_response());
    }
    match actions::apply(cx.pool(), &cx.actor(), &batch, cx.now).await? {
        Ok(counts) => {
            let number = |n: usize| group_thousands(&n.to_string());
            let said = format!(
                "{}{}{}{}{}",
                cx.l.t("取り込みました。追加 ", "Applied: "),
                number(counts.new),
                cx.l.t("件、変更 ", " new, "),
                number(counts.changed),
                cx.l.t("件。", " changed.")
            );
            Ok(Redirected::to(routes::batch(id)).saying(said).into_response())
        }
        Err(refusal) => refused(&cx, id, &refusal).await,
    }
}

pub async fn undo(cx: Cx, AtPath(id): AtPath<ImportBatchId>) -> Outcome {
    let batch = find(&cx, id).await?;
    match actions::undo(cx.pool(), &cx.actor(), &batch, cx.now).await? {
        Ok(()) => Ok(Redirected::to(routes::batch(id))
            .saying(cx.l.t("取込を取り消しました。", "The import was undone."))
            .into_response()),
        Err(refusal) => refused(&cx, id, &refusal).await,
    }
}

pub async fn drop_draft(cx: Cx, AtPath(id): AtPath<ImportBatchId>) -> Outcome {
    find(&cx, id).await?;
    match actions::drop_draft(cx.pool(), &cx.actor(), id, cx.now).await? {
        Ok(()) => Ok(Redirected::to("/imports")
            .saying(cx.l.t("取込をやめました。", "The import was dropped."))
            .into_response()),
        Err(refusal) => refused(&cx, id, &refusal).await,
    }
}

fn said(refusal: &Refusal) -> Said {
    match refusal {
        Refusal::Unreadable(said) => said.clone(),
        Refusal::NotApplicable => Said::new(
            "エラーが残っているか、取り込む内容がありません。エラーの行をファイルで直し、送り直してください。",
            "Errors remain, or there is nothing to apply. Mend the rows in the file and send it again.",
        ),
        Refusal::Moved => Said::new(
            "この取込、または対象の課題が先に変更されました。画面を開き直してください。",
            "The import or one of its tasks was changed meanwhile. Reopen the page.",
        ),
        Refusal::RestedUpon(resting) => rested_upon(resting),
    }
}

/// What to do first, what rests on which tasks, and how many more there are.
fn rested_upon(resting: &Resting) -> Said {
    const NAMED: usize = 5;
    let list =
        |of: fn(&(&'static str, &'static str)) -> &'static str, open: &str, close: &str, comma: &str| {
            let tasks = resting.tasks.iter().take(NAMED).map(|task| {
                let words: Vec<_> = task.about.iter().map(|about| of(&word_of(about))).collect();
                let words = words.join(comma);
                if task.title.is_empty() {
                    words
                } else {
                    format!("{}{open}{words}{close}", cut(&task.title, 40))
                }
            });
            tasks.collect::<Vec<_>>().join(comma)
        };
    let (first_ja, first_en) = if resting.files.is_empty() {
        (
            "先にその記録を取り下げるか、課題を個別に直してください。".to_owned(),
            "Take that work back first, or mend the tasks one by one.".to_owned(),
        )
    } else {
        (
            format!("先に {} の取込を取り消してください。", resting.files.join("、")),
            format!("Undo the import of {} first.", resting.files.join(", ")),
        )
    };
    let named = i64::try_from(resting.tasks.len().min(NAMED)).unwrap_or(resting.of);
    let more = resting.of - named;
    let (more_ja, more_en) = if more > 0 {
        let more = group_thousands(&more.to_string());
        (format!("、ほか{more}件"), format!(", and {more} more"))
    } else {
        (String::new(), String::new())
    };
    Said::new(
        format!(
            "取込の後に編集・利用された課題があるため、取り消せません。{first_ja}該当：{}{more_ja}",
            list(|word| word.0, "（", "）", "、")
        ),
        format!(
            "Others have worked with tasks of this import, so it cannot be undone. {first_en} These are: {}{more_en}",
            list(|word| word.1, " (", ")", ", ")
        ),
    )
}

/// What the rows of a table are to a person.
fn word_of(about: &str) -> (&'static str, &'static str) {
    match about {
        "edit" => ("課題の変更", "changes of the task"),
        "task_payments" => ("別の取込の支払行", "payment lines of another import"),
        "task_people" => ("分担者", "co-investigators"),
        "opinions" => ("意見", "opinions"),
        "task_grants" => ("閲覧の許可", "grants to see it"),
        "successor_links" => ("前後の課題とのつながり", "links to other tasks"),
        "milestones" => ("マイルストーン", "milestones"),
        "exit_strategies" => ("出口戦略", "an exit strategy"),
        "gate_reviews" => ("ゲート評価", "gate reviews"),
        "gate_decisions" => ("ゲートの決定", "gate decisions"),
        "matching_session_tasks" => ("マッチングの会", "matching sessions"),
        "matching_solution_pairs" => ("マッチングの案", "matching solutions"),
        "pairing_options" => ("ペアリングの枠の予約", "pairing options"),
        "tag_decisions" => ("タグの判断", "decisions on tags"),
        "ending_reasons" => ("終了の理由", "a reason of its end"),
        "conflict_declarations" => ("利益相反の申告", "declared conflicts of interest"),
        "task_merges" => ("課題の統合", "a merge of tasks"),
        "task_distinctions" => ("別の課題とした判断", "the finding that it is a task of its own"),
        "adjustment_uses" => ("調整費の使途", "uses of adjustment money"),
        _ => ("ほかの記録", "other records"),
    }
}

fn severity_word(severity: Severity, page: &Page) -> (&'static str, &'static str) {
    match severity {
        Severity::Error => (page.l.t("エラー", "Error"), "bad"),
        Severity::Warning => (page.l.t("注意", "Warning"), "warn"),
        Severity::Note => (page.l.t("参考", "Note"), "info"),
    }
}

impl ShowPage {
    fn word(&self, finding: &Finding) -> &'static str {
        severity_word(finding.severity, &self.page).0
    }

    fn tone(&self, finding: &Finding) -> &'static str {
        severity_word(finding.severity, &self.page).1
    }
}
