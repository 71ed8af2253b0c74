//! Pages of proposals: the list, the form, one proposal with the views of PDs and its decision.

use std::sync::Arc;

use askama::Template;
use axum::response::IntoResponse;
use serde::Deserialize;

use crate::budget::ledger::rounds::{self, pages::edit::units};
use crate::budget::rights;
use crate::budget::sheets;
use crate::budget::tabs::{self, MoneyTab};
use crate::budget::typed::as_typed;
use crate::kernel::{Said, Yen};
use crate::portfolio::catalogue::{self, Catalogue};
use crate::web::view::Choice;
use crate::web::{
    Asked, Cx, FieldErrors, Outcome, Page, PageError, Redirected, Scoped, Section, Submitted, Visible,
    render, render_invalid,
};

use super::super::model::{
    AdjustmentProposalId, Basis, FundKind, PdOpinion, Proposal, ProposalState, Refusal, Round, RoundState,
    Stance,
};
use super::super::paths;
use super::actions::{self, Decision};
use super::forms::{DecisionFields, DecisionForm, OpinionForm, ProposalForm, WithdrawalForm};
use super::queries::{self, NewProposal, Wanted};

/// A proposal as a line of a table.
pub struct ProposalRow {
    pub href: String,
    pub program: String,
    pub round: String,
    pub kind: &'static str,
    pub amount: Yen,
    pub purpose: String,
    pub opinions: String,
    pub is_matching: bool,
    pub proposer: String,
    pub at: chrono::DateTime<chrono::Utc>,
    pub state: &'static str,
    pub tone: &'static str,
}

impl ProposalRow {
    pub fn of(cx: &Cx, catalogue: &Catalogue, p: &Proposal) -> Self {
        let l = cx.l;
        Self {
            href: paths::proposal(p.id),
            program: catalogue.program(p.program).map(|x| x.name(l).to_owned()).unwrap_or_default(),
            round: round_of(cx, p),
            kind: p.kind.name(l),
            amount: p.amount,
            purpose: p.purpose.clone(),
            opinions: stances(cx, &p.stances),
            is_matching: p.basis == Basis::Matching,
            proposer: p.proposed_by.name(l).to_owned(),
            at: p.proposed_at,
            state: p.state.name(l),
            tone: p.state.tone(),
        }
    }
}

/// 令和8年度 第1回; the year alone while the proposal waits for its round.
fn round_of(cx: &Cx, p: &Proposal) -> String {
    let l = cx.l;
    match p.round {
        Some(round) if l.is_ja() => format!("{} 第{}回", round.fiscal_year.japanese(), round.number),
        Some(round) => format!("{} round {}", round.fiscal_year.english(), round.number),
        None => format!("{}{}", sheets::year_text(cx, p.fiscal_year), l.t("（回は未定）", " (no round yet)")),
    }
}

/// 賛成2・条件付き賛成1: the latest word of each PD.
fn stances(cx: &Cx, stances: &[Stance]) -> String {
    let count = |s: &Stance| stances.iter().filter(|x| *x == s).count();
    let said = Stance::ALL.iter().filter(|s| count(s) > 0);
    said.map(|s| format!("{} {}", s.name(cx.l), count(s))).collect::<Vec<_>>().join(cx.l.t("・", ", "))
}

impl Scoped for Proposal {
    type Id = AdjustmentProposalId;

    async fn find(cx: &Cx, id: AdjustmentProposalId) -> anyhow::Result<Option<Self>> {
        let wanted = Wanted { id: Some(id), ..Wanted::default() };
        Ok(queries::proposals(cx.pool(), wanted, 1).await?.pop())
    }
}

#[derive(Template)]
#[template(path = "budget/proposals/index.html")]
struct IndexPage {
    page: Page,
    rows: Vec<ProposalRow>,
    only_waiting: bool,
    may_propose: bool,
}

/// What the list may be asked.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct IndexQuery {
    waiting: String,
    program: String,
}

