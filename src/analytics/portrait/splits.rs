//! Shares by phase and by disease area: tasks and money of tasks with several values in equal shares, in percent
//! that add up to exactly 100.0 as printed.

use crate::web::charts::{Markup, share_bar};

use super::super::cube::{Axis, Group, Share};
use super::super::{sheet, split, words};
use super::Sitter;

/// Shares over the values of one axis.
pub struct SplitTable {
    pub title: &'static str,
    pub rows: Vec<SplitRow>,
    /// Tasks of all rows: the sum of equal shares, not of the whole tasks in each row.
    pub tasks: String,
    pub yen: String,
    pub href: String,
}

pub struct SplitRow {
    pub name: String,
    /// Page of the value, for disease areas.
    pub page_href: Option<String>,
    /// Tasks with this value, counted whole.
    pub tasks: String,
    pub href: String,
    pub task_share: String,
    pub yen: String,
    pub yen_share: String,
    pub bar: Markup,
}

impl Sitter<'_> {
    pub(super) fn split(&self, axis: Axis, keep: impl Fn(&Group) -> bool + Copy) -> SplitTable {
        let l = self.cx.l;
        let split = self.cube.split(axis, keep);
        let sum = self.cube.sum(keep);
        let mut parts: Vec<(Option<i16>, Share)> = self
            .catalogue
            .values_of(sheet::vocabulary_of(axis))
            .filter_map(|value| split.get(&Some(value.id)).map(|share| (Some(value.id), *share)))
            .collect();
        parts.extend(split.get(&None).map(|share| (None, *share)));
        let by_task = split::percentages(&parts.iter().map(|(_, s)| s.units).collect::<Vec<_>>());
        let by_yen = split::percentages(&parts.iter().map(|(_, s)| s.yen.0).collect::<Vec<_>>());
        let row = |(((tag, share), task_share), yen_share): (((&Option<i16>, &Share), String), String)| {
            let value = tag.and_then(|id| self.catalogue.value(id));
            SplitRow {
                name: value.map_or(words::not_set(l), |v| v.name(l)).to_owned(),
                page_href: value
                    .filter(|_| axis == Axis::Disease)
                    .map(|v| format!("/diseases/{}?year={}", v.code, self.years.chosen)),
                tasks: self.page.count(&share.tasks),
                href: self.query.clone().tag(self.catalogue, axis, *tag).in_year(self.years.chosen),
                bar: share_bar(yen_share.parse::<f64>().unwrap_or(0.0) / 100.0),
                task_share,
                yen: self.page.yen(&share.yen),
                yen_share,
            }
        };
        SplitTable {
            title: match axis {
                Axis::Phase => l.t("開発フェーズ別", "By phase"),
                Axis::Disease => l.t("疾患領域別", "By disease area"),
            },
            rows: parts.iter().map(|(tag, share)| (tag, share)).zip(by_task).zip(by_yen).map(row).collect(),
            tasks: self.page.count(&sum.tasks),
            yen: self.page.yen(&sum.yen),
            href: self.query.in_year(self.years.chosen),
        }
    }
}
