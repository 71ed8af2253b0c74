//! Sending a workbook, the readings so far, the template, and the file as it was sent.

use askama::Template;
use axum::extract::Multipart;
use axum::extract::multipart::MultipartError;
use axum::response::IntoResponse;
use serde::Deserialize;
use uuid::Uuid;

use crate::budget::tabs::{MoneyTab, tabs};
use crate::budget::template;
use crate::budget::versions::model::Slot;
use crate::budget::versions::queries::slot;
use crate::kernel::FiscalYear;
use crate::portfolio::catalogue;
use crate::web::{
    Asked, AtPath, Cx, Outcome, Page, PageError, Redirected, Said, Section, download, render, render_invalid,
};

use super::super::actions::{self, Uploaded};
use super::super::model::Import;
use super::super::{forms, queries, routes};

#[derive(Template)]
#[template(path = "budget/imports/index.html")]
struct IndexPage {
    page: Page,
    imports: Vec<Import>,
    error: Option<String>,
    may_upload: bool,
    template_year: String,
}

impl IndexPage {
    fn slots(&self, import: &Import) -> String {
        let names: Vec<String> = import
            .summary
            .slots
            .iter()
            .filter_map(|code| parse_slot(code))
            .map(|s| s.name(self.page.l))
            .collect();
        let more = names.len().saturating_sub(3);
        let shown = names.into_iter().take(3).collect::<Vec<_>>().join(self.page.l.t("、", ", "));
        if more > 0 { format!("{shown} ＋{more}") } else { shown }
    }
}

/// Reads `2025/initial/0`.
fn parse_slot(code: &str) -> Option<Slot> {
    let mut parts = code.split('/');
    slot(parts.next()?.parse().ok()?, parts.next()?, parts.next()?.parse().ok()?)
}

pub async fn index(cx: Cx) -> Outcome {
    render(&index_page(&cx, None).await?)
}

async fn index_page(cx: &Cx, error: Option<String>) -> Result<IndexPage, PageError> {
    Ok(IndexPage {
        imports: queries::imports(cx.pool(), 100).await?,
        error,
        may_upload: cx.viewer.is_administrator(),
        template_year: cx.fiscal_year().plus(1).short(),
        page: cx
            .page(Section::Budget, cx.l.t("予算の取込", "Budget import"))
            .crumb(cx.l.t("予算", "Budget"), "/budget/versions")
            .beside(tabs(cx, MoneyTab::Imports)),
    })
}

pub async fn upload(cx: Cx, form: Multipart) -> Outcome {
    let file = match forms::uploaded(form).await {
        Ok(file) => file,
        Err(error) => return Err(upload_error(&error)),
    };
    let Some((name, bytes)) = file else {
        let error = cx.l.t("ファイルを選んでください。", "Choose a file.").to_owned();
        return render_invalid(&index_page(&cx, Some(error)).await?);
    };
    match actions::upload(cx.pool(), &cx.actor(), (&name, bytes), cx.now).await? {
        Ok(Uploaded::New(id)) => Ok(Redirected::to(routes::import(id)).into_response()),
        Ok(Uploaded::Waiting(id)) => Ok(Redirected::to(routes::import(id))
            .saying(cx.l.t(
                "同じ内容のファイルが確認を待っています。新たには保存していません。",
                "A file with the same content is waiting for confirmation already; nothing was stored again.",
            ))
            .into_response()),
        Ok(Uploaded::InForce(id)) => Ok(Redirected::to(routes::import(id))
            .saying(cx.l.t(
                "同じ内容のファイルは既に反映されています。何も変更していません。",
                "A file with the same content is applied already. Nothing was changed.",
            ))
            .into_response()),
        Err(refusal) => {
            let error = format!("{name}: {}", super::said(&refusal).in_language(cx.l));
            render_invalid(&index_page(&cx, Some(error)).await?)
        }
    }
}

fn upload_error(error: &MultipartError) -> PageError {
    if error.status() == axum::http::StatusCode::PAYLOAD_TOO_LARGE {
        let megabytes = routes::FILE_BYTES >> 20;
        return PageError::TooLarge(Said::new(
            format!(
                "ファイルが{megabytes}MBを超えています。不要なシートや画像を除いて保存し直してください。"
            ),
            format!(
                "The file is larger than {megabytes} MB. Remove sheets and pictures that are not needed."
            ),
        ));
    }
    PageError::Refused(Said::new(
        "ファイルを受け取れませんでした。もう一度送ってください。",
        "The file did not arrive; send it again.",
    ))
}

/// The year around which the template offers years.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct TemplateQuery {
    year: String,
}

/// The empty form, with the programs of the portfolio to choose from.
pub async fn template(cx: Cx, Asked(query): Asked<TemplateQuery>) -> Outcome {
    let year = query.year.parse::<FiscalYear>().unwrap_or_else(|_| cx.fiscal_year().plus(1));
    let catalogue = catalogue::of(&cx).await?;
    let names: Vec<String> = catalogue.programs.iter().map(|p| p.name_ja.clone()).collect();
    let bytes = template::template(year, &names)?;
    Ok(download(
        bytes,
        crate::export::Format::Xlsx.content_type(),
        &format!("予算取込様式_{}.xlsx", year.short()),
    ))
}

/// A file as it was sent.
pub async fn download_file(cx: Cx, AtPath(id): AtPath<Uuid>) -> Outcome {
    let (name, bytes) = queries::file(cx.pool(), id).await?.ok_or(PageError::NotFound)?;
    Ok(download(bytes, "application/octet-stream", &name))
}
