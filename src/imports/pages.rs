//! The pages of imports: upload, columns, findings and diff, apply, undo.

use askama::Template;
use axum::extract::Multipart;
use axum::extract::multipart::MultipartError;
use axum::response::IntoResponse;

use crate::kernel::{ImportBatchId, Yen};
use crate::portfolio::catalogue;
use crate::web::view::{Choice, Figure};
use crate::web::{
    AtPath, Cx, Outcome, Page, PageError, Redirected, Said, Section, Submitted, render, render_invalid,
};

use super::actions::{self, Counts, Plan, Refusal};
use super::model::{Field, Finding, Severity};
use super::plan::Step;
use super::queries::{self, Batch};
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
    fn counts(&self, batch: &Batch) -> Counts {
        serde_json::from_value(batch.summary.clone()).unwrap_or_default()
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
}

/// A program name that a person settles.
struct Unsettled {
    name: String,
    rows: usize,
    choices: Vec<Choice>,
}

/// One line of the diff.
struct DiffRow {
    row: u32,
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
    is_confirmed: bool,
    is_payments: bool,
    can_apply: bool,
    may_act: bool,
    twin: Option<ImportBatchId>,
    error: Option<String>,
    sheet: String,
}

pub async fn show(cx: Cx, AtPath(id): AtPath<ImportBatchId>) -> Outcome {
    let batch = find(&cx, id).await?;
    render(&show_page(&cx, batch, None).await?)
}

async fn find(cx: &Cx, id: ImportBatchId) -> Result<Batch, PageError> {
    queries::batch(cx.pool(), id).await?.ok_or(PageError::NotFound)
}

async fn show_page(cx: &Cx, batch: Batch, error: Option<String>) -> Result<ShowPage, PageError> {
    let plan = match actions::plan(cx.pool(), &batch).await? {
        Ok(plan) => plan,
        Err(refusal) => return Err(PageError::Refused(said(&refusal))),
    };
    let catalogue = catalogue::of(cx).await?;
    let twin = queries::applied_twin(cx.pool(), &batch.file_hash, batch.id).await?;
    let page = cx
        .page(Section::Imports, batch.file_name.clone())
        .crumb(cx.l.t("課題の取込", "Import of tasks"), "/imports");
    let is_draft = batch.state == "draft";
    let counts = if is_draft {
        plan.counts()
    } else {
        serde_json::from_value(batch.summary.clone()).unwrap_or_default()
    };
    let is_confirmed = plan.mapping.confirmed;
    let mut findings = if is_draft && is_confirmed { plan.parsed.findings.clone() } else { Vec::new() };
    findings.sort_by_key(|f| (f.severity, f.row));
    let more_findings = findings.len().saturating_sub(SHOWN);
    findings.truncate(SHOWN);
    let (diff, more_diff) = if is_draft && is_confirmed { diff(&page, &plan) } else { (Vec::new(), 0) };
    Ok(ShowPage {
        figures: figures(&page, counts),
        columns: columns(cx, &plan),
        unsettled: if is_confirmed { unsettled(cx, &plan, &catalogue) } else { Vec::new() },
        can_apply: is_draft && plan.can_apply(),
        may_act: cx.viewer.is_administrator(),
        is_payments: plan.mapping.is_payments(),
        sheet: format!("{} {} · {}", plan.table.format, plan.table.sheet, plan.table.header_row),
        page,
        batch,
        findings,
        more_findings,
        diff,
        more_diff,
        is_confirmed,
        twin,
        error,
    })
}

fn figures(page: &Page, c: Counts) -> Vec<Figure> {
    let l = page.l;
    let figure = |label: &str, n: usize| Figure {
        label: label.to_owned(),
        value: page.count(&i64::try_from(n).unwrap_or(i64::MAX)),
        ..Figure::default()
    };
    let mut figures = vec![
        figure(l.t("行", "Rows"), c.rows),
        figure(l.t("追加", "New"), c.new),
        figure(l.t("変更", "Changed"), c.changed),
        figure(l.t("変更なし", "Same"), c.same),
        figure(l.t("エラー", "Errors"), c.errors),
        figure(l.t("注意", "Warnings"), c.warnings),
    ];
    if c.without_task > 0 {
        figures.push(figure(
            l.t("課題のない支払行（取り込まない）", "Lines of no task (left out)"),
            c.without_task,
        ));
    }
    figures
}

fn columns(cx: &Cx, plan: &Plan) -> Vec<Column> {
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
            samples: plan.table.samples(index).iter().map(|s| cut(s, 60)).collect::<Vec<_>>().join(" ／ "),
            choices: choices(plan.mapping.fields.get(index).copied().flatten()),
        })
        .collect()
}

