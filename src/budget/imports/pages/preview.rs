//! What applying would change, with the proof of the sums; and the button that applies it.

use askama::Template;
use axum::response::IntoResponse;
use serde::Deserialize;

use crate::budget::check::Totals;
use crate::budget::corrections::{Corrections, Extent};
use crate::budget::findings::{Code, Finding, Severity};
use crate::budget::model::Kind;
use crate::budget::versions::model::{Cause, Difference, Side};
use crate::kernel::{BudgetImportId, FiscalYear, Language, Yen};
use crate::portfolio::catalogue::{self, Catalogue};
use crate::web::view::Figure;
use crate::web::{
    AtPath, Cx, FieldErrors, Outcome, Page, PageError, Redirected, Section, Submitted, render, render_invalid,
};

use super::super::actions::{self, Consent, Refusal};
use super::super::forms::{self, ConsentForm};
use super::super::model::{Import, State};
use super::super::plan::{Plan, Step};
use super::super::reference::Reference;
use super::super::routes;
use super::{StepLink, find, steps};

/// Differences shown per step; the rest is counted.
const SHOWN: usize = 300;
/// Errors listed; all stand on the page of the check.
const FAULTS: usize = 10;

/// Errors of sums.
const SUMS: [Code; 5] =
    [Code::SumRow, Code::SumColumn, Code::SumStated, Code::DifferenceWrong, Code::TablesDisagree];

#[derive(Template)]
#[template(path = "budget/imports/preview.html")]
struct PreviewPage {
    page: Page,
    import: Import,
    steps: Vec<StepLink>,
    parts: Vec<Part>,
    blockers: Vec<String>,
    /// The first errors of the file, with their cells.
    faults: Vec<String>,
    remainders: Vec<String>,
    warnings: usize,
    can_apply: bool,
    is_idle: bool,
    is_draft: bool,
    may_act: bool,
    needs_reason: bool,
    form: ConsentForm,
    errors: FieldErrors,
}

/// One slot with its difference and its proof.
struct Part {
    slot: String,
    title: String,
    what: String,
    note: String,
    idle: bool,
    figures: Vec<Figure>,
    asks_extent: bool,
    whole: bool,
    unnamed: usize,
    moved_lost: usize,
    proof: Vec<ProofRow>,
    proof_agrees: bool,
    /// What the badge of the proof says, and its tone.
    badge: (&'static str, &'static str),
    rows: Vec<DiffRow>,
    more: usize,
}

/// A control total: of the file, of what is carried over, of the new version, of the version in force.
struct ProofRow {
    label: String,
    name: String,
    file: Yen,
    carried: Yen,
    after: Yen,
    before: Yen,
    delta: Yen,
    strong: bool,
}

/// One line of the difference.
struct DiffRow {
    kind: &'static str,
    word: &'static str,
    tone: &'static str,
    program: String,
    project: String,
    ministry: String,
    money: &'static str,
    before: String,
    before_href: String,
    after: String,
    after_href: String,
    cell: String,
    delta: String,
    cause: &'static str,
}

pub async fn preview(cx: Cx, AtPath(id): AtPath<BudgetImportId>) -> Outcome {
    let import = find(&cx, id).await?;
    let form = ConsentForm { version: import.version.to_string(), ..ConsentForm::default() };
    let (page, _) = preview_page(&cx, import, form, FieldErrors::new()).await?;
    render(&page)
}

