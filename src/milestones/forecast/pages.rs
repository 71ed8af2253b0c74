//! The slip forecast of every type and modality.

use askama::Template;
use serde::Deserialize;

use crate::kernel::Language;
use crate::milestones::routes::met_list_path;
use crate::milestones::types;
use crate::portfolio::catalogue::{self, Vocabulary};
use crate::web::{Asked, Cx, Outcome, Page, Section, render};

use super::model::{ENOUGH, Sample, signed};
use super::queries;

#[derive(Template)]
#[template(path = "milestones/forecast.html")]
struct ForecastPage {
    page: Page,
    lead: String,
    groups: Vec<Group>,
    /// Shows or hides the modalities of few samples, and how many there are.
    toggle: String,
    few: usize,
    shows_few: bool,
}

/// What the page may be asked.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct ForecastQuery {
    /// `few`: the modalities of few samples too.
    show: String,
}

/// A type with its modalities, the whole first.
struct Group {
    name: String,
    rows: Vec<Line>,
}

struct Line {
    modality: String,
    is_whole: bool,
    n: i64,
    href: String,
    is_enough: bool,
    days: [String; 5],
}

pub async fn show(cx: Cx, Asked(query): Asked<ForecastQuery>) -> Outcome {
    let l = cx.l;
    let types = types::of(&cx).await?;
    let c = catalogue::of(&cx).await?;
    let forecast = queries::all(&cx.state.read_pool, &cx.viewer.rights).await?;
    let line = |s: &Sample, code: &str| {
        let modality =
            s.modality_id.and_then(|id| c.value(id)).filter(|v| v.vocabulary == Vocabulary::Modality);
        Line {
            modality: if s.whole {
                l.t("全モダリティ", "All modalities").to_owned()
            } else {
                modality.map_or(l.t("未設定", "Not set"), |v| v.name(l)).to_owned()
            },
            is_whole: s.whole,
            n: s.n,
            href: met_list_path(code, (!s.whole).then(|| modality.map_or("none", |v| v.code.as_str()))),
            is_enough: s.is_enough(),
            days: s.days.map(signed),
        }
    };
    let shows_few = query.show == "few";
    let few = forecast.iter().filter(|s| !s.whole && !s.is_enough()).count();
    let is_shown = |s: &&Sample| shows_few || s.whole || s.is_enough();
    let groups = types.iter().filter_map(|t| {
        let rows: Vec<Line> = forecast
            .iter()
            .filter(|s| s.type_id == t.id)
            .filter(is_shown)
            .map(|s| line(s, &t.code))
            .collect();
        (!rows.is_empty()).then(|| Group { name: t.name(l).to_owned(), rows })
    });
    render(&ForecastPage {
        lead: match l {
            Language::Ja => format!(
                "達成が確認されたマイルストーンの、当初の期日から達成日までの日数です。{ENOUGH}件未満の行は目安になりません。"
            ),
            Language::En => format!(
                "Days from the first due date to the day it was met, over accepted milestones. Rows of fewer than {ENOUGH} are too few to rely on."
            ),
        },
        groups: groups.collect(),
        toggle: if shows_few {
            "/milestones/forecast".to_owned()
        } else {
            "/milestones/forecast?show=few".to_owned()
        },
        few,
        shows_few,
        page: cx
            .page(Section::Milestones, l.t("遅れの実績", "Slip forecast"))
            .crumb(l.t("マイルストーン", "Milestones"), "/milestones"),
    })
}
