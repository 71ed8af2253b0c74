//! `GET /milestones`: what is late, what waits, what comes.

use askama::Template;
use serde::Deserialize;

use crate::kernel::Language;
use crate::kernel::listing::{PAGE_ROWS, Slice, decode_cursor, encode_cursor};
use crate::milestones::forecast::signed;
use crate::milestones::ledger::model::milestone_name;
use crate::milestones::record::forms::parse_date;
use crate::milestones::record::milestone_path;
use crate::milestones::record::model::Shown;
use crate::milestones::routes::{Show, task_milestones_path};
use crate::milestones::types;
use crate::portfolio::catalogue::{self, Vocabulary};
use crate::web::view::{Choice, Pager, Tab};
use crate::web::{Asked, Cx, Outcome, Page, PageError, Section, paths, render};

use super::queries::{self, Filter, Listed};

#[derive(Template)]
#[template(path = "milestones/index.html")]
struct IndexPage {
    page: Page,
    lead: String,
    asked: ListQuery,
    tabs: Vec<Tab>,
    scopes: Vec<Tab>,
    programs: Vec<Choice>,
    types: Vec<Choice>,
    modalities: Vec<Choice>,
    rows: Vec<RowView>,
    pager: Pager,
    is_filtered: bool,
}

struct RowView {
    name: String,
    href: String,
    task: String,
    task_href: String,
    number: String,
    program: String,
    due_on: chrono::NaiveDate,
    met_on: Option<chrono::NaiveDate>,
    slip: String,
    word: String,
    tone: &'static str,
    owner: String,
}

/// What the list may be asked.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct ListQuery {
    pub show: String,
    /// `mine` (the default where the viewer has a scope) or `all`.
    pub scope: String,
    pub program: String,
    #[serde(rename = "type")]
    pub kind: String,
    /// A code, or `none`.
    pub modality: String,
    pub from: String,
    pub until: String,
    pub after: String,
}

impl ListQuery {
    fn address(&self, with: &[(&str, &str)]) -> String {
        let value = |name: &str, own: &str| {
            with.iter().find(|(n, _)| *n == name).map_or(own.to_owned(), |(_, v)| (*v).to_owned())
        };
        let pairs = [
            ("show", value("show", &self.show)),
            ("scope", value("scope", &self.scope)),
            ("program", value("program", &self.program)),
            ("type", value("type", &self.kind)),
            ("modality", value("modality", &self.modality)),
            ("from", value("from", &self.from)),
            ("until", value("until", &self.until)),
            ("after", value("after", "")),
        ];
        let pairs: Vec<(&str, &str)> = pairs.iter().map(|(n, v)| (*n, v.as_str())).collect();
        paths::with_query("/milestones", &pairs)
    }

    fn filter(
        &self,
        cx: &Cx,
        c: &catalogue::Catalogue,
        types: &types::Types,
        mine: bool,
    ) -> Result<Filter, PageError> {
        let program = match self.program.as_str() {
            "" => None,
            code => Some(c.programs.iter().find(|p| p.code == code).ok_or(PageError::NotFound)?.id),
        };
        let type_id = match self.kind.as_str() {
            "" => None,
            code => Some(types.by_code(code).ok_or(PageError::NotFound)?.id),
        };
        let modality = match self.modality.as_str() {
            "" => None,
            "none" => Some(None),
            code => {
                let found = c.values_of(Vocabulary::Modality).find(|v| v.code == code);
                Some(Some(found.ok_or(PageError::NotFound)?.id))
            }
        };
        Ok(Filter {
            show: Show::from_code(&self.show).unwrap_or_default().code(),
            mine,
            program,
            type_id,
            modality,
            from: parse_date(&self.from).ok(),
            until: parse_date(&self.until).ok(),
            after: decode_cursor(&self.after),
            today: cx.today(),
        })
    }
}

fn show_name(show: Show, l: Language) -> &'static str {
    match show {
        Show::Late => l.t("遅延", "Late"),
        Show::Waiting => l.t("確認待ち", "To be accepted"),
        Show::Pushed => l.t("遅れの見込み", "To be late"),
        Show::Soon => l.t("90日以内", "Within 90 days"),
        Show::Planned => l.t("予定", "Planned"),
        Show::Met => l.t("達成", "Met"),
        Show::Missed => l.t("未達", "Missed"),
        Show::Dropped => l.t("取りやめ", "Dropped"),
        Show::All => l.t("すべて", "All"),
    }
}

