//! The forms of saved views, which stand above the list.

use axum::response::IntoResponse;
use serde::Deserialize;

use crate::kernel::text::TextError;
use crate::kernel::{Said, SavedViewId, Text};
use crate::portfolio::tasks::listing::columns::{Column, Sort};
use crate::portfolio::tasks::query::{YearChoice, parse, read_year};
use crate::web::{Acting, Cx, Outcome, PageError, Redirected, Scoped, Submitted};

use super::{SavedView, actions, queries};

impl Scoped for SavedView {
    type Id = SavedViewId;

    async fn find(cx: &Cx, id: SavedViewId) -> anyhow::Result<Option<Self>> {
        Ok(queries::view(cx.pool(), id, cx.viewer.id).await?)
    }

    fn refusal(&self, cx: &Cx) -> Option<Said> {
        (self.owner_id != cx.viewer.id).then(|| {
            Said::new(
                "この保存済み条件は作成者だけが変更できます。",
                "Only its owner can change this saved view.",
            )
        })
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct ViewForm {
    key: String,
    name: String,
    q: String,
    year: String,
    sort: String,
    columns: String,
    shared: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct SharingForm {
    shared: String,
}

pub async fn create(cx: Cx, Submitted(form): Submitted<ViewForm>) -> Outcome {
    let name = Text::<80>::parse(&form.name).map_err(|e| PageError::Refused(named(e)))?;
    let mut query = parse(&form.q).query;
    if query.year == YearChoice::Running {
        query.year = read_year(&form.year).unwrap_or_default();
    }
    let view = SavedView {
        id: SavedViewId::new(),
        owner_id: cx.viewer.id,
        owner_name: cx.viewer.name_ja.clone(),
        name: name.into_string(),
        query: query.print(),
        columns: Column::print(&Column::read(&[form.columns])),
        sort: Sort::print(&Sort::read(&form.sort)),
        shared: form.shared == "true",
    };
    actions::save(cx.pool(), &view, &cx.actor(), &form.key, cx.now).await?;
    let said = format!("{}{}", view.name, cx.l.t("を保存しました。", " is saved."));
    Ok(Redirected::to(view.href()).saying(said).into_response())
}

pub async fn share(cx: Cx, view: Acting<SavedView>, Submitted(form): Submitted<SharingForm>) -> Outcome {
    let shared = form.shared == "true";
    actions::share(cx.pool(), &view, shared, &cx.actor(), cx.now).await?;
    let said = if shared {
        cx.l.t("全員に共有しました。", "Everybody sees it now.")
    } else {
        cx.l.t("共有を終了しました。", "It is yours alone now.")
    };
    Ok(Redirected::to(view.href()).saying(said).into_response())
}

pub async fn remove(cx: Cx, view: Acting<SavedView>) -> Outcome {
    actions::remove(cx.pool(), &view, &cx.actor(), cx.now).await?;
    Ok(Redirected::to(view.href()).saying(cx.l.t("削除しました。", "It is removed.")).into_response())
}

fn named(error: TextError) -> Said {
    let said = Said::from(error);
    Said::new(format!("保存する条件の名前：{}", said.ja), format!("Name of the view: {}", said.en))
}
