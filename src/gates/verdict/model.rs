//! Results of an item from its sheets: means, the score by the template's rule, the proposal.

use std::collections::HashMap;

use uuid::Uuid;

use crate::gates::model::leniency::{self, Mark};
use crate::gates::templates::{Basis, Content, Proposal};

use super::queries::SheetRow;

/// The results of one item.
#[derive(Clone, Debug, Default)]
pub struct Results {
    /// Mean per item of the template, on the item's own scale.
    pub means: HashMap<Uuid, f64>,
    /// Mean of the overall item, on ten points.
    pub overall: Option<f64>,
    /// Weighted mean of the other items, on ten points.
    pub weighted: Option<f64>,
    /// Lowest and highest overall score, on ten points.
    pub spread: Option<(f64, f64)>,
    pub sheets: usize,
    /// The score that the template's rule takes, in tenths of a point of ten.
    pub score: Option<i16>,
    pub proposal: Option<Proposal>,
}

/// The results of the submitted sheets of one item.
pub fn results(content: &Content, sheets: &[&SheetRow]) -> Results {
    let mut values: HashMap<Uuid, Vec<f64>> = HashMap::new();
    for score in sheets.iter().flat_map(|s| &s.scores) {
        if let Some(value) = score.value {
            values.entry(score.item).or_default().push(f64::from(value));
        }
    }
    let means: HashMap<Uuid, f64> =
        values.iter().map(|(item, v)| (*item, v.iter().sum::<f64>() / v.len() as f64)).collect();
    let on_ten =
        |item: &crate::gates::templates::Item, value: f64| value * 10.0 / f64::from(item.scale_points);
    let overall_item = content.overall();
    let overall = overall_item.and_then(|i| means.get(&i.id).map(|m| on_ten(i, *m)));
    let spread = overall_item.and_then(|i| {
        let all = values.get(&i.id)?;
        let low = all.iter().copied().fold(f64::INFINITY, f64::min);
        let high = all.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        Some((on_ten(i, low), on_ten(i, high)))
    });
    let weighted = content.weighted(|item| means.get(&item).copied()).map(|tenths| tenths / 10.0);
    let score = match content.rule.basis {
        Basis::Overall => overall,
        Basis::Weighted => weighted,
    }
    .map(tenths);
    let lowest = content
        .items
        .iter()
        .filter(|i| !i.is_overall)
        .filter_map(|i| means.get(&i.id).map(|m| tenths(on_ten(i, *m))))
        .min();
    Results {
        overall,
        weighted,
        spread,
        sheets: sheets.len(),
        score,
        proposal: score.map(|s| content.rule.propose(s, lowest)),
        means,
    }
}

/// Points of ten as tenths, halves up.
pub fn tenths(points: f64) -> i16 {
    // Within 0..=1000 by the scales; a cast cannot wrap.
    (points * 10.0 + 1e-9).round() as i16
}

/// Points of ten as they are printed, halves up: a mean reads the same beside the score that it makes.
pub fn in_words(points: f64) -> String {
    let tenths = tenths(points);
    format!("{}.{}", tenths / 10, tenths % 10)
}

/// Leniency over the items of a meeting, and each item's level without it.
#[derive(Clone, Debug, Default)]
pub struct Leniency {
    /// Reviewer, effect in points of ten, number of marks.
    pub reviewers: Vec<(Uuid, f64, usize)>,
    pub levels: HashMap<Uuid, f64>,
}

/// Additive effects by least squares; `overall` gives a sheet's overall score on ten points.
pub fn leniency_of(sheets: &[SheetRow], overall: impl Fn(&SheetRow) -> Option<f64>) -> Leniency {
    let mut tasks: Vec<Uuid> = sheets.iter().map(|s| s.review_id).collect();
    tasks.sort_unstable();
    tasks.dedup();
    let mut people: Vec<Uuid> = sheets.iter().map(|s| s.user_id).collect();
    people.sort_unstable();
    people.dedup();
    let marks: Vec<Mark> = sheets
        .iter()
        .filter_map(|s| {
            Some(Mark {
                task: tasks.binary_search(&s.review_id).ok()?,
                reviewer: people.binary_search(&s.user_id).ok()?,
                points: overall(s)?,
            })
        })
        .collect();
    let found = leniency::effects(tasks.len(), people.len(), &marks);
    Leniency {
        reviewers: people
            .iter()
            .enumerate()
            .filter_map(|(n, user)| Some((*user, found.reviewers[n]?, found.marks[n])))
            .collect(),
        levels: tasks.iter().enumerate().filter_map(|(n, task)| Some((*task, found.tasks[n]?))).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_round_up_and_do_not_fall_by_the_representation() {
        for (points, expected) in [(5.5, 55), (5.95, 60), (5.94, 59), (6.0, 60), (6.666_666, 67), (0.0, 0)] {
            assert_eq!(tenths(points), expected, "{points}");
        }
    }
}
