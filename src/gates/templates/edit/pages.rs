//! The page of a draft: rule, items, evidence and labels as tables that are saved one by one.

use askama::Template;
use axum::response::IntoResponse;

use crate::web::conflict::{Conflict, ConflictField};
use crate::web::view::Choice;
use crate::web::{
    AtPath, Cx, FieldErrors, Language, Outcome, Page, PageError, Redirected, Said, Section, Submitted,
    render, render_invalid,
};

use super::super::changes::changes;
use super::super::model::{
    Basis, Content, EvidenceKind, Responsible, Rule, Share, Template as GateTemplate, VersionState, View,
};
use super::super::pages::{index_page, version_name};
use super::super::queries::{self, Version};
use super::super::routes;
use super::actions::{self, Draft, Refusal};
use super::forms::{
    EvidenceForm, EvidenceRow, ItemRow, ItemsForm, LabelRow, LabelsForm, RuleForm, TemplateForm, VersionForm,
    evidence_rows, item_rows, label_rows, version_of,
};
use super::queries::{self as writing, MilestoneType};

#[derive(Template)]
#[template(path = "gates/templates/draft.html")]
struct DraftPage {
    page: Page,
    name: String,
    base: String,
    version: String,
    /// How many differences from the version in force there are.
    differences: usize,
    may_edit: bool,
    rule: Rule,
    rule_input: RuleForm,
    rule_errors: FieldErrors,
    items: Vec<ItemRow>,
    item_errors: FieldErrors,
    evidence: Vec<EvidenceRow>,
    evidence_errors: FieldErrors,
    milestone_types: Vec<MilestoneType>,
    labels: Vec<LabelRow>,
    label_errors: FieldErrors,
}

impl DraftPage {
    fn views(&self, chosen: &str) -> Vec<Choice> {
        View::ALL.iter().map(|v| Choice::new(v.code(), v.name(self.page.l), v.code() == chosen)).collect()
    }

    fn kinds(&self, chosen: &str) -> Vec<Choice> {
        let all = EvidenceKind::ALL.iter();
        all.map(|k| Choice::new(k.code(), k.name(self.page.l), k.code() == chosen)).collect()
    }

    /// The milestone types that exist, by approval class.
    fn milestones(&self, chosen: &str) -> Vec<Choice> {
        let name = |m: &MilestoneType| self.page.l.t(&m.name_ja, &m.name_en).to_owned();
        self.milestone_types.iter().map(|m| Choice::new(&m.code, name(m), m.code == chosen)).collect()
    }

    fn responsibles(&self, chosen: &str) -> Vec<Choice> {
        let all = Responsible::ALL.iter();
        all.map(|r| Choice::new(r.code(), r.name(self.page.l), r.code() == chosen)).collect()
    }

    fn bases(&self) -> Vec<Choice> {
        let all = Basis::ALL.iter();
        all.map(|b| Choice::new(b.code(), b.name(self.page.l), b.code() == self.rule_input.basis)).collect()
    }

    fn shares(&self, chosen: &str) -> Vec<Choice> {
        Share::ALL.iter().map(|s| Choice::new(s.code(), s.name(self.page.l), s.code() == chosen)).collect()
    }

    /// The message at a cell of one of the tables.
    fn at<'e>(&self, errors: &'e FieldErrors, field: &str, id: &str) -> Option<&'e str> {
        errors.at(&format!("{field}-{id}"), &self.page.l)
    }
}

/// A draft that is being edited, with the version it will replace.
pub(super) struct Editing {
    pub cx: Cx,
    pub template: GateTemplate,
    pub draft: Version,
    pub content: Content,
    pub in_force: Option<Content>,
    milestone_types: Vec<MilestoneType>,
}

impl Editing {
    pub async fn find(cx: Cx, code: &str) -> Result<Self, PageError> {
        let template = queries::by_code(cx.pool(), code).await?.ok_or(PageError::NotFound)?;
        let versions = queries::versions(cx.pool(), template.id).await?;
        let of = |state| versions.iter().find(|v| v.state == state).cloned();
        let draft = of(VersionState::Draft).ok_or(PageError::NotFound)?;
        let mut connection = cx.pool().acquire().await?;
        let content = queries::content(&mut connection, draft.id).await?.ok_or(PageError::NotFound)?;
        let in_force = match of(VersionState::InForce) {
            Some(version) => queries::content(&mut connection, version.id).await?,
            None => None,
        };
        drop(connection);
        let milestone_types = writing::milestone_types(cx.pool()).await?;
        Ok(Self { cx, template, draft, content, in_force, milestone_types })
    }