async fn preview_page(
    cx: &Cx,
    import: Import,
    mut form: ConsentForm,
    errors: FieldErrors,
) -> Result<(PreviewPage, Plan), PageError> {
    let l = cx.l;
    let (reference, reading) = super::read(cx, &import).await?;
    let plan = actions::plan_of(
        &mut *cx.pool().acquire().await?,
        (import.id.0, &import.corrections),
        &reading.report,
        &reference,
    )
    .await?;
    form.fingerprint = plan.fingerprint();
    let page = cx
        .page(Section::Budget, import.file_name.clone())
        .crumb(l.t("予算", "Budget"), "/budget/versions")
        .crumb(l.t("予算の取込", "Budget import"), "/budget/imports");
    let is_draft = import.state == State::Draft;
    let findings = &reading.report.findings;
    let told = |f: &Finding| {
        let place: Vec<&str> =
            [f.sheet.as_str(), f.cell.as_str()].into_iter().filter(|t| !t.is_empty()).collect();
        format!("{} {}", place.join("!"), f.message.in_language(l)).trim().to_owned()
    };
    let remainders =
        findings.iter().filter(|f| f.code == Code::RoundingRemainder).take(50).map(told).collect();
    let faults = || findings.iter().filter(|f| f.severity() == Severity::Error);
    // A file whose own sums are wrong does not agree with itself, whatever its lines come to.
    let sums_wrong = faults().any(|f| SUMS.contains(&f.code));
    let badge = |agrees: bool| match (agrees && !sums_wrong, plan.blockers.is_empty()) {
        (false, _) => (l.t("不一致", "Disagree"), "bad"),
        (true, false) => (l.t("エラーあり", "Errors"), "bad"),
        (true, true) => (l.t("一致", "Agree"), "ok"),
    };
    let catalogue = catalogue::of(cx).await?;
    let names = Names { l, catalogue: &catalogue, reference: &reference };
    let preview = PreviewPage {
        steps: steps(cx, &import, 2),
        parts: if is_draft {
            let parts = plan.steps.iter().map(|s| part(&page, &import, s, &names));
            parts.map(|p| Part { badge: badge(p.proof_agrees), ..p }).collect()
        } else {
            Vec::new()
        },
        blockers: plan.blockers.iter().map(|b| b.in_language(l).to_owned()).collect(),
        faults: faults().take(FAULTS).map(told).collect(),
        remainders,
        warnings: findings.iter().filter(|f| f.severity() == Severity::Warning).count(),
        can_apply: is_draft && import.confirmed && plan.can_apply(),
        is_idle: is_draft && plan.blockers.is_empty() && plan.is_idle(),
        is_draft,
        may_act: cx.viewer.is_administrator(),
        needs_reason: plan.steps.iter().any(|s| !s.is_idle() && s.cause == Cause::Correction),
        form,
        errors,
        import,
        page,
    };
    Ok((preview, plan))
}

/// The names of totals and lines as this reader knows them: those of the file in Japanese, else of the records.
struct Names<'a> {
    l: Language,
    catalogue: &'a Catalogue,
    reference: &'a Reference,
}

impl Names<'_> {
    fn ministry(&self, name: &str) -> String {
        let known = || self.catalogue.ministry(self.reference.ministry(name)?);
        self.say(name, || known().map(|m| m.name(self.l).to_owned()))
    }

    fn project(&self, name: &str, year: FiscalYear) -> String {
        let known = || self.catalogue.project(self.reference.project(name, year)?);
        self.say(name, || known().map(|p| p.name(self.l).to_owned()))
    }

    fn program(&self, name: &str) -> String {
        let known = || self.catalogue.program(self.reference.program(name)?);
        self.say(name, || known().map(|p| p.name(self.l).to_owned()))
    }

    fn say(&self, name: &str, known: impl Fn() -> Option<String>) -> String {
        if self.l.is_ja() { None } else { known() }.unwrap_or_else(|| name.to_owned())
    }
}

fn part(page: &Page, import: &Import, step: &Step, names: &Names<'_>) -> Part {
    let l = page.l;
    let of = |f: fn(&Difference) -> bool| step.differences.iter().filter(|d| f(d)).count();
    let count =
        |label: &str, n: usize| Figure { label: label.to_owned(), value: n.to_string(), ..Figure::default() };
    let money = |label: &str, n: i64| page.figure(label, Yen(n));
    let figures = vec![
        money(l.t("有効な版", "In force"), step.before.amount),
        money(l.t("新しい版", "New version"), step.after.amount),
        money(l.t("差", "Difference"), step.delta()),
        count(l.t("追加", "Added"), of(|d| d.before.is_none())),
        count(l.t("変更", "Changed"), of(|d| d.before.is_some() && d.after.is_some())),
        count(l.t("削除", "Removed"), of(|d| d.after.is_none())),
        count(l.t("同じ", "Same"), step.same),
    ];
    let what = match step.base {
        None => l.t("新しい版を作ります。", "A first version is made.").to_owned(),
        Some(_) if step.is_idle() => {
            l.t("有効な版と同じです。何も変わりません。", "The same as in force; nothing changes.").to_owned()
        }
        Some((_, number)) => match l {
            Language::Ja => format!("有効な第{number}版を置き換えます。"),
            Language::En => format!("Takes the place of version {number}, now in force."),
        },
    };
    let note = match l {
        Language::Ja => format!("ファイルの明細 {}、引き継ぐ明細 {}", step.from_file, step.carried),
        Language::En => format!("{} lines of the file, {} carried over", step.from_file, step.carried),
    };
    let proof = proof(names, step);
    Part {
        slot: step.slot.code(),
        title: step.slot.name(l),
        what,
        note,
        idle: step.is_idle(),
        figures,
        asks_extent: step.base.is_some() && step.unnamed > 0,
        whole: step.extent == Extent::Whole,
        unnamed: step.unnamed,
        moved_lost: step.moved_lost,
        proof_agrees: proof.iter().all(|r| r.file.0 + r.carried.0 == r.after.0),
        badge: ("", ""),
        proof,
        rows: step.differences.iter().take(SHOWN).map(|d| diff_row(page, import, step, d, names)).collect(),
        more: step.differences.len().saturating_sub(SHOWN),
    }
}

