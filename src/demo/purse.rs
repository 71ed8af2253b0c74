//! Money of the demo, on top of its budgets: rounds of the adjustment fund with proposals in every state, slips in
//! every state, two scenarios. Amounts follow from the contracts of the demo; all of it is invented.

use chrono::{DateTime, Days, NaiveDate, Utc};
use serde_json::json;
use uuid::Uuid;

use super::accounts::account_id;
use super::plan::Size;
use super::random::{Row, row_id};
use crate::budget::ledger::grants::queries::{self as grants, NewGrant, NewUse};
use crate::budget::ledger::model::{AdjustmentGrantId, AdjustmentProposalId, ProposalState, Stance};
use crate::budget::ledger::proposals::queries as proposals;
use crate::budget::ledger::rounds::queries::{self as rounds, RoundRow};
use crate::budget::ledger::{AdjustmentRoundId, Basis, FundKind, NewProposal};
use crate::budget::model::{Kind, Stage};
use crate::budget::positions::Place;
use crate::budget::positions::queries::{self as positions};
use crate::budget::scenarios::model::{MoveId, ScenarioId};
use crate::budget::scenarios::queries as scenarios;
use crate::budget::slips::model::{SlipId, SlipKind, SlipState};
use crate::budget::slips::queries::{self as slips, NewSlip};
use crate::db::Tx;
use crate::kernel::yen::YenUnit;
use crate::kernel::{FiscalYear, Yen};
use crate::portfolio::reference;

const MILLION: i64 = 1_000_000;
const OKU: i64 = 100 * MILLION;

/// Movements of a scenario: from place, to place, yen.
type Moves = &'static [(usize, usize, i64)];

struct Purse<'a, 'c> {
    tx: &'a mut Tx<'c>,
    seed: u64,
    now: DateTime<Utc>,
    year: FiscalYear,
    next: u64,
    unit: Uuid,
    admin: Uuid,
    pd: Uuid,
    division: Uuid,
}

/// Fills the money of the demo.
pub async fn fill(tx: &mut Tx<'_>, size: Size, now: DateTime<Utc>) -> anyhow::Result<()> {
    let account = |name: &str| {
        account_id(size.seed, &format!("{name}@demo.nakadachi.example"))
            .ok_or_else(|| anyhow::anyhow!("the demo has no account {name}"))
    };
    let mut purse = Purse {
        seed: size.seed,
        now,
        year: FiscalYear::try_from(size.current_fy)?,
        next: 0,
        unit: account("unit")?,
        admin: account("admin")?,
        pd: account("pd")?,
        division: account("division")?,
        tx,
    };
    purse.last_year().await?;
    purse.this_year().await?;
    purse.slips().await?;
    purse.scenarios().await
}

impl Purse<'_, '_> {
    fn id(&mut self) -> Uuid {
        self.next += 1;
        row_id(self.seed, Row::Money, self.next)
    }

    fn ago(&self, days: u64) -> DateTime<Utc> {
        self.now - Days::new(days)
    }

    async fn round(
        &mut self,
        (year, number): (FiscalYear, i16),
        decided_on: NaiveDate,
        parts: &[(FundKind, Yen)],
    ) -> anyhow::Result<AdjustmentRoundId> {
        let id = AdjustmentRoundId(self.id());
        let row = RoundRow {
            fiscal_year: year,
            number,
            decided_on: Some(decided_on),
            total: parts.iter().map(|(_, yen)| *yen).sum(),
            unit: YenUnit::Oku,
            step: 10 * MILLION,
            rounding: Yen::ZERO,
            rounding_note: None,
            remark: Some("デモ用に作成した回です。"),
            source: Some("デモ用データ"),
            parts,
        };
        let at = decided_on.and_hms_opt(6, 0, 0).map_or(self.now, |t| t.and_utc());
        rounds::insert(self.tx, id, &row, Some(self.unit), at).await?;
        Ok(id)
    }

    #[expect(clippy::too_many_arguments, reason = "one line of the story below")]
    async fn proposal(
        &mut self,
        round: Option<AdjustmentRoundId>,
        year: FiscalYear,
        program: &str,
        amount: i64,
        (purpose, reason): (&str, &str),
        basis: Basis,
        by: Uuid,
        days_ago: u64,
    ) -> anyhow::Result<AdjustmentProposalId> {
        let id = AdjustmentProposalId(self.id());
        let facts = match basis {
            Basis::Manual => json!({}),
            Basis::Matching => json!({
                "note_ja": "マッチングの再計算による限界価値：この事業に枠を1つ加えると、割当の評価値が最も大きく伸びます。",
                "note_en": "Marginal value from re-solving a matching session: one more slot here adds most to the assignment.",
            }),
        };
        let row = NewProposal {
            id,
            fiscal_year: year,
            round,
            kind: FundKind::President,
            program: reference::program_id(program),
            amount: Yen(amount),
            purpose: purpose.to_owned(),
            reason: reason.to_owned(),
            basis,
            basis_facts: facts,
        };
        let at = self.ago(days_ago);
        proposals::insert(self.tx, &row, Some(by), at).await?;
        Ok(id)
    }

