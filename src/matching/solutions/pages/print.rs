//! The report of a version as a PDF, lying on its side.

use crate::export::pdf::{self, Column, Document, Table};
use crate::kernel::{Language, Yen};
use crate::web::{Cx, Outcome, Section, Visible};

use super::super::queries;
use super::super::view::{self, LockShown, Seen, SlotFill, Solved, hidden_words};
use super::show::{Current, current};

pub async fn show(cx: Cx, solved: Visible<Solved>) -> Outcome {
    let Solved { head, version } = solved.into_inner();
    let l = cx.l;
    let seen = Seen::of(&cx, head).await?;
    let current = current(&cx, &seen, &version).await?;
    let locks = queries::locks_of_version(cx.pool(), version.id).await?;
    let locks = view::lock_rows(l, &seen, &locks);
    let frame = cx.page(Section::Matching, "");
    let name = l.t("マッチング結果報告", "Matching report");
    let mut document = Document::new(l, name);
    document.landscape();
    document.record_hash(version.file_hash.clone());
    document.foot(beside(l, cx.viewer.name(l), &frame.moment(&cx.now)));
    let number = version.version;
    let lead = if l.is_ja() {
        format!("{}　第{number}版", seen.head.name)
    } else {
        format!("{}, version {number}", seen.head.name)
    };
    document.title(name, lead);
    let mut facts = vec![
        (l.t("目的", "Aim").to_owned(), bracketed(l, current.aim, current.status)),
        (l.t("計算", "Solved").to_owned(), beside(l, &current.by, &frame.moment(&current.at))),
        (l.t("尺度", "Scale").to_owned(), current.scale.clone()),
        (l.t("検証", "Checked").to_owned(), current.verdict.clone()),
    ];
    for figure in &current.figures {
        let unit = if l.is_ja() || figure.unit.is_empty() { "" } else { " " };
        let value = format!("{}{unit}{}", figure.value, figure.unit);
        facts.push((figure.label.clone(), beside(l, &value, &figure.note)));
    }
    if seen.hidden > 0 {
        facts.push((l.t("注意", "Note").to_owned(), hidden_words(l, seen.hidden)));
    }
    document.facts(facts);
    if !current.conflict.is_empty() {
        document.heading(l.t("同時に守れない条件", "Limits that cannot be kept together"));
        document.list(current.conflict.clone());
    }
    pairs(&mut document, l, &current, &frame);
    fills(&mut document, l, &current, &frame);
    fixed(&mut document, l, &locks, &frame);
    document.heading(l.t("再計算", "Replay"));
    document.paragraph(l.t(
        "再計算用ファイルを「nakadachi match replay ファイル名」に渡すと、同じ答えになることを誰でも確かめられます。",
        "Anybody can recompute the answer: nakadachi match replay FILE.",
    ));
    document.small(format!("{} {}", l.t("問いのハッシュ値", "Hash of the question"), current.inputs));
    pdf::respond(&cx, &format!("{}_v{number}.pdf", seen.head.name), document).await
}

fn pairs(document: &mut Document, l: Language, current: &Current, frame: &crate::web::Page) {
    document.heading(l.t("割り当てた組", "Chosen pairs"));
    let yen = bracketed(l, l.t("初年度", "First year"), frame.unit_name());
    let mut table = Table::new(vec![
        Column::new(l.t("課題", "Task"), 5.0),
        Column::new(l.t("送り出す事業", "From"), 3.0),
        Column::new(l.t("受入れ先", "Receiving slot"), 4.0),
        Column::new(l.t("評価値", "Value"), 1.0).right(),
        Column::new(l.t("意向（送／受）", "Wishes (sending / receiving)"), 1.8),
        Column::new(yen, 1.4).right(),
    ]);
    for row in &current.pairs {
        let title =
            if row.fixed.is_empty() { row.title.clone() } else { bracketed(l, &row.title, row.fixed) };
        table.row([
            title,
            row.from.clone(),
            row.to.clone(),
            row.value.clone(),
            format!("{}{}{}", row.upstream, l.t("／", " / "), row.receiving),
            frame.yen(&row.cost),
        ]);
    }
    if table.is_empty() {
        document.paragraph(l.t("割り当てた組はありません。", "No pairs."));
    } else {
        document.table(table);
    }
    if !current.unplaced.is_empty() {
        document.heading(l.t("行き先のない課題", "Tasks without a place"));
        let mut table = Table::new(vec![
            Column::new(l.t("課題", "Task"), 5.0),
            Column::new(l.t("送り出す事業", "From"), 3.0),
            Column::new(l.t("評価値が最も高い候補", "Its most valuable pair"), 4.0),
            Column::new(l.t("評価値", "Value"), 1.0).right(),
        ]);
        for row in &current.unplaced {
            table.row([row.title.clone(), row.from.clone(), row.best.clone(), row.value.clone()]);
        }
        document.table(table);
    }
}