/// Control totals by ministry, project and kind.
fn proof(known: &Names<'_>, step: &Step) -> Vec<ProofRow> {
    let l = known.l;
    let carried = crate::budget::versions::model::totals(&step.lines[step.from_file..]);
    let mut rows = vec![ProofRow {
        label: l.t("合計", "Total").to_owned(),
        name: String::new(),
        file: Yen(step.file_totals.amount),
        carried: Yen(carried.amount),
        after: Yen(step.after.amount),
        before: Yen(step.before.amount),
        delta: Yen(step.delta()),
        strong: true,
    }];
    type Parts = fn(&Totals) -> Vec<(String, i64)>;
    let by = |of: Parts, label: &str, say: &dyn Fn(&str) -> String, rows: &mut Vec<ProofRow>| {
        let find = |t: &Totals, name: &str| of(t).into_iter().find(|(n, _)| n == name).map_or(0, |(_, y)| y);
        let mut names: Vec<String> = of(&step.after).into_iter().map(|(n, _)| n).collect();
        names.extend(of(&step.before).into_iter().map(|(n, _)| n));
        names.sort();
        names.dedup();
        for name in names {
            let (after, before) = (find(&step.after, &name), find(&step.before, &name));
            rows.push(ProofRow {
                label: label.to_owned(),
                file: Yen(find(&step.file_totals, &name)),
                carried: Yen(find(&carried, &name)),
                after: Yen(after),
                before: Yen(before),
                delta: Yen(after - before),
                strong: false,
                name: say(&name),
            });
        }
    };
    by(
        |t| t.by_ministry.iter().map(|(n, y)| (n.clone(), *y)).collect(),
        l.t("府省", "Ministry"),
        &|name| known.ministry(name),
        &mut rows,
    );
    by(
        |t| t.by_project.iter().map(|(n, y)| (n.clone(), *y)).collect(),
        l.t("プロジェクト", "Project"),
        &|name| known.project(name, step.slot.year),
        &mut rows,
    );
    by(
        |t| t.by_kind.iter().map(|(k, y)| (k.code().to_owned(), *y)).collect(),
        l.t("種別", "Kind"),
        &|code| Kind::from_code(code).map_or_else(String::new, |k| l.t(k.japanese(), k.english()).to_owned()),
        &mut rows,
    );
    rows
}

fn diff_row(page: &Page, import: &Import, step: &Step, d: &Difference, names: &Names<'_>) -> DiffRow {
    let l = page.l;
    let (kind, word, tone) = match (&d.before, &d.after) {
        (None, _) => ("added", l.t("追加", "Added"), "ok"),
        (_, None) => ("removed", l.t("削除", "Removed"), "bad"),
        _ => ("changed", l.t("変更", "Changed"), "info"),
    };
    let side = |s: &Option<Side>| match s {
        None => String::new(),
        Some(s) if s.within == s.lines => l.t("内数", "within").to_owned(),
        Some(s) => page.yen(&Yen(s.yen)),
    };
    let origin = d.after.as_ref().and_then(|s| s.origin.as_ref()).filter(|o| o.import == import.id.0);
    let by_movement = d.before.as_ref().is_some_and(|s| s.by_movement);
    DiffRow {
        kind,
        word,
        tone,
        program: d
            .program_name
            .as_deref()
            .map_or_else(|| l.t("（事業なし）", "(no program)").to_owned(), |name| names.program(name)),
        project: d.project_name.as_deref().map_or_else(String::new, |n| names.project(n, step.slot.year)),
        ministry: d.ministry_name.as_deref().map_or_else(String::new, |n| names.ministry(n)),
        money: l.t(d.kind.japanese(), d.kind.english()),
        before: side(&d.before),
        before_href: d
            .before
            .as_ref()
            .and_then(|s| s.line_id)
            .map(|id| format!("/budget/lines/{id}"))
            .unwrap_or_default(),
        after: side(&d.after),
        after_href: origin.map(|o| routes::sheet(import.id, &o.sheet, &o.cell)).unwrap_or_default(),
        cell: origin.map(|o| format!("{}!{}", o.sheet, o.cell)).unwrap_or_default(),
        delta: signed(page, d.delta()),
        cause: if by_movement { Cause::Adjustment } else { step.cause }.name(l),
    }
}