    async fn opinion(
        &mut self,
        proposal: AdjustmentProposalId,
        stance: Stance,
        body: &str,
        days_ago: u64,
    ) -> anyhow::Result<()> {
        let (id, at) = (self.id(), self.ago(days_ago));
        proposals::insert_opinion(self.tx, (id, proposal), Some(self.pd), (stance, body), at).await?;
        Ok(())
    }

    async fn grant(
        &mut self,
        (round, proposal, program): (AdjustmentRoundId, Option<AdjustmentProposalId>, Option<&str>),
        (kind, amount): (FundKind, i64),
        purpose: &str,
        days_ago: u64,
    ) -> anyhow::Result<AdjustmentGrantId> {
        let (id, at) = (AdjustmentGrantId(self.id()), self.ago(days_ago));
        if let Some(proposal) = proposal {
            let end = (ProposalState::Granted, Some(round), Some("PDの意見を踏まえて配分する。"));
            proposals::decide(self.tx, (proposal, 1), end, Some(self.unit), at).await?;
        }
        let row = NewGrant {
            id,
            round,
            kind,
            program: program.map(reference::program_id),
            proposal,
            amount: Yen(amount),
            purpose,
            authority: if kind == FundKind::TopDown {
                "健康・医療戦略推進本部決定"
            } else {
                "理事長決裁"
            },
        };
        grants::insert(self.tx, &row, Some(self.unit), at).await?;
        Ok(id)
    }

    /// A round that is closed: grants, what they went into, what came of it, and money that went back.
    async fn last_year(&mut self) -> anyhow::Result<()> {
        let year = self.year.plus(-1);
        let parts = [(FundKind::President, Yen(28 * OKU)), (FundKind::TopDown, Yen(12 * OKU))];
        let round = self.round((year, 1), year.first_day() + Days::new(76), &parts).await?;
        let text = (
            "臨床試験の登録を早めるための施設追加と検体輸送",
            "競合する開発が進んでおり、年度内の登録完了が必要なため。",
        );
        let first = self
            .proposal(Some(round), year, "R05", 18 * OKU, text, Basis::Manual, self.division, 300)
            .await?;
        self.opinion(
            first,
            Stance::Support,
            "登録の遅れは施設数によるもので、追加配分の効果が見込める。",
            292,
        )
        .await?;
        let grant = self
            .grant((round, Some(first), Some("R05")), (FundKind::President, 18 * OKU), text.0, 285)
            .await?;
        let text = ("候補化合物の追加の毒性試験", "次のステップの公募に間に合わせるため。");
        let second =
            self.proposal(Some(round), year, "R04", 9 * OKU, text, Basis::Manual, self.admin, 298).await?;
        self.opinion(second, Stance::Conditional, "試験の範囲を2化合物に絞ることを条件とする。", 290).await?;
        self.grant((round, Some(second), Some("R04")), (FundKind::President, 9 * OKU), text.0, 285).await?;
        self.grant((round, None, None), (FundKind::President, OKU), "年度内に使う見込みのない額の返納", 60)
            .await?;
        self.grant((round, None, Some("R05")), (FundKind::TopDown, 12 * OKU), "事業間連携の強化", 280)
            .await?;
        let task = sqlx::query_scalar!(
            r#"
            SELECT task_id FROM task_years WHERE program_id = $1 AND fiscal_year = $2
            ORDER BY amount_yen DESC, task_id LIMIT 1
            "#,
            reference::program_id("R05"),
            year as FiscalYear
        )
        .fetch_optional(&mut **self.tx)
        .await?;
        for (what, amount, task, days) in
            [("試験実施施設6か所の追加", 11 * OKU, task, 240), ("検体の輸送と中央測定", 6 * OKU, None, 200)]
        {
            let (id, at) = (self.id(), self.ago(days));
            let used = NewUse { task, what, amount: Yen(amount) };
            grants::insert_use(self.tx, (id, grant), &used, Some(self.division), at).await?;
        }
        let result = "登録完了が当初の計画より5か月早まり、翌年度の企業導出の協議に入った。";
        grants::put_result(self.tx, (grant, 1), result, Some(self.division), self.ago(120)).await?;
        rounds::close(self.tx, (round, 1), None, Some(self.unit), self.ago(58)).await?;
        Ok(())
    }