    pub fn code(&self) -> &str {
        &self.template.code
    }

    pub fn page(&self, title: &str) -> Page {
        let l = self.cx.l;
        self.cx
            .page(Section::Gates, title)
            .crumb(l.t("ゲート", "Gates"), "/gates")
            .crumb(l.t("様式", "Templates"), routes::INDEX)
            .crumb(self.template.name(l), routes::template(self.code()))
    }

    /// The draft as the form that was sent knew it.
    pub fn as_sent(&self, version: &str) -> Draft {
        Draft { template: self.template.id, id: self.draft.id, version: version_of(version) }
    }

    fn draft_page(&self) -> DraftPage {
        let l = self.cx.l;
        let title = format!("{} {}", self.template.name(l), version_name(l, self.draft.number));
        DraftPage {
            page: self.page(&title),
            name: self.template.name(l.other()).to_owned(),
            base: routes::draft(self.code()),
            version: self.draft.version.to_string(),
            differences: self.in_force.as_ref().map_or(0, |old| changes(l, old, &self.content).len()),
            may_edit: self.cx.viewer.is_administrator(),
            rule: self.content.rule,
            rule_input: RuleForm::of(&self.content.rule, self.draft.version),
            rule_errors: FieldErrors::new(),
            items: item_rows(&self.content),
            item_errors: FieldErrors::new(),
            evidence: evidence_rows(&self.content),
            evidence_errors: FieldErrors::new(),
            milestone_types: self.milestone_types.clone(),
            labels: label_rows(&self.content.labels),
            label_errors: FieldErrors::new(),
        }
    }

    fn saved(&self, done: Result<(), Refusal>, part: &str, yours: Vec<(String, String)>) -> Outcome {
        let l = self.cx.l;
        match done {
            Ok(()) => Ok(Redirected::to(format!("{}#{part}", routes::draft(self.code())))
                .saying(l.t("保存しました。", "Saved."))
                .into_response()),
            Err(_) => Err(PageError::Conflict(Box::new(self.conflict(part, yours)))),
        }
    }

    /// Both texts: what was sent, and the draft as it is now, row by row.
    fn conflict(&self, part: &str, mut pairs: Vec<(String, String)>) -> Conflict {
        let l = self.cx.l;
        let names = |rows: Vec<(String, String)>| {
            rows.into_iter()
                .map(|(position, name)| format!("{position} {name}"))
                .collect::<Vec<_>>()
                .join("\n")
        };
        let sent: Vec<(String, String)> = {
            let of = |field: &str| {
                pairs.iter().filter(|(k, _)| k == field).map(|(_, v)| v.clone()).collect::<Vec<_>>()
            };
            let (positions, names) = (of("position"), of("name_ja"));
            positions.into_iter().zip(names).filter(|(_, name)| !name.is_empty()).collect()
        };
        let now: Vec<(String, String)> = if part == "evidence" {
            self.content.evidence.iter().map(|e| (e.position.to_string(), e.name_ja.clone())).collect()
        } else {
            self.content.items.iter().map(|i| (i.position.to_string(), i.name_ja.clone())).collect()
        };
        let fields = if sent.is_empty() {
            let words = self.content.rule.words(l);
            vec![ConflictField {
                label: l.t("送信した内容", "What you sent").to_owned(),
                yours: pairs
                    .iter()
                    .filter(|(k, _)| k != "version")
                    .map(|(k, v)| format!("{k}: {v}"))
                    .collect::<Vec<_>>()
                    .join("\n"),
                theirs: words,
            }]
        } else {
            vec![ConflictField {
                label: l.t("行", "Rows").to_owned(),
                yours: names(sent),
                theirs: names(now),
            }]
        };
        pairs.retain(|(name, _)| name != "version");
        pairs.push(("version".to_owned(), self.draft.version.to_string()));
        Conflict {
            fields,
            reload_href: routes::draft(self.code()),
            action: format!("{}/{part}", routes::draft(self.code())),
            pairs,
        }
    }
}

