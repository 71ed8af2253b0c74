//! The forms of saved views, which stand above the list.

use axum::response::IntoResponse;
use serde::Deserialize;

use crate::kernel::{Said, SavedViewId, Text};
use crate::portfolio::tasks::listing::columns::{Column, Sort};
use crate::portfolio::tasks::listing::pages::index_with_view;
use crate::portfolio::tasks::listing::state::Asking;
use crate::portfolio::tasks::query::{YearChoice, parse, read_year};
use crate::web::{Acting, Cx, FieldErrors, Outcome, Redirected, Scoped, Submitted};

use super::actions::Saved;
use super::{SavedView, ViewTyped, actions, queries};

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
    /// `true` to put it in the place of a view of the same name.
    replace: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct SharingForm {
    shared: String,
}

pub async fn create(cx: Cx, Submitted(form): Submitted<ViewForm>) -> Outcome {
    let name = match Text::<80>::parse(&form.name) {
        Ok(name) => name,
        Err(error) => return invalid(&cx, form, error.into(), false).await,
    };
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
        columns: Column::print(&Column::read(std::slice::from_ref(&form.columns))),
        sort: Sort::print(&Sort::read(&form.sort)),
        shared: form.shared == "true",
    };
    let replaces = form.replace == "true";
    let said = match actions::save(cx.pool(), &view, replaces, &cx.actor(), &form.key, cx.now).await? {
        Saved::AsNew => cx.l.t("を保存しました。", " is saved."),
        Saved::InItsPlace => cx.l.t("を置き換えました。", " is replaced."),
        Saved::NameTaken => {
            let said = Said::new(
                format!(
                    "「{}」は既にあります。下の「置き換える」を選んで保存するか、別の名前にしてください。",
                    view.name
                ),
                format!(
                    "“{}” exists already. Tick “Replace it” below and save, or choose another name.",
                    view.name
                ),
            );
            return invalid(&cx, form, said, true).await;
        }
    };
    Ok(Redirected::to(view.href()).saying(format!("{}{said}", view.name)).into_response())
}

async fn invalid(cx: &Cx, form: ViewForm, said: Said, is_taken: bool) -> Outcome {
    let label = cx.l.t("保存する条件の名前", "Name of the view");
    let errors = FieldErrors::one("view-name", label, said);
    let typed = ViewTyped { name: form.name, shared: form.shared == "true", errors, is_taken };
    let (q, year, sort, columns) = (form.q, form.year, form.sort, vec![form.columns]);
    index_with_view(cx, &Asking { q, year, sort, columns, ..Asking::default() }, typed).await
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
