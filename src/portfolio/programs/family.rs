//! The lineage of a program, drawn: all programs that it came from or led to, over any number of steps.

use std::collections::HashMap;

use uuid::Uuid;

use crate::kernel::Language;
use crate::portfolio::catalogue::Catalogue;
use crate::web::charts::{Edge, Head, Markup, Node, lineage};

use super::model::{Lineage, Record, Register};

/// One step in words: the table twin of the drawing.
pub struct StepRow {
    pub year: String,
    pub from: String,
    pub from_href: String,
    pub kind: &'static str,
    pub to: String,
    pub to_href: String,
    pub remark: String,
}

/// The drawing and its table; nothing where a program stands alone.
pub struct Family {
    pub chart: Markup,
    pub steps: Vec<StepRow>,
}

/// Programs joined to `program` by steps of lineage, itself first.
pub fn members(steps: &[Lineage], program: Uuid) -> Vec<Uuid> {
    let mut members = vec![program];
    let mut at = 0;
    while let Some(current) = members.get(at).copied() {
        for step in steps {
            for (one, other) in [(step.from, step.to), (step.to, step.from)] {
                if one == current && !members.contains(&other) {
                    members.push(other);
                }
            }
        }
        at += 1;
    }
    members
}

/// How many steps lead to each member; a cycle in the data ends after as many rounds as there are members.
pub fn depths(steps: &[Lineage], members: &[Uuid]) -> HashMap<Uuid, usize> {
    let mut depths: HashMap<Uuid, usize> = members.iter().map(|m| (*m, 0)).collect();
    for _ in 0..members.len() {
        for step in steps {
            let (Some(from), Some(to)) = (depths.get(&step.from).copied(), depths.get(&step.to).copied())
            else {
                continue;
            };
            if to <= from && from + 1 < members.len() {
                depths.insert(step.to, from + 1);
            }
        }
    }
    depths
}

/// Draws the family of `program`.
pub fn draw(l: Language, catalogue: &Catalogue, register: &Register, program: Uuid) -> Option<Family> {
    let members = members(&register.lineage, program);
    if members.len() < 2 {
        return None;
    }
    let depths = depths(&register.lineage, &members);
    let steps: Vec<&Lineage> = register.lineage.iter().filter(|s| members.contains(&s.from)).collect();
    let nodes: Vec<Node> = members
        .iter()
        .filter_map(|id| {
            let p = catalogue.program(*id)?;
            Some(Node {
                key: p.code.clone(),
                column: depths.get(id).copied().unwrap_or(0),
                label: p.name(l).to_owned(),
                note: format!(
                    "{}　{}",
                    p.code,
                    register.record(*id).map(|r| period(l, r)).unwrap_or_default()
                ),
                href: Some(format!("/programs/{}", p.code)),
                here: *id == program,
            })
        })
        .collect();
    let code = |id: Uuid| catalogue.program(id).map(|p| p.code.clone()).unwrap_or_default();
    let edges: Vec<Edge> = steps
        .iter()
        .map(|s| Edge {
            from: code(s.from),
            to: code(s.to),
            label: format!("{} {}", s.fiscal_year.short(), s.kind.name(l)),
            weak: s.is_inferred(),
        })
        .collect();
    let head = Head::new(
        "lineage",
        l.t("事業の系譜", "Lineage of the program"),
        l.t("改称、後継、分割、統合。破線は推定", "Renamed, succeeded, split, merged; dashed where inferred"),
    )
    .wide(900.0);
    Some(Family {
        chart: lineage(&head, &nodes, &edges),
        steps: steps.iter().map(|s| row(l, catalogue, s)).collect(),
    })
}

/// 令和2年度～令和6年度, as far as it is known.
pub fn period(l: Language, record: &Record) -> String {
    let print = |year: Option<crate::kernel::FiscalYear>| year.map(|y| y.short()).unwrap_or_default();
    if record.first_fy.is_none() && record.last_fy.is_none() {
        return String::new();
    }
    format!("{}{}{}", print(record.first_fy), l.t("～", "–"), print(record.last_fy))
}

/// A step in words.
pub fn row(l: Language, catalogue: &Catalogue, step: &Lineage) -> StepRow {
    let name = |id| catalogue.program(id).map(|p| p.name(l).to_owned()).unwrap_or_default();
    let href = |id| catalogue.program(id).map(|p| format!("/programs/{}", p.code)).unwrap_or_default();
    StepRow {
        year: step.fiscal_year.short(),
        from: name(step.from),
        from_href: href(step.from),
        kind: step.kind.name(l),
        to: name(step.to),
        to_href: href(step.to),
        remark: step.remark.clone().unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::model::LineageKind;
    use super::*;
    use crate::kernel::FiscalYear;

    fn step(from: u128, to: u128) -> Lineage {
        Lineage {
            from: Uuid::from_u128(from),
            to: Uuid::from_u128(to),
            kind: LineageKind::Succeeded,
            fiscal_year: FiscalYear::new(2020).expect("in range"),
            remark: None,
        }
    }

    #[test]
    fn a_family_is_found_over_several_steps() {
        let steps = [step(1, 2), step(2, 3), step(4, 3), step(8, 9)];
        let family = members(&steps, Uuid::from_u128(2));
        assert_eq!(family.len(), 4);
        let depths = depths(&steps, &family);
        assert_eq!(depths[&Uuid::from_u128(3)], 2);
        assert_eq!(depths[&Uuid::from_u128(4)], 0);
    }

    #[test]
    fn a_cycle_in_the_data_ends() {
        let steps = [step(1, 2), step(2, 1)];
        let family = members(&steps, Uuid::from_u128(1));
        assert!(depths(&steps, &family).values().all(|d| *d < 2));
    }
}