pub async fn draft(cx: Cx, AtPath(code): AtPath<String>) -> Outcome {
    render(&Editing::find(cx, &code).await?.draft_page())
}

/// Opens the draft, copied from the version in force where there is none yet.
pub async fn start(cx: Cx, AtPath(code): AtPath<String>) -> Outcome {
    let template = queries::by_code(cx.pool(), &code).await?.ok_or(PageError::NotFound)?;
    if let Some(like) = queries::in_force(cx.pool(), template.id).await? {
        actions::start_draft(cx.pool(), &cx.actor(), (template.id, like), cx.now).await?;
    }
    Ok(Redirected::to(routes::draft(&code)).into_response())
}

pub async fn items(cx: Cx, AtPath(code): AtPath<String>, Submitted(input): Submitted<ItemsForm>) -> Outcome {
    let editing = Editing::find(cx, &code).await?;
    let cx = &editing.cx;
    let fields = match input.parse(cx.l, &editing.content) {
        Ok(fields) => fields,
        Err(item_errors) => {
            let items = input.rows(&editing.content);
            let version = input.version;
            return render_invalid(&DraftPage { items, item_errors, version, ..editing.draft_page() });
        }
    };
    let sent = editing.as_sent(&input.version);
    let done = actions::save_items(cx.pool(), &cx.actor(), sent, (&editing.content, &fields), cx.now).await?;
    let pairs = input.rows(&editing.content).into_iter().flat_map(|row| item_pairs(&row)).collect();
    editing.saved(done, "items", pairs)
}

pub async fn evidence(
    cx: Cx,
    AtPath(code): AtPath<String>,
    Submitted(input): Submitted<EvidenceForm>,
) -> Outcome {
    let editing = Editing::find(cx, &code).await?;
    let cx = &editing.cx;
    let fields = match input.parse(cx.l) {
        Ok(fields) => fields,
        Err(evidence_errors) => {
            let evidence = input.rows();
            let version = input.version;
            return render_invalid(&DraftPage { evidence, evidence_errors, version, ..editing.draft_page() });
        }
    };
    let sent = editing.as_sent(&input.version);
    let done =
        actions::save_evidence(cx.pool(), &cx.actor(), sent, (&editing.content, &fields), cx.now).await?;
    let pairs = input.rows().into_iter().flat_map(|row| evidence_pairs(&row)).collect();
    editing.saved(done, "evidence", pairs)
}

pub async fn labels(
    cx: Cx,
    AtPath(code): AtPath<String>,
    Submitted(input): Submitted<LabelsForm>,
) -> Outcome {
    let editing = Editing::find(cx, &code).await?;
    let cx = &editing.cx;
    let fields = match input.parse(cx.l, &editing.content) {
        Ok(fields) => fields,
        Err(label_errors) => {
            let labels = input.rows();
            let version = input.version;
            return render_invalid(&DraftPage { labels, label_errors, version, ..editing.draft_page() });
        }
    };
    let sent = editing.as_sent(&input.version);
    let done = actions::save_labels(cx.pool(), &cx.actor(), sent, &fields, cx.now).await?;
    let pair = |name: &str, value: String| (name.to_owned(), value);
    let pairs = input.rows().into_iter().flat_map(|row| {
        [pair("point", row.point), pair("label_ja", row.label_ja), pair("label_en", row.label_en)]
    });
    editing.saved(done, "labels", pairs.collect())
}

pub async fn rule(cx: Cx, AtPath(code): AtPath<String>, Submitted(input): Submitted<RuleForm>) -> Outcome {
    let editing = Editing::find(cx, &code).await?;
    let cx = &editing.cx;
    let rule = match input.parse(cx.l) {
        Ok(rule) => rule,
        Err(rule_errors) => {
            let version = input.version.clone();
            let page = DraftPage { rule_input: input, rule_errors, version, ..editing.draft_page() };
            return render_invalid(&page);
        }
    };
    let done =
        actions::save_rule(cx.pool(), &cx.actor(), editing.as_sent(&input.version), &rule, cx.now).await?;
    let pairs = [
        ("basis", input.basis),
        ("go_from", input.go_from),
        ("conditional_from", input.conditional_from),
        ("least_item", input.least_item),
        ("quorum_share", input.quorum_share),
        ("quorum_least", input.quorum_least),
        ("vote_share", input.vote_share),
    ];
    editing.saved(done, "rule", pairs.map(|(name, value)| (name.to_owned(), value)).to_vec())
}

