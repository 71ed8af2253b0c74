//! What the demo says of milestones: which ones lead to an exit, how late they come, and why.

use crate::demo::plan::TaskPlan;
use crate::demo::random::Stream;
use crate::demo::themes::uses_treatment;
use crate::demo::titles::slot;

/// Milestones on the way of an approval class, from a phase on.
pub fn path(approval: &str, phase: char) -> &'static [&'static str] {
    match (approval, phase) {
        ("drug", 'b') => &["drug_target", "drug_lead", "patent"],
        ("drug", 'a') => &["drug_lead", "drug_candidate", "drug_nonclinical_poc", "patent"],
        ("drug", 'n') => &["drug_nonclinical_poc", "pmda", "drug_glp", "drug_cmc", "drug_ctn", "partner"],
        ("drug", 't') => &["drug_ctn", "drug_fih", "jrct", "drug_clinical_poc", "licence"],
        ("drug", 'c') => &["ethics", "jrct", "drug_clinical_poc", "dataset"],
        ("device" | "ivd", 'b') => &["device_concept", "patent"],
        ("device" | "ivd", 'a') => &["device_concept", "device_prototype", "patent", "pmda"],
        ("device" | "ivd", 'n') => &["device_spec", "device_nonclinical", "pmda", "device_qms", "device_ctn"],
        ("device" | "ivd", 't') => &["device_ctn", "device_trial", "jrct", "device_application", "licence"],
        ("device" | "ivd", 'c') => &["ethics", "jrct", "dataset", "partner"],
        ("regenerative", 'b' | 'a') => &["regen_nonclinical_poc", "regen_process", "patent"],
        ("regenerative", 'n') => &["regen_process", "regen_safety", "pmda", "regen_stock", "regen_ctn"],
        ("regenerative", 't') => &["regen_ctn", "regen_fih", "jrct", "regen_clinical_poc", "licence"],
        ("regenerative", 'c') => &["ethics", "regen_fih", "regen_clinical_poc"],
        (_, 'c' | 't') => &["ethics", "jrct", "dataset", "guideline"],
        (_, 'p' | 'o') => &["ethics", "dataset", "guideline"],
        _ => &["dataset", "patent", "partner"],
    }
}

/// Days by which a milestone comes later than first planned; trials and manufacturing slip most.
pub fn slip_of(code: &str, stream: &mut Stream) -> i64 {
    let (mean, spread) = match code {
        "drug_fih" | "device_trial" | "regen_fih" | "drug_trial" => (95.0, 90.0),
        "drug_cmc" | "regen_stock" | "regen_process" => (80.0, 80.0),
        "drug_clinical_poc" | "regen_clinical_poc" => (110.0, 110.0),
        "drug_ctn" | "device_ctn" | "regen_ctn" | "drug_glp" | "regen_safety" => (55.0, 65.0),
        "licence" | "partner" => (60.0, 120.0),
        "patent" | "jrct" | "ethics" => (18.0, 40.0),
        _ => (30.0, 55.0),
    };
    (mean + spread * stream.normal()).clamp(-90.0, 480.0) as i64
}

pub fn reason_of(code: &str, stream: &mut Stream) -> &'static str {
    let reasons: &[&str] = match code {
        "drug_fih" | "device_trial" | "regen_fih" | "drug_clinical_poc" | "regen_clinical_poc" => {
            &["enrolment", "enrolment", "ethics", "regulatory", "predecessor"]
        }
        "drug_cmc" | "regen_stock" | "regen_process" => {
            &["manufacturing", "manufacturing", "supply", "result"]
        }
        "drug_ctn" | "device_ctn" | "regen_ctn" | "pmda" => {
            &["regulatory", "regulatory", "predecessor", "result"]
        }
        "licence" | "partner" => &["partner", "partner", "ip"],
        "patent" | "patent_granted" => &["ip", "ip", "result"],
        "ethics" | "jrct" => &["ethics", "ethics", "staff"],
        _ => &["result", "supply", "staff", "funding", "replanned", "predecessor", "other"],
    };
    reasons[stream.below(reasons.len())]
}

