//! The inbox: what waits for the viewer, ordered by what blocks others.
//!
//! An import that waits holds up everybody's figures; a milestone reported as met waits for its PS or PO; a task that ends without a next step loses its team at a fixed
//! date; missing tags hide a task from maps and matching.

use std::collections::BTreeMap;

use uuid::Uuid;

use crate::accounts::Role;
use crate::analytics::Cube;
use crate::analytics::cube::Axis;
use crate::budget;
use crate::kernel::FiscalYear;
use crate::matching::tagging::tagging_path;
use crate::matching::waiting::Waiting;
use crate::portfolio::catalogue::Catalogue;
use crate::web::{Cx, paths};

use super::queries::{EndingProgram, LateMilestones, WaitingImport, WaitingMilestone};
use super::scope::Scope;

/// Lines of one kind; the rest is one line of its own.
const LINES: usize = 6;

/// One line.
#[derive(Clone, Debug)]
pub struct Item {
    pub kind: &'static str,
    pub tone: &'static str,
    pub text: String,
    pub note: String,
    pub href: String,
    pub when: String,
}

/// What the inbox is made from.
pub struct Sources<'a> {
    pub cx: &'a Cx,
    pub catalogue: &'a Catalogue,
    pub scope: &'a Scope,
    pub cube: &'a Cube,
    pub year: FiscalYear,
    pub imports: &'a [WaitingImport],
    pub budgets: &'a [budget::imports::queries::Waiting],
    pub ending: &'a [EndingProgram],
    pub reported: &'a [WaitingMilestone],
    pub late: &'a [LateMilestones],
    pub pairing: Waiting,
}

/// Lines of committees: to score, to vote, to resolve, to decide, to close.
pub async fn gates(cx: &Cx) -> sqlx::Result<Vec<Item>> {
    let lines = crate::gates::inbox::lines(cx).await?;
    Ok(lines
        .into_iter()
        .map(|line| Item {
            kind: cx.l.t("ゲート", "Gate"),
            tone: line.tone,
            text: line.text,
            note: line.note.to_owned(),
            href: line.href,
            when: line.when,
        })
        .collect())
}