pub async fn discard(
    cx: Cx,
    AtPath(code): AtPath<String>,
    Submitted(input): Submitted<VersionForm>,
) -> Outcome {
    let editing = Editing::find(cx, &code).await?;
    let cx = &editing.cx;
    match actions::discard(cx.pool(), &cx.actor(), editing.as_sent(&input.version), cx.now).await? {
        Ok(()) => Ok(Redirected::to(routes::template(&code))
            .saying(cx.l.t("編集中の版を破棄しました。", "The draft was discarded."))
            .into_response()),
        Err(_) => Err(PageError::Refused(Said::new(
            "ほかの人が編集したため破棄しませんでした。画面を開き直してください。",
            "Somebody else has edited the draft; it was kept. Reopen the page.",
        ))),
    }
}

/// A new template, copied from another; it opens as a draft.
pub async fn add(cx: Cx, Submitted(input): Submitted<TemplateForm>) -> Outcome {
    let l = cx.l;
    let mut errors = match input.parse(l) {
        Ok(fields) => match model(&cx, &input.like).await? {
            Some(like) => {
                match actions::add_template(cx.pool(), &cx.actor(), &fields, like, &input.key, cx.now).await?
                {
                    Ok(()) => return Ok(Redirected::to(routes::draft(&fields.code)).into_response()),
                    Err(refusal) => taken(l, &refusal),
                }
            }
            None => FieldErrors::new(),
        },
        Err(errors) => errors,
    };
    if model(&cx, &input.like).await?.is_none() {
        let said = Said::new("一覧から選んでください。", "Choose one of the list.");
        errors.add("like", l.t("もとにする様式", "Copied from"), said);
    }
    render_invalid(&index_page(&cx, input, errors).await?)
}

async fn model(cx: &Cx, code: &str) -> Result<Option<super::super::VersionId>, PageError> {
    Ok(match queries::by_code(cx.pool(), code).await? {
        Some(template) => queries::in_force(cx.pool(), template.id).await?,
        None => None,
    })
}

fn taken(l: Language, refusal: &Refusal) -> FieldErrors {
    let mut errors = FieldErrors::new();
    if *refusal == Refusal::NumberTaken {
        let said =
            Said::new("この種類には同じ番号のゲートがあります。", "This kind has a gate of that number.");
        errors.add("gate_number", l.t("ゲートの番号", "Number of the gate"), said);
    } else {
        let said = Said::new("このコードは既にあります。", "This code exists already.");
        errors.add("code", l.t("コード", "Code"), said);
    }
    errors
}

fn item_pairs(row: &ItemRow) -> Vec<(String, String)> {
    let mut pairs = vec![
        ("id", row.id.clone()),
        ("position", row.position.clone()),
        ("view", row.view.clone()),
        ("name_ja", row.name_ja.clone()),
        ("name_en", row.name_en.clone()),
        ("question_ja", row.question_ja.clone()),
        ("question_en", row.question_en.clone()),
        ("weight", row.weight.clone()),
        ("scale", row.scale.clone()),
    ];
    pairs.extend(row.overall.then(|| ("overall", row.id.clone())));
    pairs.extend(row.retired.then(|| ("retired", row.id.clone())));
    pairs.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

fn evidence_pairs(row: &EvidenceRow) -> Vec<(String, String)> {
    let mut pairs = vec![
        ("id", row.id.clone()),
        ("position", row.position.clone()),
        ("kind", row.kind.clone()),
        ("milestone", row.milestone.clone()),
        ("name_ja", row.name_ja.clone()),
        ("name_en", row.name_en.clone()),
        ("responsible", row.responsible.clone()),
    ];
    pairs.extend(row.mandatory.then(|| ("mandatory", row.id.clone())));
    pairs.extend(row.retired.then(|| ("retired", row.id.clone())));
    pairs.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}
