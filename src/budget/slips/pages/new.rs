//! The form of a new slip.

use std::sync::Arc;

use askama::Template;

use crate::budget::ledger::rounds::pages::edit::units;
use crate::budget::model::{Kind, Stage};
use crate::budget::positions::queries::{self as positions, Wanted as WantedBalances};
use crate::budget::positions::{Balance, Place, words};
use crate::budget::rights;
use crate::kernel::{FiscalYear, Said, Yen};
use crate::portfolio::catalogue::{self, Catalogue};
use crate::portfolio::programs;
use crate::web::view::Choice;
use crate::web::{
    Asked, Cx, FieldErrors, Outcome, Page, PageError, Section, Submitted, render, render_invalid,
};

use super::super::actions::{self, Movement};
use super::super::forms::SlipForm;
use super::super::model::{SlipId, SlipKind};
use super::super::routes;
use super::{landed, year_choices};

#[derive(Template)]
#[template(path = "budget/slips/new.html")]
struct NewPage {
    page: Page,
    years: Vec<Choice>,
    year: String,
    kinds: Vec<Choice>,
    from: Vec<Choice>,
    to: Vec<Choice>,
    units: Vec<Choice>,
    input: SlipForm,
    errors: FieldErrors,
}

/// The lines of a year between which money can be moved: those in law, or in a what-if those of one budget of the year.
pub struct Lines {
    pub catalogue: Arc<Catalogue>,
    pub year: FiscalYear,
    pub years: Vec<FiscalYear>,
    /// What stands anywhere in the year, also at lines that are not offered.
    pub balances: Vec<Balance>,
    /// Places without money so far: programs that a project has this year.
    pub empty: Vec<Place>,
    /// Stage and round of the only budget whose lines are offered.
    budget: Option<(Stage, i16)>,
}

impl Lines {
    /// The lines in law of a year; an unreadable or missing year gives the running one.
    pub async fn of(cx: &Cx, asked: &str) -> Result<Self, PageError> {
        let years = positions::years(cx.pool()).await?;
        let running = cx.fiscal_year();
        let default = years.iter().find(|y| **y <= running).or(years.first()).copied().unwrap_or(running);
        Self::read(cx, years, asked.parse().unwrap_or(default), None).await
    }

    /// The lines of one budget of a year, in law or not: what a scenario may move.
    pub async fn of_budget(cx: &Cx, year: FiscalYear, stage: Stage, round: i16) -> Result<Self, PageError> {
        let years = positions::years(cx.pool()).await?;
        Self::read(cx, years, year, Some((stage, round))).await
    }

    async fn read(
        cx: &Cx,
        years: Vec<FiscalYear>,
        year: FiscalYear,
        budget: Option<(Stage, i16)>,
    ) -> Result<Self, PageError> {
        let catalogue = catalogue::of(cx).await?;
        let wanted = WantedBalances { year: Some(year), ..WantedBalances::default() };
        let balances = positions::balances(cx.pool(), &wanted).await?;
        let register = programs::register(cx).await?;
        let (stage, round) = budget.unwrap_or((Stage::Initial, 0));
        let mut known: Vec<Place> = balances.iter().filter_map(Balance::place).collect();
        known.retain(|p| offers(budget, p));
        let has = |program, project| known.iter().any(|p| p.program == program && p.project == Some(project));
        let shares =
            register.shares.iter().filter(|s| s.fiscal_year == year && !has(s.program_id, s.project_id));
        let empty = shares
            .map(|s| Place {
                year,
                stage,
                round,
                program: s.program_id,
                project: Some(s.project_id),
                ministry: catalogue.program(s.program_id).and_then(|p| p.ministry_code.clone()),
                kind: usual_kind(stage),
            })
            .collect();
        Ok(Self { catalogue, year, years, balances, empty, budget })
    }

    pub fn knows(&self, place: &Place) -> bool {
        let stands = || self.balances.iter().filter_map(Balance::place).any(|p| p == *place);
        offers(self.budget, place) && (stands() || self.empty.contains(place))
    }

    /// What stands at a place.
    pub fn amount(&self, place: &Place) -> Yen {
        let here = self.balances.iter().filter(|b| b.place().as_ref() == Some(place));
        here.map(Balance::amount).sum()
    }

