//! Places in words.

use crate::budget::model::{Kind, Stage};
use crate::kernel::Language;
use crate::portfolio::catalogue::Catalogue;

use super::model::Place;

/// 当初, 第2次補正, 調整費 第3回.
pub fn stage(l: Language, stage: Stage, round: i16) -> String {
    let name = l.t(stage.japanese(), stage.english());
    match (stage, l) {
        (Stage::Supplementary, Language::Ja) => format!("第{round}次補正"),
        (Stage::Adjustment, Language::Ja) => format!("調整費 第{round}回"),
        (Stage::Supplementary | Stage::Adjustment, Language::En) => format!("{name} {round}"),
        _ => name.to_owned(),
    }
}

/// 当初, 補正, 基金, 繰越 …
pub fn kind(l: Language, kind: Kind) -> &'static str {
    l.t(kind.japanese(), kind.english())
}

/// R7 当初　R05 革新的がん…　1 医薬品　厚労　当初.
pub fn place(l: Language, catalogue: &Catalogue, place: &Place) -> String {
    let program = catalogue.program(place.program);
    let mut words = vec![
        format!("{} {}", place.year.short(), stage(l, place.stage, place.round)),
        program.map(|p| format!("{} {}", p.code, p.name(l))).unwrap_or_default(),
    ];
    words.extend(
        place.project.and_then(|id| catalogue.project(id)).map(|p| format!("{} {}", p.number, p.short(l))),
    );
    words.extend(
        place
            .ministry
            .as_deref()
            .and_then(|code| catalogue.ministry(code))
            .map(|m| l.t(&m.short_ja, &m.code).to_owned()),
    );
    if place.kind != Kind::Initial {
        words.push(kind(l, place.kind).to_owned());
    }
    words.join(l.t("　", " · "))
}
