//! Export of exactly what is filtered, in the order and columns of the list. It is a POST, because it leaves an
//! entry in the audit: who took what out, when.

use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::response::Response;
use futures_util::{StreamExt, TryStreamExt, future, stream};
use serde_json::json;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;

use crate::audit::Event;
use crate::db::Recent;
use crate::export::{CsvTable, Datum, Encoding, Format, Provenance, XlsxTable};
use crate::kernel::{Language, Said, clock};
use crate::web::{Cx, Outcome, PageError, Submitted, download};

use super::columns::{Column, Sort};
use super::pages::text_of;
use super::queries::{self, TaskRow};
use super::state::{Asking, List, ListKey};

/// Bytes gathered before they are sent on.
const CHUNK: usize = 256 << 10;

/// CSV files of one chunk, up to the block that tells who took them when: a list that did not change is not read again.
#[derive(Default)]
struct Short(Recent<ShortKey, Arc<(Vec<u8>, CsvTable)>, 50>);

/// The list with its order and columns, and how it is written.
type ShortKey = (ListKey, String, Vec<Column>, Encoding, Language);

pub async fn create(cx: Cx, Submitted(asking): Submitted<Asking>) -> Outcome {
    let Some(format) = Format::from_code(&asking.format) else {
        return Err(PageError::Refused(Said::new(
            "ファイルの形式を選んでください。",
            "Choose a format of the file.",
        )));
    };
    let list = List::read(&cx, &asking).await?;
    let tasks = list.breakdown(&cx).await?.total().0;
    note(&cx, &list, format, tasks).await?;
    let name = file_name(&cx, format);
    let export = Export { origin: origin(&cx, &list, tasks), cx, list };
    Ok(match format {
        Format::Xlsx => download(export.xlsx().await?, format.content_type(), &name),
        Format::Csv => export.csv(Encoding::Utf8WithMark, format, &name),
        Format::CsvSjis => export.csv(Encoding::Cp932, format, &name),
    })
}

async fn note(cx: &Cx, list: &List, format: Format, tasks: i64) -> anyhow::Result<()> {
    let columns: Vec<&str> = list.columns.iter().map(|c| c.code()).collect();
    let details = json!({
        "query": list.applied_query().print(), "unused": list.unused(), "sort": Sort::print(&list.sorts), "columns": columns,
        "format": format.code(), "tasks": tasks,
    });
    let event = Event::new("tasks.export", "task_list", "tasks", details);
    cx.state.notes.note(cx.pool(), cx.actor(), cx.now, event).await
}

/// What the file says of itself: the query, the moment in Japan, the person.
fn origin(cx: &Cx, list: &List, tasks: i64) -> Provenance {
    let l = cx.l;
    let query = list.applied_query().print_terms();
    let unused = list.unused().join(l.t("、", ", "));
    let year = match list.filter.span {
        crate::portfolio::tasks::filter::Span::All => l.t("全年度", "All years").to_owned(),
        crate::portfolio::tasks::filter::Span::In(year) if l.is_ja() => year.japanese(),
        crate::portfolio::tasks::filter::Span::In(year) => year.english(),
    };
    let at = cx.now.with_timezone(&clock::JST).format("%Y-%m-%d %H:%M:%S JST").to_string();
    let none = l.t("（なし）", "(none)").to_owned();
    let mut lines = vec![
        (l.t("出典", "Source").to_owned(), l.t("仲立ち　課題一覧", "Nakadachi, list of tasks").to_owned()),
        (l.t("年度", "Fiscal year").to_owned(), year),
        (l.t("検索条件", "Query").to_owned(), if query.is_empty() { none } else { query }),
        (
            l.t("並び順", "Order").to_owned(),
            list.sorts.iter().map(|s| sort_name(s, l)).collect::<Vec<_>>().join(l.t("、", ", ")),
        ),
        (l.t("件数", "Tasks").to_owned(), tasks.to_string()),
        (
            l.t("金額", "Amounts").to_owned(),
            l.t("円（間接経費を含む）", "JPY, indirect cost included").to_owned(),
        ),
        (l.t("出力日時", "Written at").to_owned(), at),
        (l.t("出力者", "Written by").to_owned(), format!("{} <{}>", cx.viewer.name(l), cx.viewer.email)),
    ];
    if !unused.is_empty() {
        lines.insert(3, (l.t("使わなかった条件", "Conditions not used").to_owned(), unused));
    }
    Provenance(lines)
}

fn sort_name(sort: &Sort, l: Language) -> String {
    let turn = if sort.descending { l.t("（降順）", " (descending)") } else { "" };
    format!("{}{turn}", sort.column.name(l))
}

fn file_name(cx: &Cx, format: Format) -> String {
    let at = cx.now.with_timezone(&clock::JST).format("%Y%m%d-%H%M");
    format!("{}_{at}.{}", cx.l.t("課題一覧", "tasks"), format.extension())
}

struct Export {
    cx: Cx,
    list: List,
    origin: Provenance,
}

impl Export {
    fn labels(&self) -> Vec<String> {
        let l = self.cx.l;
        let label = |c: &Column| {
            let unit = if c.is_money() { l.t("（円）", " (JPY)") } else { "" };
            format!("{}{unit}", c.name(l))
        };
        self.list.columns.iter().map(label).collect()
    }