pub fn remark_of(reason: &str, stream: &mut Stream) -> &'static str {
    let words: &[&str] = match reason {
        "enrolment" => &[
            "登録が月あたり見込みの6割にとどまる。施設を追加する。",
            "対象患者の適格基準を見直すため、登録再開は来月となる。",
        ],
        "result" => &[
            "追加の用量群で再現性を確認してから判断することとした。",
            "中間の結果を踏まえ、評価項目を一つ加えた。",
        ],
        "manufacturing" => {
            &["原薬のロット間差が基準を超え、工程の再検討が必要となった。", "CDMOの製造枠が後ろにずれた。"]
        }
        "supply" => &["試薬の輸入に時間を要している。", "委託先の試験枠が確保できなかった。"],
        "regulatory" => {
            &["対面助言で追加の毒性試験を求められた。", "相談の申込みが集中し、実施日が後ろにずれた。"]
        }
        "ethics" => &["審査委員会の指摘への回答に時間を要した。", "参加施設との契約が遅れている。"],
        "ip" => &["先行技術の調査で請求項の見直しが必要となった。", "共同出願人との持分の協議が続いている。"],
        "staff" => &["担当研究員の交代により、引継ぎの期間を設けた。", "解析担当の着任が遅れた。"],
        "funding" => &["契約の締結が遅れ、着手が後ろにずれた。"],
        "partner" => &["企業側の社内決裁が次の四半期となった。", "契約条件の協議を継続している。"],
        "predecessor" => &["先行するマイルストーンの遅れに合わせて見直した。"],
        "earlier" => &["結果が早くまとまったため前倒しする。"],
        "replanned" => &["中間評価の指摘を受けて計画を見直した。"],
        _ => &["関係機関との調整に時間を要した。"],
    };
    words[stream.below(words.len())]
}

pub const EVIDENCE_WORDS: [&str; 6] = [
    "{日}付の試験報告書（要旨）を受領し、主要評価項目の達成を確認した。",
    "{D}のモデルで事前に定めた基準を満たした。報告会資料のとおり。",
    "{日}に届出が受理された。受付番号を控えた。",
    "外部委託先の最終報告書を受領した。逸脱はない。",
    "登録情報を公開ページで確認した。",
    "契約書（写し）を受領した。締結日は{日}。",
];

pub const COMPETITORS: [&str; 4] = [
    "海外企業1社が{D}を対象に第Ⅱ相を実施中。作用機序が異なり、併用の余地がある。",
    "国内に同じ標的の開発品はない。海外の大学発企業が前臨床段階にある。",
    "既存の治療に対する優位性は、{D}の治療抵抗例で示す必要がある。",
    "類似の研究が他事業にあり、データの共有を協議している。",
];

pub fn strategy_words(
    approval: &str,
    disease: &str,
    task: &TaskPlan,
) -> (String, &'static str, &'static str) {
    match approval {
        "drug" if uses_treatment(task.theme.family()) => (
            format!("{disease}に対する{}", slot(&task.theme, "M", |text| text.ja)),
            "薬効薬理、薬物動態、GLP毒性、CMCの一式と、治験の総括報告書",
            "物質特許と用途特許。製法は出願の要否を検討中",
        ),
        "drug" => (
            format!("{disease}の治療薬"),
            "標的の検証データと化合物の構造活性相関",
            "用途特許。物質特許は企業と協議",
        ),
        "device" | "ivd" => (
            format!("{disease}の診断・治療に用いる医療機器"),
            "性能評価、生物学的安全性、ソフトウェアの検証記録",
            "基本特許と意匠。プログラムの著作権は機関に帰属",
        ),
        "regenerative" => (
            format!("{disease}に対する再生医療等製品"),
            "製造工程の記録、品質規格、造腫瘍性試験、臨床の安全性データ",
            "製法特許。細胞の使用許諾の範囲を整理する",
        ),
        _ => (
            format!("{disease}の診療に役立つ知見とデータセット"),
            "匿名化したコホートのデータと解析手順書",
            "データの利用許諾の条件",
        ),
    }
}