pub async fn index(cx: Cx, Asked(query): Asked<IndexQuery>) -> Outcome {
    let catalogue = catalogue::of(&cx).await?;
    let program = catalogue.programs.iter().find(|p| p.code == query.program).map(|p| p.id);
    let only_waiting = !query.waiting.is_empty();
    let wanted = Wanted { only_waiting, program, ..Wanted::default() };
    let rows = queries::proposals(cx.pool(), wanted, 500).await?;
    let l = cx.l;
    render(&IndexPage {
        rows: rows.iter().map(|p| ProposalRow::of(&cx, &catalogue, p)).collect(),
        only_waiting,
        may_propose: rights::may_propose(&cx.viewer),
        page: cx
            .page(Section::Budget, l.t("調整費の提案", "Proposals to the adjustment fund"))
            .crumb(l.t("調整費", "Adjustment fund"), paths::ROUNDS)
            .beside(tabs::tabs(&cx, MoneyTab::Adjustments)),
    })
}

#[derive(Template)]
#[template(path = "budget/proposals/new.html")]
struct NewPage {
    page: Page,
    rounds: Vec<Choice>,
    kinds: Vec<Choice>,
    programs: Vec<Choice>,
    units: Vec<Choice>,
    input: ProposalForm,
    errors: FieldErrors,
}

/// What the form of a proposal may be asked to begin with.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct NewQuery {
    round: String,
    program: String,
}

struct Proposing {
    catalogue: Arc<Catalogue>,
    rounds: Vec<Round>,
}

impl Proposing {
    async fn of(cx: &Cx) -> Result<Self, PageError> {
        Ok(Self { catalogue: catalogue::of(cx).await?, rounds: rounds::queries::rounds(cx.pool()).await? })
    }

    fn page(&self, cx: &Cx, input: ProposalForm, errors: FieldErrors) -> NewPage {
        let l = cx.l;
        let mine = self.catalogue.programs.iter().filter(|p| rights::proposes_for(&cx.viewer, p.id));
        NewPage {
            page: cx
                .page(Section::Budget, l.t("調整費の提案を作成", "Propose money of the adjustment fund"))
                .crumb(l.t("調整費", "Adjustment fund"), paths::ROUNDS),
            rounds: open_rounds(cx, &self.rounds, FundKind::ALL, &input.round),
            kinds: kinds(cx, &self.rounds, &input.kind),
            programs: mine
                .map(|p| Choice::new(&p.code, format!("{} {}", p.code, p.name(l)), p.code == input.program))
                .collect(),
            units: units(l, &input.unit),
            input,
            errors,
        }
    }
}

/// Open rounds that have money of one of the kinds, each with what is left of them.
fn open_rounds(cx: &Cx, rounds: &[Round], kinds: &[FundKind], chosen: &str) -> Vec<Choice> {
    let l = cx.l;
    let unit = l.t(cx.viewer.yen_unit.japanese(), cx.viewer.yen_unit.english());
    let open = rounds.iter().filter(|r| r.state == RoundState::Open);
    open.filter_map(|r| {
        let parts = r.parts.iter().filter(|p| kinds.contains(&p.kind));
        let left: Vec<String> = parts
            .map(|p| format!("{} {}", p.kind.name(l), p.remainder().in_unit(cx.viewer.yen_unit)))
            .collect();
        let left = Some(left).filter(|left| !left.is_empty())?.join(l.t("、", ", "));
        let label = format!("{}{}{left}{unit}", r.name(l), l.t("　残額 ", ", left: "));
        Some(Choice::new(r.id.to_string(), label, r.id.to_string() == chosen))
    })
    .collect()
}

/// Kinds to propose; the unpublished one only while an open round has such money.
fn kinds(cx: &Cx, rounds: &[Round], chosen: &str) -> Vec<Choice> {
    let open = || rounds.iter().filter(|r| r.state == RoundState::Open);
    let offered = |k: &FundKind| *k != FundKind::Unstated || open().any(|r| r.part(*k).is_some());
    let kinds = FundKind::ALL.iter().copied().filter(offered);
    kinds.map(|k| Choice::new(k.code(), k.name(cx.l), k.code() == chosen)).collect()
}

