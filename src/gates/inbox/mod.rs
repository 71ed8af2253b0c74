//! What of gates waits for a viewer: lines of the home page.

mod queries;

use crate::accounts::Role;
use crate::kernel::Language;
use crate::web::Cx;

use super::rows::asker;

pub use queries::Waiting;

/// A line of the inbox.
pub struct Line {
    pub tone: &'static str,
    pub text: String,
    pub note: &'static str,
    pub href: String,
    pub when: String,
}

/// The lines of the viewer, by what blocks others most.
pub async fn lines(cx: &Cx) -> sqlx::Result<Vec<Line>> {
    let directs = cx.viewer.holds(&[Role::ProgramDirector]);
    let waiting = queries::waiting(cx.pool(), asker(cx), directs).await?;
    Ok(waiting.into_iter().map(|w| line(cx.l, w)).collect())
}

fn line(l: Language, w: Waiting) -> Line {
    let n = w.items;
    let name = l.name(&w.name_ja, w.name_en.as_deref());
    let meeting = format!("/gates/meetings/{}", w.id);
    let (tone, ja, en, note, href) = match w.kind.as_str() {
        "reopening" => (
            "warn",
            format!("再審議の承認：{name}"),
            format!("Approve a reopening: {name}"),
            l.t("PDの承認を待っています。", "It waits for the PD."),
            format!("/gates/reviews/{}#reopening", w.id),
        ),
        "close" => (
            "warn",
            format!("条件の確認：{name}"),
            format!("Close a condition: {name}"),
            l.t("証拠が提出されました。確認者はあなたです。", "Evidence is given; you are the named closer."),
            format!("/gates/reviews/{}#conditions", w.id),
        ),
        "decide" => (
            "warn",
            format!("{name}：決定を待つ議題 {n}件"),
            format!("{name}: {n} to decide"),
            l.t("委員長が結論を記録します。", "The chair records the outcome."),
            meeting,
        ),
        "reveal" => (
            "warn",
            format!("{name}：全員の採点が完了"),
            format!("{name}: everybody has finished scoring"),
            l.t("委員長が採点結果を開示します。", "The chair reveals the scores."),
            meeting,
        ),
        "resolve" => (
            "warn",
            format!("{name}：未処理の利益相反 {n}件"),
            format!("{name}: {n} conflicts to resolve"),
            l.t("除斥か免除を記録してください。", "Recuse or waive, with a reason."),
            format!("{meeting}/conflicts"),
        ),
        "vote" => (
            "info",
            format!("{name}：投票する議題 {n}件"),
            format!("{name}: vote on {n}"),
            l.t("採点結果が開示されています。", "The scores are revealed."),
            meeting,
        ),
        "score" => (
            "info",
            format!("{name}：採点する議題 {n}件"),
            format!("{name}: {n} to score"),
            l.t("採点は開示まで本人以外には見えません。", "Nobody else sees your scores before the reveal."),
            meeting,
        ),
        "state" => (
            "info",
            format!("{name}：利益相反が未申告の議題 {n}件"),
            format!("{name}: state your conflicts on {n}"),
            l.t("議題ごとに申告してください。", "State them item by item."),
            format!("{meeting}/statements"),
        ),
        _ => (
            "quiet",
            format!("{name}：準備中の会議（議題 {n}件）"),
            format!("{name}: being prepared, {n} items"),
            l.t(
                "採点を始めるまでに委員と資料をそろえます。",
                "Committee and evidence come before the scoring.",
            ),
            meeting,
        ),
    };
    Line {
        tone,
        text: l.t(&ja, &en).to_owned(),
        note,
        href,
        when: w.at.map(|at| crate::kernel::clock::today_in_japan(at).to_string()).unwrap_or_default(),
    }
}
