//! Which dimension a column holds, by its heading.

use super::key;

/// What a column is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    Program,
    Project,
    Ministry,
    Kind,
    Stage,
    Year,
    Unit,
    Amount,
    /// 備考 and other texts that go along with a line.
    Note,
    /// A running number: says nothing about the line.
    Serial,
    /// A code or other text that tells lines apart.
    Code,
    /// The year of the publication that a row comes from: of several, the newest counts.
    Edition,
    /// 区分, 項目: decided by what the column holds.
    Open,
    /// 増減, 対前年度比, 課題数 …: numbers that are no amounts of the table.
    Aside,
}

/// Reads the heading of a column; `label` is its key.
pub(super) fn role_of(text: &str, label: &str) -> Option<Role> {
    use Role::*;
    const WHOLE: &[(Role, &[&str])] = &[
        (
            Program,
            &[
                "事業名",
                "研究事業名",
                "事業名称",
                "プログラム名",
                "事業・プログラム名",
                "事業",
                "研究事業",
                "プログラム",
                "事項",
                "事項名",
                "施策名",
                "施策・事業名",
                "program",
                "program_name",
                "programme",
                "sheet_name",
                "対象事業",
                "配分先事業",
                "配分先",
                "事業等",
                "事業名等",
                "研究事業等",
                "事業・研究名",
                "name",
                "補助事業名",
            ],
        ),
        (
            Project,
            &[
                "プロジェクト",
                "プロジェクト名",
                "PJ",
                "PJ区分",
                "PJ名",
                "プロジェクト(PJ)名",
                "プロジェクト（PJ）",
                "統合プロジェクト",
                "統合プロジェクト名",
                "project",
                "project_no",
                "project_name",
                "プロジェクト区分",
                "統合PJ",
                "プロジェクト番号",
            ],
        ),
        (
            Ministry,
            &[
                "省庁",
                "府省",
                "府省庁",
                "府省名",
                "府省庁名",
                "省庁名",
                "所管",
                "所管省庁",
                "所管府省",
                "所管府省庁",
                "担当省庁",
                "主管省庁",
                "ministry",
                "担当府省",
                "所管庁",
            ],
        ),
        (
            Kind,
            &[
                "種別",
                "予算種別",
                "経費種別",
                "経費区分",
                "予算区分",
                "kind",
                "予算の種類",
                "財源",
                "経費の種類",
            ],
        ),
        (Stage, &["段階", "予算段階", "stage"]),
        (Year, &["年度", "会計年度", "予算年度", "fiscal_year", "対象年度", "実施年度", "FY", "year"]),
        (Unit, &["単位", "unit", "金額単位"]),
        (
            Amount,
            &[
                "金額",
                "予算額",
                "額",
                "amount",
                "配分額",
                "計上額",
                "予算",
                "amount_yen",
                "予算金額",
                "金額計",
            ],
        ),
        (
            Note,
            &[
                "備考",
                "摘要",
                "note",
                "notes",
                "説明",
                "概要",
                "内容",
                "remarks",
                "purpose",
                "overview",
                "注記",
                "事業内容",
                "事業概要",
                "備考欄",
                "目的",
                "事業実施期間",
                "実施期間",
                "担当課",
                "担当部局",
                "主管部局・課室名",
                "AMED担当部・課名",
                "省内関係部局",
                "担当",
                "問合せ先",
                "注",
                "実施年限",
                "期間",
                "用途",
                "主な内容",
            ],
        ),
        (Serial, &["No", "No.", "№", "番号", "項番", "通番", "#", "連番", "整理番号", "項"]),
        (
            Code,
            &[
                "コード",
                "事業コード",
                "program_code",
                "sheet_id",
                "id",
                "事業番号",
                "予算事業ID",
                "レビューシート番号",
                "source",
                "term",
                "期",
                "分野",
                "細目",
            ],
        ),
        (Edition, &["review_year", "レビュー年度", "公表年度"]),
        (Open, &["区分", "項目", "内訳", "分類", "名称", "件名"]),
    ];
    static MAP: std::sync::OnceLock<std::collections::HashMap<String, Role>> = std::sync::OnceLock::new();
    let map = MAP.get_or_init(|| {
        WHOLE.iter().flat_map(|(role, words)| words.iter().map(|w| (key(w), *role))).collect()
    });
    if let Some(role) = map.get(label) {
        return Some(*role);
    }
    // 「予算額（千円）」 and 「金額（Ａ）」: what stands in brackets is not part of the heading.
    let cut: String = text.split(['(', '（', '[', '〔', '\n']).next().unwrap_or_default().into();
    if let Some(role) = map.get(&key(&cut)).filter(|_| !cut.trim().is_empty()) {
        return Some(*role);
    }
    let has = |words: &[&str]| words.iter().any(|w| label.contains(w));
    if has(&[
        "増減",
        "差引",
        "差額",
        "対前年",
        "前年比",
        "前年度比",
        "伸率",
        "伸び率",
        "割合",
        "構成比",
        "しぇあ",
        "課題数",
        "件数",
        "採択数",
        "人数",
        "比率",
        "達成率",
        "執行率",
    ]) || label.ends_with('率')
        || label.contains('%')
    {
        return Some(Aside);
    }
    if label.ends_with("事業名") || label.ends_with("ぷろぐらむ名") {
        return Some(Program);
    }
    None
}