pub async fn new(cx: Cx, Asked(query): Asked<NewQuery>) -> Outcome {
    let proposing = Proposing::of(&cx).await?;
    // A round that was asked for has money of its own kinds only.
    let asked = proposing.rounds.iter().find(|r| r.id.to_string() == query.round);
    let usual = asked.filter(|r| r.part(FundKind::President).is_none()).and_then(|r| r.parts.first());
    let kind = usual.map_or(FundKind::President, |p| p.kind);
    let input = ProposalForm {
        round: query.round,
        program: query.program,
        fiscal_year: cx.fiscal_year().short(),
        kind: kind.code().to_owned(),
        unit: cx.viewer.yen_unit.code().to_owned(),
        ..ProposalForm::default()
    };
    render(&proposing.page(&cx, input, FieldErrors::new()))
}

pub async fn create(cx: Cx, Submitted(input): Submitted<ProposalForm>) -> Outcome {
    let proposing = Proposing::of(&cx).await?;
    let may = |program| rights::proposes_for(&cx.viewer, program);
    let fields = match input.parse(cx.l, &proposing.catalogue, &proposing.rounds, may) {
        Ok(fields) => fields,
        Err(errors) => return render_invalid(&proposing.page(&cx, input, errors)),
    };
    let proposal = NewProposal {
        id: AdjustmentProposalId::new(),
        fiscal_year: fields.fiscal_year,
        round: fields.round,
        kind: fields.kind,
        program: fields.program,
        amount: fields.amount,
        purpose: fields.purpose.into_string(),
        reason: fields.reason.into_string(),
        basis: Basis::Manual,
        basis_facts: serde_json::json!({}),
    };
    actions::propose(cx.pool(), &cx.actor(), &proposal, &input.key, cx.now).await?;
    let location = crate::db::submissions::location_of(cx.pool(), &input.key, cx.actor().id).await?;
    Ok(Redirected::to(location.unwrap_or_else(|| paths::proposal(proposal.id)))
        .saying(cx.l.t(
            "提案しました。PDの意見と決定を待ちます。",
            "Proposed. It waits for the views of PDs and the decision.",
        ))
        .into_response())
}

#[derive(Template)]
#[template(path = "budget/proposals/show.html")]
struct ProposalPage {
    page: Page,
    action: String,
    program: String,
    program_href: String,
    round: String,
    round_href: String,
    kind: &'static str,
    state: &'static str,
    tone: &'static str,
    proposal: Proposal,
    proposer: String,
    decider: String,
    grant_href: Option<String>,
    basis: &'static str,
    basis_note: String,
    basis_href: Option<String>,
    opinions: Vec<OpinionRow>,
    may_opine: bool,
    may_withdraw: bool,
    decision: Option<DecisionView>,
    stances: Vec<Choice>,
    opinion: OpinionForm,
    opinion_errors: FieldErrors,
}

struct OpinionRow {
    author: String,
    stance: &'static str,
    tone: &'static str,
    body: String,
    at: chrono::DateTime<chrono::Utc>,
}

struct DecisionView {
    input: DecisionForm,
    errors: FieldErrors,
    outcomes: Vec<Choice>,
    /// Those that have money of the proposal's kind.
    rounds: Vec<Choice>,
    units: Vec<Choice>,
    /// What keeps the viewer from granting, in words.
    hindrance: String,
}

struct View {
    cx: Cx,
    proposal: Proposal,
}