    fn cells(&self, row: &TaskRow) -> Vec<Datum> {
        let cell = |column: &Column| match column {
            Column::Amount => Datum::Number(row.amount_yen.0),
            Column::Direct => row.direct_yen.map_or(Datum::Empty, |yen| Datum::Number(yen.0)),
            Column::Indirect => row.indirect_yen.map_or(Datum::Empty, |yen| Datum::Number(yen.0)),
            column => Datum::text(text_of(row, *column, &self.list.catalogue, self.cx.l)),
        };
        self.list.columns.iter().map(cell).collect()
    }

    /// CSV as the rows come from the database; a failure on the way breaks the download off, so that nobody takes a
    /// part for the whole. The rows are read while the answer is sent, and no longer than somebody takes it.
    fn csv(self, encoding: Encoding, format: Format, name: &str) -> Response {
        if let Some(short) = self.kept_csv(encoding) {
            let (chunk, table) = (*short).clone();
            return download(self.closed(chunk, table), format.content_type(), name);
        }
        let (send, receive) = mpsc::channel::<anyhow::Result<Bytes>>(4);
        let reading = stream::once(async move {
            if let Err(error) = self.send_csv(encoding, &send).await {
                tracing::error!("An export broke off: {error:#}");
                let _reader_is_gone = send.send(Err(error)).await;
            }
        });
        let body = stream::select(ReceiverStream::new(receive), reading.filter_map(|()| future::ready(None)));
        download(Body::from_stream(body), format.content_type(), name)
    }

    /// Where the rows of this list stay in memory.
    fn short_key(&self, encoding: Encoding) -> ShortKey {
        let (cx, list) = (&self.cx, &self.list);
        (list.key(cx), Sort::print(&list.sorts), list.columns.clone(), encoding, cx.l)
    }

    fn kept_csv(&self, encoding: Encoding) -> Option<Arc<(Vec<u8>, CsvTable)>> {
        self.cx.state.memory.of::<Short>().0.get(&self.short_key(encoding))
    }

    /// The end of a file: what is still to be sent, and what the file says of itself.
    fn closed(&self, mut chunk: Vec<u8>, mut table: CsvTable) -> Bytes {
        let lost =
            self.cx.l.t("Shift_JISにない文字（〓に置換）", "Characters that Shift_JIS lacks (written as 〓)");
        chunk.extend(table.foot(&self.origin, lost));
        chunk.into()
    }

    /// Sends the rows as they come and keeps a file that was short; a reader who is gone ends it.
    async fn send_csv(
        &self,
        encoding: Encoding,
        send: &mpsc::Sender<anyhow::Result<Bytes>>,
    ) -> anyhow::Result<()> {
        let mut table = CsvTable::new(encoding);
        let mut chunk = table.head(&self.labels());
        let mut is_short = true;
        let mut connection = self.cx.state.read_pool.acquire().await?;
        let mut sql = queries::all_tasks(&self.list.filter, &self.cx.viewer.rights, &self.list.sorts);
        let mut rows = queries::stream_tasks(&mut connection, &mut sql);
        while let Some(row) = rows.try_next().await? {
            chunk.extend(table.row(&self.cells(&row)));
            if chunk.len() >= CHUNK {
                is_short = false;
                if send.send(Ok(std::mem::take(&mut chunk).into())).await.is_err() {
                    return Ok(());
                }
            }
        }
        if is_short {
            let kept = self.cx.state.memory.of::<Short>();
            kept.0.put(self.short_key(encoding), Arc::new((chunk.clone(), table.clone())));
        }
        let _reader_is_gone = send.send(Ok(self.closed(chunk, table))).await;
        Ok(())
    }

    async fn xlsx(self) -> anyhow::Result<Vec<u8>> {
        let (send, mut receive) = mpsc::channel::<Vec<Datum>>(256);
        let l = self.cx.l;
        let labels = self.labels();
        let widths: Vec<u16> = self.list.columns.iter().map(|c| width(*c)).collect();
        let origin = self.origin.clone();
        let (sheet, origin_sheet) = (l.t("課題", "Tasks").to_owned(), l.t("出力条件", "Origin").to_owned());
        let written = tokio::task::spawn_blocking(move || -> anyhow::Result<Vec<u8>> {
            let mut table = XlsxTable::new(&sheet, &labels, &widths)?;
            while let Some(cells) = receive.blocking_recv() {
                table.row(&cells)?;
            }
            Ok(table.finish(&origin_sheet, &origin)?)
        });
        let mut connection = self.cx.state.read_pool.acquire().await?;
        let mut sql = queries::all_tasks(&self.list.filter, &self.cx.viewer.rights, &self.list.sorts);
        let mut rows = queries::stream_tasks(&mut connection, &mut sql);
        while let Some(row) = rows.try_next().await? {
            if send.send(self.cells(&row)).await.is_err() {
                break;
            }
        }
        drop(rows);
        drop(send);
        written.await?
    }
}

fn width(column: Column) -> u16 {
    match column {
        Column::Title => 60,
        Column::Program | Column::Institution => 32,
        Column::Number | Column::Project | Column::Person | Column::Disease | Column::Phase => 18,
        _ => 14,
    }
}