fn unsettled(cx: &Cx, plan: &Plan, catalogue: &catalogue::Catalogue) -> Vec<Unsettled> {
    let mut names: Vec<_> = plan.parsed.unknown_programs.iter().collect();
    names.sort_by_key(|(name, u)| (std::cmp::Reverse(u.rows), (*name).clone()));
    names
        .into_iter()
        .take(SHOWN)
        .map(|(name, unknown)| {
            let chosen = plan.mapping.programs.get(&programs::key(name));
            let mut choices = vec![Choice::new("", cx.l.t("選んでください", "Choose"), chosen.is_none())];
            let near = unknown
                .nearest
                .iter()
                .map(|(id, n)| Choice::new(id.to_string(), format!("≒ {n}"), chosen == Some(id)));
            choices.extend(near);
            choices.extend(
                catalogue
                    .programs
                    .iter()
                    .map(|p| Choice::new(p.id.to_string(), format!("{} {}", p.code, p.name(cx.l)), false)),
            );
            Unsettled { name: name.clone(), rows: unknown.rows, choices }
        })
        .collect()
}

fn diff(page: &Page, plan: &Plan) -> (Vec<DiffRow>, usize) {
    let l = page.l;
    let mut rows = Vec::new();
    for (draft, step) in plan.parsed.tasks.iter().zip(&plan.steps) {
        let row = draft.rows.first().copied().unwrap_or(0);
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
                let what = changes
                    .iter()
                    .map(|c| {
                        let year = c.year.map(|y| format!(" {y}")).unwrap_or_default();
                        format!(
                            "{}{year}{}{} → {}",
                            c.field.name(l),
                            l.t("：", ": "),
                            cut(&c.before, 80),
                            cut(&c.after, 80)
                        )
                    })
                    .collect();
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
            row: p.row,
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
        Err(refusal) => return Err(PageError::Refused(said(&refusal))),
    };
    let mut mapping = match forms::parse_mapping(&pairs, plan.table.headers.len()) {
        Ok(mapping) => mapping,
        Err(problem) => {
            let error = Some(problem.in_language(cx.l).to_owned());
            return render_invalid(&show_page(&cx, batch, error).await?);
        }
    };
    for (name, program) in plan.mapping.programs {
        mapping.programs.entry(name).or_insert(program);
    }
    match actions::set_mapping(cx.pool(), &cx.actor(), (id, &plan.table.fingerprint()), &mapping, cx.now)
        .await?
    {
        Ok(()) => Ok(Redirected::to(routes::batch(id)).into_response()),
        Err(refusal) => Err(PageError::Refused(said(&refusal))),
    }
}

pub async fn apply(cx: Cx, AtPath(id): AtPath<ImportBatchId>) -> Outcome {
    let batch = find(&cx, id).await?;
    if batch.state == "applied" {
        return Ok(Redirected::to(routes::batch(id)).into_response());
    }
    match actions::apply(cx.pool(), &cx.actor(), &batch, cx.now).await? {
        Ok(counts) => {
            let said = format!(
                "{}{}{}{}{}",
                cx.l.t("取り込みました。追加 ", "Applied: "),
                counts.new,
                cx.l.t("件、変更 ", " new, "),
                counts.changed,
                cx.l.t("件。", " changed.")
            );
            Ok(Redirected::to(routes::batch(id)).saying(said).into_response())
        }
        Err(refusal) => {
            let error = Some(said(&refusal).in_language(cx.l).to_owned());
            render_invalid(&show_page(&cx, find(&cx, id).await?, error).await?)
        }
    }
}

pub async fn undo(cx: Cx, AtPath(id): AtPath<ImportBatchId>) -> Outcome {
    find(&cx, id).await?;
    match actions::undo(cx.pool(), &cx.actor(), id, cx.now).await? {
        Ok(()) => Ok(Redirected::to(routes::batch(id))
            .saying(cx.l.t("取込を取り消しました。", "The import was undone."))
            .into_response()),
        Err(refusal) => Err(PageError::Refused(said(&refusal))),
    }
}

pub async fn drop_draft(cx: Cx, AtPath(id): AtPath<ImportBatchId>) -> Outcome {
    find(&cx, id).await?;
    match actions::drop_draft(cx.pool(), &cx.actor(), id, cx.now).await? {
        Ok(()) => Ok(Redirected::to("/imports")
            .saying(cx.l.t("取込をやめました。", "The import was dropped."))
            .into_response()),
        Err(refusal) => Err(PageError::Refused(said(&refusal))),
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
        Refusal::TouchedSince(tasks) => {
            let titles: Vec<_> = tasks.iter().map(|(_, t)| cut(t, 40)).collect();
            Said::new(
                format!("取込の後に編集された課題があるため、取り消せません：{}", titles.join("、")),
                format!("Tasks were edited after the import, so it cannot be undone: {}", titles.join(", ")),
            )
        }
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