impl View {
    async fn page(&self) -> Result<ProposalPage, PageError> {
        let (cx, p, l) = (&self.cx, &self.proposal, self.cx.l);
        let catalogue = catalogue::of(cx).await?;
        let program = catalogue.program(p.program).ok_or(PageError::NotFound)?;
        let opinions = queries::opinions(cx.pool(), p.id).await?;
        let waits = p.state == ProposalState::Proposed;
        let decision = if waits && rights::may_decide(&cx.viewer) {
            Some(self.decision(DecisionForm::default(), FieldErrors::new(), opinions.is_empty()).await?)
        } else {
            None
        };
        let text = |name: &str| p.basis_facts.get(name).and_then(|v| v.as_str()).map(str::to_owned);
        Ok(ProposalPage {
            action: paths::proposal(p.id),
            program: program.name(l).to_owned(),
            program_href: format!("/programs/{}", program.code),
            round: round_of(cx, p),
            round_href: p.round.map(|r| paths::round(r.id)).unwrap_or_default(),
            kind: p.kind.name(l),
            state: p.state.name(l),
            tone: p.state.tone(),
            proposer: p.proposed_by.name(l).to_owned(),
            decider: p.decided_by.as_ref().map(|d| d.name(l).to_owned()).unwrap_or_default(),
            grant_href: super::super::grants::queries::of_proposal(cx.pool(), p.id).await?.map(paths::grant),
            basis: p.basis.name(l),
            basis_note: text(l.t("note_ja", "note_en")).unwrap_or_default(),
            basis_href: text("href").filter(|href| crate::web::paths::is_local(href)),
            opinions: opinions.iter().map(|o| opinion_row(cx, o)).collect(),
            may_opine: waits && rights::is_director_of(&cx.viewer.rights, p.program),
            may_withdraw: waits && p.proposed_by.id == cx.viewer.id.0,
            decision,
            stances: choices(cx, ""),
            opinion: OpinionForm::default(),
            opinion_errors: FieldErrors::new(),
            page: cx
                .page(
                    Section::Budget,
                    format!("{}{}", program.name(l), l.t("への調整費の提案", ": proposal")),
                )
                .crumb(l.t("調整費", "Adjustment fund"), paths::ROUNDS)
                .crumb(l.t("提案", "Proposals"), paths::PROPOSALS)
                .beside(tabs::tabs(cx, MoneyTab::Adjustments)),
            proposal: p.clone(),
        })
    }

    async fn decision(
        &self,
        input: DecisionForm,
        errors: FieldErrors,
        unheard: bool,
    ) -> Result<DecisionView, PageError> {
        let (cx, p, l) = (&self.cx, &self.proposal, self.cx.l);
        let rounds = rounds::queries::rounds(cx.pool()).await?;
        let input = if input.version.is_empty() {
            DecisionForm {
                version: p.version.to_string(),
                round: p.round.map(|r| r.id.to_string()).unwrap_or_default(),
                amount: as_typed(p.amount, cx.viewer.yen_unit),
                unit: cx.viewer.yen_unit.code().to_owned(),
                ..input
            }
        } else {
            input
        };
        let hindrance = if p.proposed_by.id == cx.viewer.id.0 {
            Some(Refusal::OwnProposal)
        } else {
            (unheard && p.kind == FundKind::President).then_some(Refusal::NotHeard)
        };
        let outcome = |code: &str, label: &str| Choice::new(code, label, input.outcome == code);
        Ok(DecisionView {
            outcomes: vec![
                outcome("grant", l.t("配分する", "Grant")),
                outcome("decline", l.t("見送る", "Decline")),
            ],
            rounds: open_rounds(cx, &rounds, &[p.kind], &input.round),
            units: units(l, &input.unit),
            hindrance: hindrance.map(|h| h.said().in_language(l).to_owned()).unwrap_or_default(),
            input,
            errors,
        })
    }

    async fn invalid_decision(&self, input: DecisionForm, errors: FieldErrors) -> Outcome {
        let page = self.page().await?;
        let unheard = page.opinions.is_empty();
        let decision = Some(self.decision(input, errors, unheard).await?);
        render_invalid(&ProposalPage { decision, ..page })
    }
}

fn choices(cx: &Cx, chosen: &str) -> Vec<Choice> {
    Stance::ALL.iter().map(|s| Choice::new(s.code(), s.name(cx.l), s.code() == chosen)).collect()
}

fn opinion_row(cx: &Cx, o: &PdOpinion) -> OpinionRow {
    OpinionRow {
        author: o.author.name(cx.l).to_owned(),
        stance: o.stance.name(cx.l),
        tone: o.stance.tone(),
        body: o.body.clone(),
        at: o.at,
    }
}