    /// A round under way, with a proposal in every state.
    async fn this_year(&mut self) -> anyhow::Result<()> {
        let year = self.year;
        let today = crate::kernel::clock::today_in_japan(self.now);
        let decided = (year.first_day() + Days::new(73)).min(today);
        let parts = [(FundKind::President, Yen(25 * OKU)), (FundKind::TopDown, Yen(10 * OKU))];
        let round = self.round((year, 1), decided, &parts).await?;
        let text =
            ("バイオマーカー測定の前倒し", "中間評価で有望とされ、次年度を待つと半年の空白が生じるため。");
        let granted =
            self.proposal(Some(round), year, "R05", 8 * OKU, text, Basis::Manual, self.division, 40).await?;
        self.opinion(granted, Stance::Support, "空白を避ける意義が大きい。", 33).await?;
        self.grant((round, Some(granted), Some("R05")), (FundKind::President, 7 * OKU), text.0, 25).await?;
        let text = ("治験薬製造の前倒し", "製造枠の確保が年度内に限られるため。");
        let heard =
            self.proposal(Some(round), year, "R05", 6 * OKU, text, Basis::Manual, self.division, 14).await?;
        self.opinion(heard, Stance::Conditional, "製造委託先の契約条件を確認のうえ賛成する。", 9).await?;
        let text =
            ("受入枠1件の追加", "マッチングの再計算で、枠を1つ加えたときの効果が最も大きい事業のため。");
        self.proposal(Some(round), year, "R05", 120 * MILLION, text, Basis::Matching, self.unit, 6).await?;
        let text = ("国際共同試験の準備", "海外規制当局との事前協議を年度内に行うため。");
        self.proposal(None, year, "R05", 3 * OKU, text, Basis::Manual, self.division, 3).await?;
        let text = ("シンポジウムの開催", "成果の公表を早めるため。");
        let declined =
            self.proposal(Some(round), year, "R04", OKU, text, Basis::Manual, self.admin, 30).await?;
        let note = "年度途中に必要な加速にあたらないため、当初予算での対応とする。";
        let end = (ProposalState::Declined, None, Some(note));
        proposals::decide(self.tx, (declined, 1), end, Some(self.unit), self.ago(20)).await?;
        let text = ("解析計算機の追加", "計算待ちの解消のため。");
        let withdrawn =
            self.proposal(Some(round), year, "R05", 2 * OKU, text, Basis::Manual, self.division, 28).await?;
        let end = (ProposalState::Withdrawn, None, None);
        proposals::decide(self.tx, (withdrawn, 1), end, Some(self.division), self.ago(26)).await?;
        Ok(())
    }

    /// The largest places of the running year's budget in law, the first project first.
    async fn places(&mut self) -> anyhow::Result<Vec<(Place, Yen)>> {
        let rows = sqlx::query!(
            r#"
            SELECT l.program_id AS "program!", l.project_id, l.ministry_code, l.kind AS "kind!", sum(l.amount_yen)::bigint AS "yen!"
            FROM budget_in_force l
            LEFT JOIN projects j ON j.id = l.project_id
            WHERE l.fiscal_year = $1 AND l.stage = 'initial' AND l.amount_yen > 0 AND l.program_id IS NOT NULL
            GROUP BY l.program_id, l.project_id, l.ministry_code, l.kind, j.number
            ORDER BY j.number NULLS LAST, sum(l.amount_yen) DESC, l.program_id
            LIMIT 40
            "#,
            self.year as FiscalYear
        )
        .fetch_all(&mut **self.tx)
        .await?;
        let place = |r: &_| -> Option<Kind> { Kind::from_code(r) };
        Ok(rows
            .iter()
            .filter_map(|r| {
                let place = Place {
                    year: self.year,
                    stage: Stage::Initial,
                    round: 0,
                    program: r.program,
                    project: r.project_id,
                    ministry: r.ministry_code.clone(),
                    kind: place(&r.kind)?,
                };
                Some((place, Yen(r.yen)))
            })
            .collect())
    }