/// How full the slots are, then what stands below the ceilings over several of them.
fn fills(document: &mut Document, l: Language, current: &Current, frame: &crate::web::Page) {
    document.heading(l.t("受入枠の充足", "How full the slots are"));
    let yen = |label: &str| bracketed(l, label, frame.unit_name());
    let mut table = Table::new(vec![
        Column::new(l.t("受入枠", "Slot type"), 5.0),
        Column::new(l.t("割当て", "Placed"), 1.0).right(),
        Column::new(l.t("件数の範囲", "From–to"), 1.4).right(),
        Column::new(yen(l.t("初年度の合計", "First year")), 1.8).right(),
        Column::new(yen(l.t("上限額", "Ceiling")), 1.8).right(),
        Column::new(yen(l.t("残り", "Left")), 1.6).right(),
        Column::new(l.t("状況", "State"), 1.6),
    ]);
    let money = |yen: Option<Yen>| yen.map(|yen| frame.yen(&yen));
    let row = |fill: &SlotFill| {
        [
            fill.place.clone(),
            fill.placed.to_string(),
            fill.range.clone(),
            frame.yen(&fill.spent),
            money(fill.budget).unwrap_or_else(|| l.t("なし", "None").to_owned()),
            money(fill.left).unwrap_or_default(),
            fill.word.to_owned(),
        ]
    };
    current.slots.iter().for_each(|fill| table.row(row(fill)));
    if !current.ceilings.is_empty() {
        table.section(
            l.t("事業・プロジェクト・全事業の上限", "Ceilings of programs, projects and all programs"),
        );
        current.ceilings.iter().for_each(|fill| table.row(row(fill)));
    }
    document.table(table);
}

/// 総和最大（最適）; Greatest sum (Optimal).
fn bracketed(l: Language, text: &str, inside: &str) -> String {
    if l.is_ja() { format!("{text}（{inside}）") } else { format!("{text} ({inside})") }
}

/// Two words of one line.
fn beside(l: Language, one: &str, other: &str) -> String {
    match other {
        "" => one.to_owned(),
        _ => format!("{one}{}{other}", l.t("　", ", ")),
    }
}

fn fixed(document: &mut Document, l: Language, locks: &[LockShown], frame: &crate::web::Page) {
    if locks.is_empty() {
        return;
    }
    document.heading(l.t("固定と禁止", "Locks and forbids"));
    let mut table = Table::new(vec![
        Column::new(l.t("区分", "Kind"), 1.0),
        Column::new(l.t("課題", "Task"), 4.0),
        Column::new(l.t("受入れ先", "Receiving slot"), 3.0),
        Column::new(l.t("理由", "Reason"), 4.0),
        Column::new(l.t("設定", "Set by"), 2.5),
        Column::new(l.t("代償", "Cost"), 1.0).right(),
    ]);
    for lock in locks {
        table.row([
            lock.kind.to_owned(),
            lock.title.clone(),
            lock.to.clone(),
            lock.reason.clone(),
            format!("{} {}", lock.by, frame.moment(&lock.at)),
            lock.cost.clone(),
        ]);
    }
    document.table(table);
}
