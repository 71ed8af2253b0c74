//! The results of a meeting as a file, with what the viewer may see on the page and nothing more.

use crate::export::{CsvTable, Datum, Encoding, Provenance};
use crate::gates::model::MeetingState;
use crate::gates::queries::Meeting;
use crate::kernel::clock::JST;
use crate::web::{Cx, Outcome, PageError, Said, Visible, download};

use super::pages::results;

pub async fn csv(cx: Cx, meeting: Visible<Meeting>) -> Outcome {
    let l = cx.l;
    if !matches!(meeting.state, MeetingState::Revealed | MeetingState::Closed) {
        return Err(PageError::Refused(Said::new(
            "採点結果はまだ開示されていません。",
            "The scores have not been revealed yet.",
        )));
    }
    let all = results::load(&cx, meeting.id, meeting.state).await?;
    let mut csv = CsvTable::new(Encoding::Utf8WithMark);
    let head = [
        l.t("順", "No."),
        l.t("課題番号", "Number"),
        l.t("課題名", "Title"),
        l.t("評価", "Gate"),
        l.t("提出数", "Sheets"),
        l.t("総合平均（10点）", "Overall mean (of 10)"),
        l.t("加重平均（10点）", "Weighted mean (of 10)"),
        l.t("最低–最高", "Lowest–highest"),
        l.t("甘辛を除いた水準", "Level without leniency"),
        l.t("規則による提案", "Proposed by rule"),
        l.t("状態", "State"),
    ];
    let mut bytes = csv.head(&head.map(str::to_owned));
    for r in &all.rows {
        bytes.extend(csv.row(&[
            Datum::Number(r.number_here),
            Datum::text(&r.number),
            Datum::text(&r.title),
            Datum::text(&r.template),
            Datum::Number(i64::try_from(r.sheets).unwrap_or(0)),
            Datum::text(&r.overall),
            Datum::text(&r.weighted),
            Datum::text(&r.spread),
            Datum::text(&r.level),
            Datum::text(r.proposal),
            Datum::text(r.state),
        ]));
    }
    let said = |ja, en, text: String| (l.t(ja, en).to_owned(), text);
    let name = l.name(&meeting.name_ja, meeting.name_en.as_deref()).to_owned();
    let provenance = Provenance(vec![
        said("会議", "Meeting", name),
        said("作成", "Made", cx.now.with_timezone(&JST).format("%Y-%m-%d %H:%M").to_string()),
        said("作成者", "By", cx.viewer.name(l).to_owned()),
    ]);
    bytes.extend(csv.foot(&provenance, l.t("変換できなかった文字", "Characters lost")));
    Ok(download(bytes, "text/csv; charset=utf-8", &format!("gate-results-{}.csv", meeting.id)))
}