pub async fn show(cx: Cx, Asked(asked): Asked<ListQuery>) -> Outcome {
    let l = cx.l;
    let (c, types) = (catalogue::of(&cx).await?, types::of(&cx).await?);
    let rights = &cx.viewer.rights;
    let is_scoped = !rights.programs.is_empty() || !rights.diseases.is_empty();
    let has_scope = is_scoped && !rights.sees_all;
    // A link that names a program or a type is followed as it is, whatever the scope.
    let named = !(asked.program.is_empty() && asked.kind.is_empty());
    let mine = has_scope && (asked.scope == "mine" || (asked.scope.is_empty() && !named));
    let filter = asked.filter(&cx, &c, &types, mine)?;
    let rows = queries::listed(&cx.state.read_pool, &filter, rights, PAGE_ROWS + 1).await?;
    let slice = Slice::from_fetched(rows, PAGE_ROWS as usize, |r| encode_cursor(&(r.on, r.row.id)));
    let chosen = Show::from_code(&asked.show).unwrap_or_default();
    let tab = |s: Show| Tab {
        label: show_name(s, l).to_owned(),
        href: asked.address(&[("show", s.code())]),
        count: None,
        current: s == chosen,
    };
    let scope = |code: &str, label: &str, current| Tab {
        label: label.to_owned(),
        href: asked.address(&[("scope", code)]),
        count: None,
        current,
    };
    let view = |r: &Listed| row_view(r, &cx, &c, &types);
    let rows: Vec<RowView> = slice.rows.iter().map(view).collect();
    render(&IndexPage {
        lead: l
            .t(
                "課題を横断したマイルストーンの一覧です。期日の早い順に並びます。",
                "Milestones over all tasks, the earliest date first.",
            )
            .to_owned(),
        tabs: Show::ALL.into_iter().map(tab).collect(),
        scopes: if has_scope {
            vec![
                scope("mine", l.t("担当範囲", "My scope"), mine),
                scope("all", l.t("閲覧できるすべて", "All I may see"), !mine),
            ]
        } else {
            Vec::new()
        },
        programs: c
            .programs
            .iter()
            .map(|p| Choice::new(&p.code, format!("{} {}", p.code, p.name(l)), p.code == asked.program))
            .collect(),
        types: types
            .iter()
            .map(|t| Choice::new(&t.code, format!("{}　{}", t.set.name(l), t.name(l)), t.code == asked.kind))
            .collect(),
        modalities: c
            .values_of(Vocabulary::Modality)
            .map(|v| Choice::new(&v.code, v.name(l), v.code == asked.modality))
            .collect(),
        pager: Pager {
            shown: format!("{}{}", rows.len(), l.t("件を表示", " shown")),
            first: (!asked.after.is_empty()).then(|| asked.address(&[])),
            previous: None,
            next: slice.next.map(|after| asked.address(&[("after", &after)])),
        },
        is_filtered: [&asked.program, &asked.kind, &asked.modality, &asked.from, &asked.until]
            .iter()
            .any(|v| !v.is_empty()),
        rows,
        asked,
        page: cx.page(Section::Milestones, l.t("マイルストーン", "Milestones")),
    })
}

fn row_view(r: &Listed, cx: &Cx, c: &catalogue::Catalogue, types: &types::Types) -> RowView {
    let l = cx.l;
    let row = &r.row;
    let slipped = (row.met_on.unwrap_or(row.due_on) - row.first_due_on).num_days();
    let shown = match row.shown(cx.today(), None, false) {
        Shown::Soon | Shown::Planned if r.pushed => {
            (l.t("遅れの見込み", "To be late").to_owned(), Shown::Pushed(0).tone())
        }
        shown => (shown.word(l), shown.tone()),
    };
    RowView {
        name: milestone_name(types, row.type_id, row.detail.as_deref(), l),
        href: milestone_path(row.id.into()),
        task: r.title.in_language(l).to_owned(),
        task_href: task_milestones_path(row.task_id.into()),
        number: r.number.clone().unwrap_or_default(),
        program: c.program(r.program_id).map(|p| p.name(l).to_owned()).unwrap_or_default(),
        due_on: row.due_on,
        met_on: row.met_on,
        slip: if slipped == 0 {
            String::new()
        } else {
            format!("{}{}", signed(i32::try_from(slipped).unwrap_or(i32::MAX)), l.t("日", " d"))
        },
        word: shown.0,
        tone: shown.1,
        owner: row.owner.in_language(l).to_owned(),
    }
}