/// An amount with its sign: ＋ for more, ▲ for less.
fn signed(page: &Page, yen: i64) -> String {
    match yen {
        0 => "0".to_owned(),
        n if n > 0 => format!("+{}", page.yen(&Yen(n))),
        n => page.yen(&Yen(n)),
    }
}

impl PreviewPage {
    fn delta(&self, yen: &Yen) -> String {
        signed(&self.page, yen.0)
    }
}

pub async fn apply(
    cx: Cx,
    AtPath(id): AtPath<BudgetImportId>,
    Submitted(form): Submitted<ConsentForm>,
) -> Outcome {
    let import = find(&cx, id).await?;
    if import.state == State::Applied {
        return Ok(Redirected::to(routes::import(id))
            .saying(cx.l.t("既に反映されています。", "It is applied already."))
            .into_response());
    }
    let seen = form.fingerprint.clone();
    let (mut page, _) = preview_page(&cx, import.clone(), form, FieldErrors::new()).await?;
    let reason = match page.form.parse(cx.l, page.needs_reason, page.warnings) {
        Ok(reason) => reason,
        Err(errors) => {
            page.errors = errors;
            return render_invalid(&page);
        }
    };
    let consent = Consent { fingerprint: Some(seen), reason };
    let (reference, reading) = super::read(&cx, &import).await?;
    let read = (&import, &reading.report, &reference);
    match actions::apply_reading(cx.pool(), &cx.actor(), read, &consent, cx.now).await? {
        Ok(versions) => {
            let said = match cx.l {
                Language::Ja => format!("反映しました。{}つの版が有効になりました。", versions.len()),
                Language::En => format!("Applied: {} versions are in force now.", versions.len()),
            };
            Ok(Redirected::to(routes::import(id)).saying(said).into_response())
        }
        Err(refusal @ Refusal::Moved) => {
            // The page is made anew, so that it shows the difference that stands now, with the reason as typed.
            let form = ConsentForm { reason: consent.reason, ..ConsentForm::default() };
            let mut errors = FieldErrors::new();
            errors.add("reason", cx.l.t("反映", "Apply"), super::said(&refusal));
            let (page, _) = preview_page(&cx, find(&cx, id).await?, form, errors).await?;
            let mut response = render(&page)?;
            *response.status_mut() = axum::http::StatusCode::CONFLICT;
            Ok(response)
        }
        Err(refusal) => {
            let mut errors = FieldErrors::new();
            errors.add("reason", cx.l.t("反映", "Apply"), super::said(&refusal));
            page.errors = errors;
            render_invalid(&page)
        }
    }
}

/// A choice of how much the file speaks for.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct ExtentForm {
    version: String,
    slot: String,
    extent: String,
}

pub async fn set_extent(
    cx: Cx,
    AtPath(id): AtPath<BudgetImportId>,
    Submitted(form): Submitted<ExtentForm>,
) -> Outcome {
    let import = find(&cx, id).await?;
    let mut corrections: Corrections = import.corrections.clone();
    if let Some(extent) = forms::extent(&form.extent) {
        corrections.extents.insert(form.slot.chars().take(40).collect(), extent);
    }
    let version = form.version.parse::<i32>().unwrap_or(import.version);
    match actions::correct(cx.pool(), &cx.actor(), (&import, version), (&corrections, false), cx.now).await? {
        Ok(()) => Ok(Redirected::to(routes::preview(id)).into_response()),
        Err(refusal) => Err(PageError::Refused(super::said(&refusal))),
    }
}

pub async fn drop_draft(cx: Cx, AtPath(id): AtPath<BudgetImportId>) -> Outcome {
    let import = find(&cx, id).await?;
    match actions::drop_draft(cx.pool(), &cx.actor(), (id, import.version), cx.now).await? {
        Ok(()) => Ok(Redirected::to("/budget/imports")
            .saying(cx.l.t(
                "取込を中止しました。ファイルは保管されています。",
                "The import was dropped; the file is kept.",
            ))
            .into_response()),
        Err(refusal) => Err(PageError::Refused(super::said(&refusal))),
    }
}