impl Sources<'_> {
    /// All lines in order.
    pub fn items(&self) -> Vec<Item> {
        let mut items: Vec<Item> = self.imports.iter().map(|import| self.import(import)).collect();
        items.extend(self.budgets.iter().map(|draft| self.budget(draft)));
        items.extend(self.reported.iter().take(LINES).map(|milestone| self.reported(milestone)));
        items.extend(self.more_reported());
        items.extend(self.late.iter().take(LINES).map(|late| self.late(late)));
        items.extend(self.pairing());
        if !self.cx.viewer.holds(&[Role::CommitteeMember, Role::MinistryObserver, Role::Auditor]) {
            items.extend(self.ending.iter().take(LINES).map(|program| self.ending(program)));
            items.extend(self.more_ending());
        }
        items.extend(self.untagged(Axis::Phase));
        items.extend(self.untagged(Axis::Disease));
        items
    }

    fn import(&self, import: &WaitingImport) -> Item {
        let l = self.cx.l;
        Item {
            kind: l.t("取込", "Import"),
            tone: "info",
            text: format!(
                "{}{}",
                l.t("確認を待つファイル：", "File waiting for confirmation: "),
                import.file_name
            ),
            note: l
                .t(
                    "反映するか取りやめるまで、数字に入りません。",
                    "Not in any figure until applied or dropped.",
                )
                .to_owned(),
            href: format!("/imports/{}", import.id),
            when: import.created_at.with_timezone(&crate::kernel::clock::JST).format("%Y-%m-%d").to_string(),
        }
    }

    /// A budget workbook that an administrator has to confirm.
    fn budget(&self, draft: &budget::imports::queries::Waiting) -> Item {
        let l = self.cx.l;
        Item {
            kind: l.t("予算", "Budget"),
            tone: "info",
            text: format!(
                "{}{}",
                l.t("確認を待つ予算：", "Budget waiting for confirmation: "),
                draft.file_name
            ),
            note: l
                .t("差分を確かめ、反映するか中止します。", "See the difference, then apply or drop it.")
                .to_owned(),
            href: budget::imports::routes::import(draft.id),
            when: draft.created_at.with_timezone(&crate::kernel::clock::JST).format("%Y-%m-%d").to_string(),
        }
    }

    /// A milestone that waits for the viewer to accept it.
    fn reported(&self, milestone: &WaitingMilestone) -> Item {
        let l = self.cx.l;
        let name = l.t(&milestone.type_ja, &milestone.type_en);
        Item {
            kind: l.t("確認", "Accept"),
            tone: "warn",
            text: format!("{}{name}", l.t("達成報告の確認待ち：", "Reported as met: ")),
            note: l.name(&milestone.title_ja, milestone.title_en.as_deref()).to_owned(),
            href: format!("/milestones/{}#acceptance", milestone.id),
            when: format!("{}{}", l.t("達成日 ", "Met on "), milestone.reported_on.format("%Y-%m-%d")),
        }
    }

    fn more_reported(&self) -> Option<Item> {
        let l = self.cx.l;
        let rest = self.reported.len().checked_sub(LINES).filter(|n| *n > 0)?;
        Some(Item {
            kind: l.t("確認", "Accept"),
            tone: "warn",
            text: match l {
                crate::web::Language::Ja => format!("ほか{rest}件の達成報告が確認を待っています"),
                crate::web::Language::En => format!("{rest} more reports wait to be accepted"),
            },
            note: String::new(),
            href: "/milestones?show=waiting&scope=mine".to_owned(),
            when: String::new(),
        })
    }

    /// Milestones of one program that are past their due date.
    fn late(&self, late: &LateMilestones) -> Item {
        let l = self.cx.l;
        let program = self.catalogue.program(late.program);
        let name = program.map(|p| p.name(l)).unwrap_or_default();
        let code = program.map(|p| p.code.as_str()).unwrap_or_default();
        let n = late.milestones;
        Item {
            kind: l.t("遅延", "Late"),
            tone: "bad",
            text: match l {
                crate::web::Language::Ja => format!("{name}：期日を過ぎたマイルストーン {n}件"),
                crate::web::Language::En => format!("{name}: {n} milestones past their due date"),
            },
            note: String::new(),
            href: paths::with_query("/milestones", &[("show", "late"), ("program", code)]),
            when: format!("{}{}", l.t("最も古い期日 ", "Earliest "), late.earliest.format("%Y-%m-%d")),
        }
    }

    /// Options, endings and pairs that the viewer can clear; what holds up another program comes first.
    fn pairing(&self) -> Vec<Item> {
        let l = self.cx.l;
        let w = self.pairing;
        let pairing = l.t("ペアリング", "Pairing");
        let year = FiscalYear::containing(self.cx.today()).plus(-1).short();
        let unexplained = format!("/ledger/tasks?year={year}&outcome=open&mine=1");
        let lines = [
            (
                w.offered,
                pairing,
                "warn",
                l.t("提示された枠の確保を待つ課題", "Options offered to you, to be held"),
                "/options?state=offered&mine=waiting",
            ),
            (
                w.to_confirm,
                pairing,
                "warn",
                l.t("段階が終わり、確定を待つ枠", "Options whose stage ends, to be confirmed"),
                "/options?state=held&mine=waiting",
            ),
            (
                w.to_exercise,
                pairing,
                "info",
                l.t("確定し、行使を待つ枠", "Options confirmed, to be exercised"),
                "/options?state=confirmed&mine=waiting",
            ),
            (
                w.overdue,
                pairing,
                "bad",
                l.t("決定期限を過ぎた枠", "Options past their day"),
                "/options?mine=overdue",
            ),
            (
                w.unexplained,
                l.t("台帳", "Ledger"),
                "quiet",
                l.t(
                    "後継なしで終わり、理由が未記録の課題",
                    "Tasks that ended with nothing, without a reason",
                ),
                &unexplained,
            ),
            (
                w.duplicates,
                l.t("重複", "Twice"),
                "quiet",
                l.t("同一とみられる課題の組", "Pairs that may be one task"),
                "/duplicates",
            ),
        ];
        lines
            .into_iter()
            .filter(|(n, ..)| *n > 0)
            .map(|(n, kind, tone, text, href)| Item {
                kind,
                tone,
                text: match l {
                    crate::web::Language::Ja => format!("{text} {n}件"),
                    crate::web::Language::En => format!("{text}: {n}"),
                },
                note: String::new(),
                href: href.to_owned(),
                when: String::new(),
            })
            .collect()
    }

    fn ending(&self, ending: &EndingProgram) -> Item {
        let l = self.cx.l;
        let program = self.catalogue.program(ending.program);
        let name = program.map(|p| p.name(l)).unwrap_or_default();
        let code = program.map(|p| p.code.as_str()).unwrap_or_default();
        let n = ending.tasks;
        Item {
            kind: l.t("終了", "Ending"),
            tone: "warn",
            text: match l {
                crate::web::Language::Ja => format!("{name}：後続が未定の課題 {n}件"),
                crate::web::Language::En => format!("{name}: {n} without a successor"),
            },
            note: l.t("12か月以内に終了します。", "Ending within 12 months.").to_owned(),
            href: paths::with_query("/ending", &[("program", code)]),
            when: format!("{}{}", l.t("最初の終了 ", "First on "), ending.earliest.format("%Y-%m-%d")),
        }
    }

    fn more_ending(&self) -> Option<Item> {
        let l = self.cx.l;
        let rest = self.ending.get(LINES..).filter(|rest| !rest.is_empty())?;
        let tasks: i64 = rest.iter().map(|e| e.tasks).sum();
        Some(Item {
            kind: l.t("終了", "Ending"),
            tone: "warn",
            text: match l {
                crate::web::Language::Ja => format!("ほか{}事業：後続が未定の課題 {tasks}件", rest.len()),
                crate::web::Language::En => {
                    format!("{} more programs: {tasks} without a successor", rest.len())
                }
            },
            note: String::new(),
            href: "/ending".to_owned(),
            when: String::new(),
        })
    }

    /// Tasks of the viewer's own programs that lack a tag this year.
    fn untagged(&self, axis: Axis) -> Vec<Item> {
        let l = self.cx.l;
        let mut lacking: BTreeMap<Uuid, i64> = BTreeMap::new();
        let this_year = |y: i16| i32::from(y) == self.year.year();
        for group in self.cube.groups().filter(|g| this_year(g.fiscal_year) && self.scope.holds(g)) {
            if axis.tags(group).is_empty() && self.cx.viewer.rights.may_edit(group.program) {
                *lacking.entry(group.program).or_default() += group.tasks;
            }
        }
        let mut lacking: Vec<(Uuid, i64)> = lacking.into_iter().collect();
        lacking.sort_by_key(|(id, n)| (std::cmp::Reverse(*n), *id));
        let what = match axis {
            Axis::Phase => l.t("開発フェーズ", "development phase"),
            Axis::Disease => l.t("疾患領域", "disease area"),
        };
        let item = |(id, n): (Uuid, i64)| {
            let name = self.catalogue.program(id).map(|p| p.name(l)).unwrap_or_default();
            Item {
                kind: l.t("タグ", "Tags"),
                tone: "quiet",
                text: match l {
                    crate::web::Language::Ja => format!("{name}：{what}が未設定の課題 {n}件"),
                    crate::web::Language::En => format!("{name}: {n} without a {what}"),
                },
                note: l.t("題名と概要から候補を示します。", "Suggested from title and summary.").to_owned(),
                href: tagging_path(self.catalogue.program(id).map(|p| p.code.as_str()).unwrap_or_default()),
                when: String::new(),
            }
        };
        lacking.into_iter().take(LINES / 2).map(item).collect()
    }
}