pub async fn show(cx: Cx, proposal: Visible<Proposal>) -> Outcome {
    render(&View { cx, proposal: proposal.into_inner() }.page().await?)
}

pub async fn opine(cx: Cx, proposal: Visible<Proposal>, Submitted(input): Submitted<OpinionForm>) -> Outcome {
    if !rights::is_director_of(&cx.viewer.rights, proposal.program) {
        return Err(PageError::Forbidden(Said::new(
            "この事業を含むプロジェクトのPDだけが意見を述べられます。",
            "Only the PD of a project that has this program gives an opinion.",
        )));
    }
    let view = View { cx, proposal: proposal.into_inner() };
    let (stance, body) = match input.parse(view.cx.l) {
        Ok(parsed) => parsed,
        Err(errors) => {
            let stances = choices(&view.cx, &input.stance);
            let page = view.page().await?;
            return render_invalid(&ProposalPage { stances, opinion: input, opinion_errors: errors, ..page });
        }
    };
    let (cx, id) = (&view.cx, view.proposal.id);
    let said = (stance, body.as_str());
    match actions::give_opinion(cx.pool(), &cx.actor(), id, said, &input.key, cx.now).await? {
        Ok(()) => Ok(Redirected::to(format!("{}#opinions", paths::proposal(id)))
            .saying(cx.l.t("意見を記録しました。", "Your opinion is recorded."))
            .into_response()),
        Err(refusal) => Err(PageError::Refused(refusal.said())),
    }
}

pub async fn decide(
    cx: Cx,
    proposal: Visible<Proposal>,
    Submitted(input): Submitted<DecisionForm>,
) -> Outcome {
    let view = View { cx, proposal: proposal.into_inner() };
    let (cx, p) = (&view.cx, &view.proposal);
    let rounds = rounds::queries::rounds(cx.pool()).await?;
    let fields = match input.parse(cx.l, &rounds) {
        Ok(fields) => fields,
        Err(errors) => return view.invalid_decision(input, errors).await,
    };
    let version = input.version.parse().unwrap_or(0);
    let done = match &fields {
        DecisionFields::Grant { round, amount, authority, note } => {
            let note = note.as_ref().map(|t| t.as_str());
            let decision = Decision { round: *round, amount: *amount, authority: authority.as_str(), note };
            actions::grant(cx.pool(), &cx.actor(), p, version, &decision, cx.now).await?.map(|_| ())
        }
        DecisionFields::Decline { note } => {
            let end = (ProposalState::Declined, Some(note.as_str()));
            actions::end(cx.pool(), &cx.actor(), (p.id, version), end, cx.now).await?
        }
    };
    match done {
        Ok(()) => Ok(Redirected::to(paths::proposal(p.id))
            .saying(cx.l.t("決定を記録しました。", "The decision is recorded."))
            .into_response()),
        Err(refusal) => {
            let mut errors = FieldErrors::new();
            let field = match refusal {
                Refusal::Exceeds => "amount",
                Refusal::NoSuchPart | Refusal::NotOpen => "round",
                _ => "outcome",
            };
            errors.add(field, cx.l.t("決定", "Decision"), refusal.said());
            view.invalid_decision(input, errors).await
        }
    }
}

pub async fn withdraw(
    cx: Cx,
    proposal: Visible<Proposal>,
    Submitted(input): Submitted<WithdrawalForm>,
) -> Outcome {
    if proposal.proposed_by.id != cx.viewer.id.0 {
        return Err(PageError::Forbidden(Said::new(
            "提案を取り下げられるのは提案者だけです。",
            "Only its author withdraws a proposal.",
        )));
    }
    let version = (proposal.id, input.version.parse().unwrap_or(0));
    match actions::end(cx.pool(), &cx.actor(), version, (ProposalState::Withdrawn, None), cx.now).await? {
        Ok(()) => Ok(Redirected::to(paths::proposal(proposal.id))
            .saying(cx.l.t("提案を取り下げました。", "The proposal is withdrawn."))
            .into_response()),
        Err(refusal) => Err(PageError::Refused(refusal.said())),
    }
}
