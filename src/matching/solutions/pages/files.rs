//! The report as a workbook, and the session file that `nakadachi match replay` recomputes.

use crate::export::{Datum, Provenance, XlsxTable};
use crate::kernel::{Language, Said, Yen};
use crate::web::{Cx, Outcome, PageError, Visible, download};

use super::super::model::shown;
use super::super::queries;
use super::super::view::{self, Seen, Solved, aim_of, hidden_words, run_of};
use super::show::{Current, current};

const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// The session file; it holds every task of the session, so it is for those who may see them all.
pub async fn session_file(cx: Cx, solved: Visible<Solved>) -> Outcome {
    let Solved { head, version } = solved.into_inner();
    let seen = Seen::of(&cx, head).await?;
    if seen.hidden > 0 {
        return Err(PageError::Forbidden(Said::new(
            "このファイルには、利益相反または閲覧範囲により開けない課題が含まれています。担当外の人に取得を依頼してください。",
            "This file holds tasks that you may not see (conflict of interest or scope); ask somebody else for it.",
        )));
    }
    let text = queries::file(cx.pool(), version.id).await?;
    let name = format!("{}_v{}.session.json", seen.head.name, version.version);
    Ok(download(text.into_bytes(), "application/json", &name))
}

pub async fn workbook(cx: Cx, solved: Visible<Solved>) -> Outcome {
    let Solved { head, version } = solved.into_inner();
    let l = cx.l;
    let seen = Seen::of(&cx, head).await?;
    let current = current(&cx, &seen, &version).await?;
    let labels: Vec<String> = [
        l.t("課題名", "Task"),
        l.t("送り出す事業", "From program"),
        l.t("受入れ先", "Receiving slot"),
        l.t("評価値", "Value"),
        l.t("送り出す側の意向", "Sending side"),
        l.t("受け入れる側の意向", "Receiving side"),
        l.t("初年度の金額（円）", "First year (yen)"),
        l.t("固定・合意", "Fixed"),
    ]
    .map(str::to_owned)
    .to_vec();
    let sheet = l.t("割当て", "Assignment");
    let mut table = XlsxTable::new(sheet, &labels, &[50, 30, 40, 10, 14, 14, 16, 12])?;
    for row in rows(l, &current) {
        table.row(&row)?;
    }
    let labels: Vec<String> = [
        l.t("受入枠・上限", "Slot type or ceiling"),
        l.t("割当て", "Placed"),
        l.t("件数の範囲", "From–to"),
        l.t("初年度の合計（円）", "First year (yen)"),
        l.t("上限額（円）", "Ceiling (yen)"),
        l.t("残り（円）", "Left (yen)"),
        l.t("状況", "State"),
    ]
    .map(str::to_owned)
    .to_vec();
    table.next_sheet(
        l.t("受入枠の充足", "How full the slots are"),
        &labels,
        &[50, 10, 12, 18, 18, 18, 16],
    )?;
    for fill in current.slots.iter().chain(&current.ceilings) {
        let yen = |yen: Option<Yen>| yen.map_or(Datum::Empty, |yen| Datum::Number(yen.0));
        table.row(&[
            Datum::text(&fill.place),
            Datum::Number(i64::try_from(fill.placed).unwrap_or(i64::MAX)),
            Datum::text(&fill.range),
            Datum::Number(fill.spent.0),
            yen(fill.budget),
            yen(fill.left),
            Datum::text(fill.word),
        ])?;
    }
    let mut origin = vec![
        (l.t("セッション", "Session"), seen.head.name.clone()),
        (l.t("版", "Version"), version.version.to_string()),
        (l.t("目的", "Aim"), aim_of(&version).name(l).to_owned()),
        (l.t("状態", "Status"), view::status_words(l, &version).0.to_owned()),
        (l.t("評価値", "Objective"), version.value.map(shown).unwrap_or_default()),
        (l.t("検証", "Checked"), current.verdict.clone()),
        (l.t("尺度", "Scale"), run_of(&version).weights.words(l)),
        (l.t("問いのハッシュ値", "Hash of the question"), version.inputs_hash.clone()),
        (l.t("セッションファイルのハッシュ値", "Hash of the session file"), version.file_hash.clone()),
        (l.t("出力者", "By"), cx.viewer.name(l).to_owned()),
        (l.t("出力日時", "At"), cx.page(crate::web::Section::Matching, "").moment(&cx.now)),
    ];
    if seen.hidden > 0 {
        origin.push((l.t("注意", "Note"), hidden_words(l, seen.hidden)));
    }
    let origin = Provenance(origin.into_iter().map(|(k, v)| (k.to_owned(), v)).collect());
    let bytes = table.finish(l.t("出典", "Origin"), &origin)?;
    Ok(download(bytes, XLSX, &format!("{}_v{}.xlsx", seen.head.name, version.version)))
}

/// Placed tasks, then those without a place.
fn rows(l: Language, current: &Current) -> Vec<Vec<Datum>> {
    let placed = current.pairs.iter().map(|row| {
        vec![
            Datum::text(&row.title),
            Datum::text(&row.from),
            Datum::text(&row.to),
            Datum::text(&row.value),
            Datum::text(row.upstream),
            Datum::text(row.receiving),
            Datum::Number(row.cost.0),
            Datum::text(row.fixed),
        ]
    });
    let nowhere = l.t("行き先なし", "No place");
    let unplaced = current
        .unplaced
        .iter()
        .map(|row| vec![Datum::text(&row.title), Datum::text(&row.from), Datum::text(nowhere)]);
    placed.chain(unplaced).collect()
}
