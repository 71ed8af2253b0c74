//! The administrator's first page.

use askama::Template;

use crate::web::view::Figure;
use crate::web::{Cx, Language, Outcome, Page, Section, render};

use super::queries::{self, Overview};

/// A door to a part of the administration.
struct Door {
    label: &'static str,
    href: &'static str,
    note: &'static str,
}

#[derive(Template)]
#[template(path = "admin/index.html")]
struct IndexPage {
    page: Page,
    figures: Vec<Figure>,
    doors: Vec<Door>,
}

pub async fn index(cx: Cx) -> Outcome {
    let overview = queries::overview(cx.pool(), cx.now).await?;
    let page = cx.page(Section::Administration, cx.l.t("管理", "Administration"));
    let doors = doors(cx.l, cx.viewer.is_administrator());
    render(&IndexPage { figures: figures(&page, &overview), doors, page })
}

fn figures(page: &Page, o: &Overview) -> Vec<Figure> {
    let l = page.l;
    let figure = |label: &str, n: i64, href: Option<&str>| Figure {
        label: label.to_owned(),
        value: page.count(&n),
        unit: String::new(),
        href: href.map(str::to_owned),
        note: String::new(),
    };
    vec![
        figure(l.t("利用者", "Accounts"), o.accounts, Some("/admin/users")),
        figure(l.t("役割のない利用者", "Accounts without a role"), o.without_role, None),
        figure(l.t("開いているセッション", "Open sessions"), o.open_sessions, None),
        figure(l.t("確認待ちの取込", "Imports waiting"), o.waiting_imports, Some("/imports")),
        figure(l.t("失敗した裏方処理", "Jobs given up"), o.jobs_given_up, None),
        figure(l.t("監査記録", "Audit entries"), o.last_audit.unwrap_or(0), Some("/admin/audit")),
    ]
}

fn doors(l: Language, administrator: bool) -> Vec<Door> {
    let mut doors = Vec::new();
    if administrator {
        doors.push(Door {
            label: l.t("利用者と役割", "Accounts and roles"),
            href: "/admin/users",
            note: l.t(
                "追加、役割と範囲・期間、パスワードの再発行",
                "Add people, give roles over a scope and period, reset passwords",
            ),
        });
    }
    doors.push(Door {
        label: l.t("語彙", "Vocabularies"),
        href: "/admin/vocabularies/phase",
        note: l.t(
            "フェーズ、モダリティ、承認分類、研究の性格、疾患領域を年度で管理",
            "Phases, modalities, approval classes, natures, disease areas, by fiscal year",
        ),
    });
    doors.push(Door {
        label: l.t("マイルストーンの種類", "Milestone types"),
        href: "/admin/milestone-types",
        note: l.t(
            "医薬品・医療機器・再生医療等製品・共通の種類と、治験に数えるもの",
            "Types for drugs, devices, regenerative products and all; which count as a trial",
        ),
    });
    doors.push(Door {
        label: l.t("ゲートと評価の様式", "Templates of gates and evaluations"),
        href: "/gates/templates",
        note: l.t(
            "評価項目、尺度、判定基準、必要なエビデンスを版で管理",
            "Items, scale, rule and required evidence, kept in versions",
        ),
    });
    doors.push(Door {
        label: l.t("監査記録", "Audit entries"),
        href: "/admin/audit",
        note: l.t(
            "すべての変更を人・操作・対象・期間で確認し、連鎖を検証",
            "Every change by person, action, subject and day; verify the chain",
        ),
    });
    doors
}