    async fn slip(
        &mut self,
        kind: SlipKind,
        (from, to, amount): (&Place, &Place, Yen),
        (reason, authority): (&str, &str),
        (by, days_ago): (Uuid, u64),
    ) -> anyhow::Result<SlipId> {
        let (id, at) = (SlipId(self.id()), self.ago(days_ago));
        let ends = (positions::ensure(self.tx, from).await?, positions::ensure(self.tx, to).await?);
        let row = NewSlip {
            id,
            fiscal_year: from.year,
            kind,
            from: ends.0,
            to: ends.1,
            amount,
            reason,
            authority,
            counter_of: None,
            scenario: None,
        };
        slips::insert(self.tx, &row, Some(by), at).await?;
        Ok(id)
    }

    /// Slips in every state; one waits for the PD of project 1, one for the unit.
    async fn slips(&mut self) -> anyhow::Result<()> {
        let places = self.places().await?;
        let Some(((first, yen), (second, _))) = places.first().cloned().zip(places.get(1).cloned()) else {
            return Ok(());
        };
        let Some((other, _)) = places.iter().find(|(p, _)| p.project != first.project).cloned() else {
            return Ok(());
        };
        let part = |n: i64| Yen((yen.0 * n / 1_000 / MILLION).max(1) * MILLION);
        let (division, admin, unit) = (self.division, self.admin, self.unit);
        let movement = SlipKind::Movement;
        let texts = |reason| (reason, "移替承認書（デモ用）");
        let done = self
            .slip(movement, (&first, &second, part(20)), texts("採択件数の増に伴う組替え"), (admin, 90))
            .await?;
        slips::approve(self.tx, (done, 1), Some(unit), self.ago(88)).await?;
        slips::apply(self.tx, (done, 2), None, Some(unit), self.ago(87)).await?;
        let carried = self
            .slip(
                SlipKind::CarryOver,
                (&first, &first.carried_over(), part(10)),
                texts("試験開始の遅れによる翌年度への繰越"),
                (division, 30),
            )
            .await?;
        slips::approve(self.tx, (carried, 1), Some(unit), self.ago(28)).await?;
        let rejected =
            self.slip(movement, (&other, &first, part(8)), texts("年度末の不足の補填"), (admin, 45)).await?;
        let end = (SlipState::Rejected, Some("不足は調整費での対応を検討する。"));
        slips::end(self.tx, (rejected, 1), end, Some(unit), self.ago(44)).await?;
        let withdrawn = self
            .slip(movement, (&second, &first, part(5)), texts("金額の誤りのため取下げ"), (division, 35))
            .await?;
        slips::end(self.tx, (withdrawn, 1), (SlipState::Withdrawn, None), Some(division), self.ago(34))
            .await?;
        self.slip(movement, (&second, &first, part(6)), texts("若手枠の追加採択に充てるため"), (division, 4))
            .await?;
        self.slip(movement, (&other, &second, part(12)), texts("プロジェクトをまたぐ組替え"), (admin, 2))
            .await?;
        Ok(())
    }

    /// Two plans on the running budget, to be compared.
    async fn scenarios(&mut self) -> anyhow::Result<()> {
        let places = self.places().await?;
        let version = sqlx::query_scalar!(
            r#"SELECT id FROM budget_versions WHERE fiscal_year = $1 AND stage = 'initial' AND state = 'applied' LIMIT 1"#,
            self.year as FiscalYear
        )
        .fetch_optional(&mut **self.tx)
        .await?;
        let (Some(version), true) = (version, places.len() >= 4) else { return Ok(()) };
        let plans: [(&str, &str, Moves); 2] = [
            (
                "案A：臨床段階を厚くする",
                "基礎段階の事業から臨床段階の事業へ移す案。",
                &[(0, 1, 40), (2, 1, 25)],
            ),
            ("案B：広く薄く配る", "上位の事業から少しずつ移す案。", &[(0, 3, 10), (1, 3, 10), (0, 2, 8)]),
        ];
        for (n, (name, note, moves)) in plans.into_iter().enumerate() {
            let id = ScenarioId(self.id());
            let at = self.ago(10 - n as u64);
            scenarios::insert(self.tx, id, (version, name, note), Some(self.unit), at).await?;
            for (from, to, share) in moves {
                let ((from, yen), (to, _)) = (&places[*from], &places[*to]);
                let amount = Yen((yen.0 * share / 1_000 / MILLION).max(1) * MILLION);
                let ends = (positions::ensure(self.tx, from).await?, positions::ensure(self.tx, to).await?);
                let row = MoveId(self.id());
                scenarios::insert_move(self.tx, (row, id), (ends.0, ends.1, amount, "シナリオの検討"), at)
                    .await?;
            }
        }
        Ok(())
    }
}