    /// Choices with what stands there; the places without money last, and only where they are wanted.
    pub fn choices(&self, cx: &Cx, chosen: &str, with_empty: bool) -> Vec<Choice> {
        let l = cx.l;
        let unit = cx.viewer.yen_unit;
        let label = |place: &Place, yen: Yen| {
            let name = words::place(l, &self.catalogue, place);
            format!("{name}{}{}{}", l.t("　", " · "), yen.in_unit(unit), l.t(unit.japanese(), unit.english()))
        };
        let offered = |p: &Place| offers(self.budget, p);
        let mut places: Vec<(Place, Yen)> =
            self.balances.iter().filter_map(|b| Some((b.place().filter(offered)?, b.amount()))).collect();
        if with_empty {
            places.extend(self.empty.iter().map(|p| (p.clone(), Yen::ZERO)));
        }
        let code_of =
            |p: &Place| self.catalogue.program(p.program).map(|x| x.code.clone()).unwrap_or_default();
        places.sort_by_cached_key(|(p, _)| (code_of(p), p.clone()));
        places.iter().map(|(p, yen)| Choice::new(p.code(), label(p, *yen), p.code() == chosen)).collect()
    }
}

/// Whether a line may be named: one of the budget asked for, or else one in law.
fn offers(budget: Option<(Stage, i16)>, place: &Place) -> bool {
    budget.map_or_else(|| place.stage.is_in_law(), |b| b == (place.stage, place.round))
}

/// The kind of money that a line of this stage is, unless a table says otherwise.
fn usual_kind(stage: Stage) -> Kind {
    match stage {
        Stage::Supplementary => Kind::Supplementary,
        Stage::Adjustment => Kind::Adjustment,
        _ => Kind::Initial,
    }
}

fn form_page(cx: &Cx, lines: &Lines, input: SlipForm, errors: FieldErrors) -> NewPage {
    let l = cx.l;
    let kind = |k: SlipKind| Choice::new(k.code(), k.name(l), k.code() == input.kind);
    NewPage {
        page: cx
            .page(Section::Budget, l.t("移替・繰越の伝票を作成", "Propose a movement"))
            .crumb(l.t("予算", "Budget"), "/budget")
            .crumb(l.t("移替と繰越", "Movements"), routes::SLIPS),
        years: year_choices(cx, &lines.years, Some(lines.year)),
        year: lines.year.short(),
        kinds: vec![kind(SlipKind::Movement), kind(SlipKind::CarryOver)],
        from: lines.choices(cx, &input.from, false),
        to: lines.choices(cx, &input.to, true),
        units: units(l, &input.unit),
        input,
        errors,
    }
}

pub async fn new(cx: Cx, Asked(query): Asked<SlipForm>) -> Outcome {
    let lines = Lines::of(&cx, &query.year).await?;
    let input = SlipForm {
        kind: SlipKind::Movement.code().to_owned(),
        unit: cx.viewer.yen_unit.code().to_owned(),
        from: query.from,
        to: query.to,
        ..SlipForm::default()
    };
    render(&form_page(&cx, &lines, input, FieldErrors::new()))
}

pub async fn create(cx: Cx, Submitted(input): Submitted<SlipForm>) -> Outcome {
    let lines = Lines::of(&cx, &input.year).await?;
    let l = cx.l;
    let fields = input.parse(l, |place| lines.knows(place)).and_then(|f| {
        if rights::proposes_for(&cx.viewer, f.from.program) || rights::proposes_for(&cx.viewer, f.to.program)
        {
            return Ok(f);
        }
        let mut errors = FieldErrors::new();
        let said = Said::new(
            "移替元か移替先のどちらかは担当の事業にしてください。",
            "One of the ends must be a program in your scope.",
        );
        errors.add("from", l.t("移替元", "From"), said);
        Err(errors)
    });
    let fields = match fields {
        Ok(fields) => fields,
        Err(errors) => return render_invalid(&form_page(&cx, &lines, input, errors)),
    };
    let id = SlipId::new();
    let movement = Movement {
        kind: fields.kind,
        from: &fields.from,
        to: &fields.to,
        amount: fields.amount,
        reason: fields.reason.as_str(),
        authority: fields.authority.as_str(),
        scenario: None,
    };
    let claim = (input.key.as_str(), routes::slip(id));
    match actions::propose(cx.pool(), &cx.actor(), id, &movement, (claim.0, &claim.1), cx.now).await? {
        Ok(()) => {
            landed(
                &cx,
                &input.key,
                id,
                l.t("提案しました。承認を待ちます。", "Proposed. It waits for approval."),
            )
            .await
        }
        Err(refusal) => {
            let mut errors = FieldErrors::new();
            errors.add("to", l.t("移替先", "To"), refusal.said());
            render_invalid(&form_page(&cx, &lines, input, errors))
        }
    }
}
