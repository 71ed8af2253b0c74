//! Headers met in the files of the systems that tasks come from: e-Rad, AMS-like exports, lists of adopted tasks,
//! KAKEN, review sheets, and this product's own export.

use crate::kernel::text::fold;

use super::model::{Field, Mapping};
use super::table::Table;

/// The field that a header is known to mean.
pub fn field_of(header: &str) -> Option<Field> {
    let key: String = fold(header).chars().filter(|c| !c.is_whitespace() && !"_・:*※".contains(*c)).collect();
    if key.is_empty() {
        return None;
    }
    KNOWN.iter().find(|(_, names)| names.iter().any(|n| *n == key)).map(|(field, _)| *field)
}

/// Proposes a field per column; of two columns with one meaning only the first is taken.
pub fn propose(table: &Table) -> Mapping {
    let mut fields: Vec<Option<Field>> = Vec::with_capacity(table.headers.len());
    for header in &table.headers {
        let field = field_of(header).filter(|f| !fields.contains(&Some(*f)));
        fields.push(field);
    }
    let payments = fields.contains(&Some(Field::PaymentRow)) && fields.contains(&Some(Field::Recipient));
    if payments {
        let kept = |f: &Field| {
            use Field::*;
            matches!(
                f,
                PaymentRow | Recipient | FiscalYear | CorporateNumber | Chain | PaymentKind | AmountYen
            )
        };
        for field in &mut fields {
            *field = field.filter(kept);
        }
    }
    Mapping { fields, ..Mapping::default() }
}

/// Folded headers (NFKC, lower case, hiragana; without blanks and `_・:*※`) by meaning.
const KNOWN: &[(Field, &[&str])] = &[
    (Field::ExternalId, &["taskid", "課題id", "各種no"]),
    (
        Field::TaskNumber,
        &[
            "taskno",
            "課題管理番号",
            "課題番号",
            "研究課題番号",
            "採択番号",
            "応募/採択番号",
            "tasknumber",
            "研究課題/領域番号",
        ],
    ),
    (
        Field::TitleJa,
        &[
            "title",
            "研究開発課題名",
            "補助事業課題名",
            "課題名",
            "課題",
            "研究課題名",
            "採択課題名",
            "事業課題名",
            "課題名(日本語)",
            "titleja",
        ],
    ),
    (Field::TitleEn, &["titleen", "課題名(英語)", "課題名英語", "研究開発課題名(英語)", "englishtitle"]),
    (
        Field::SummaryJa,
        &["概要", "研究概要", "当年度目的", "研究開発の概要", "目的", "summary", "summaryja", "成果の概要"],
    ),
    (Field::SummaryEn, &["summaryen", "概要(英語)"]),
    (Field::SummaryNonpublic, &["概要(非公開)", "非公開概要", "非公開の概要", "summarynonpublic"]),
    (Field::Keywords, &["きいわあど", "きーわーど", "keywords", "索引語"]),
    (
        Field::Program,
        &[
            "programmes",
            "programme",
            "program",
            "事業名",
            "事業",
            "研究事業名",
            "事業名/ぷろぐらむ名",
            "制度名",
            "研究種目",
        ],
    ),
    (
        Field::Project,
        &[
            "integratedprojects",
            "integratedproject",
            "統合ぷろじぇくと",
            "ぷろじぇくと",
            "ぷろじぇくと名",
            "pj名",
            "ぷろじぇくと(pj)名",
        ],
    ),
    (
        Field::LeadName,
        &[
            "研究代表者",
            "研究開発代表者",
            "代表者",
            "氏名",
            "研究代表者氏名",
            "代表者氏名",
            "leadinvestigator",
            "lead",
        ],
    ),
    (Field::LeadEnglish, &["研究代表者(英語)", "leadinvestigatoren"]),
    (Field::ErAdNumber, &["研究者番号", "研究者番号(8)", "erad", "e-rad研究者番号"]),
    (
        Field::Institution,
        &[
            "leadinstitution",
            "所属機関",
            "代表機関名",
            "代表機関",
            "実施機関",
            "所属",
            "研究機関",
            "研究機関名",
            "代表者所属",
            "institution",
        ],
    ),
    (Field::CorporateNumber, &["leadcorporatenumber", "corporatenumber", "法人番号", "代表機関の法人番号"]),
    (Field::Institutions, &["institutions", "参加機関", "分担機関", "参加機関(;区切り)"]),
    (Field::FiscalYear, &["fiscalyear", "年度", "会計年度", "契約年度"]),
    (Field::FiscalYears, &["fiscalyears", "実施年度", "実施年度(;区切り)"]),
    (Field::FirstYear, &["firstfy", "開始年度", "研究期間開始年度"]),
    (Field::LastYear, &["lastfy", "終了年度", "研究期間終了年度"]),
    (Field::StartsOn, &["開始日", "契約開始日", "startson", "研究開始日"]),
    (Field::EndsOn, &["終了日", "契約終了日", "endson", "研究終了日"]),
    (
        Field::AmountYen,
        &["amountyen", "契約額", "契約額(円)", "金額", "金額(円)", "総額(円)", "交付額", "契約金額"],
    ),
    (Field::AmountThousand, &["契約額(千円)", "金額(千円)", "交付額(千円)"]),
    (Field::AmountMillion, &["契約額(百万円)", "金額(百万円)", "支出額(百万円)"]),
    (Field::DirectYen, &["直接経費", "直接経費(円)", "directyen"]),
    (Field::IndirectYen, &["間接経費", "間接経費(円)", "indirectyen"]),
    (Field::AmountByYear, &["amountbyfy", "年度別の額", "年度別の額(2020:円;...)"]),
    (Field::Phase, &["開発ふぇーず", "研究開発ふぇーず", "ふぇーず", "phase"]),
    (Field::Modality, &["もだりてぃ", "modality"]),
    (Field::Disease, &["疾患領域", "対象疾患", "疾患", "disease"]),
    (Field::Approval, &["承認上の分類", "研究開発対象物の承認上の分類", "approvalclass"]),
    (Field::Nature, &["研究の性格", "研究の性質", "nature"]),
    (Field::PaymentRows, &["rows", "支払行のid", "支払行のid(;区切り)"]),
    (Field::PaymentRow, &["rowid"]),
    (Field::Recipient, &["recipient", "支払先", "支払先名"]),
    (Field::Chain, &["chain", "支払の経路"]),
    (Field::PaymentKind, &["kind", "支払の種類"]),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_of_known_systems_are_recognised() {
        for (header, field) in [
            ("研究開発課題名", Field::TitleJa),
            ("補助事業課題名", Field::TitleJa),
            ("課題管理番号", Field::TaskNumber),
            ("キーワード", Field::Keywords),
            ("研究代表者", Field::LeadName),
            ("代表機関名", Field::Institution),
            ("研究者番号(8)", Field::ErAdNumber),
            ("契約額（千円）", Field::AmountThousand),
            ("amount_by_fy", Field::AmountByYear),
            ("プロジェクト(PJ)名", Field::Project),
            ("開発フェーズ", Field::Phase),
        ] {
            assert_eq!(field_of(header), Some(field), "{header}");
        }
        assert_eq!(field_of("備考"), None);
    }

    #[test]
    fn the_labels_of_the_mapping_page_are_headers_too() {
        let l = crate::kernel::Language::Ja;
        for field in [
            Field::TitleJa,
            Field::Program,
            Field::Institution,
            Field::AmountYen,
            Field::Phase,
            Field::Disease,
        ] {
            assert_eq!(field_of(field.name(l)), Some(field));
        }
    }
}
