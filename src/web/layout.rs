//! The frame of every page: language, viewer, navigation, breadcrumbs, and the formatting of figures and dates.

use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};

use crate::accounts::{Role, Viewer};
use crate::kernel::yen::YenUnit;
use crate::kernel::{FiscalYear, Language, Yen, clock};

use super::assets::Assets;
use super::cx::Facts;
use super::view::{Figure, Tab};
use super::{Access, AppState, kept, paths};

/// The part of the product a page belongs to; marks the current entry of the navigation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Section {
    None,
    Home,
    Map,
    Tasks,
    Search,
    Programs,
    Institutions,
    Milestones,
    Matching,
    Gates,
    Budget,
    Imports,
    Administration,
    Account,
}

/// A step of the path to this page.
#[derive(Clone, Debug)]
pub struct Crumb {
    pub label: String,
    pub href: String,
}

/// An entry of the navigation.
#[derive(Clone, Debug)]
pub struct NavEntry {
    pub label: &'static str,
    pub href: &'static str,
    pub current: bool,
}

/// What the layout template and the shared macros need; field `page` of every page struct.
#[derive(Clone)]
pub struct Page {
    pub l: Language,
    pub title: String,
    pub viewer: Option<Arc<Viewer>>,
    pub section: Section,
    pub crumbs: Vec<Crumb>,
    /// The pages beside this one, below the title.
    pub tabs: Vec<Tab>,
    pub flash: Option<String>,
    pub unit: YenUnit,
    pub path: String,
    pub query: String,
    pub now: DateTime<Utc>,
    pub demo: bool,
    /// Idempotency key for the forms of this rendering.
    pub key: String,
    /// When this page is shown, as a machine and as people read it.
    pub shown_at: String,
    pub shown: String,
    assets: Arc<Assets>,
}

impl Page {
    pub fn new(state: &AppState, facts: &Facts, section: Section, title: String) -> Self {
        let fresh =
            |mark: &str, make: &dyn Fn() -> String| if facts.marked { mark.to_owned() } else { make() };
        Self {
            l: facts.language,
            title,
            viewer: facts.viewer.clone(),
            section,
            crumbs: Vec::new(),
            tabs: Vec::new(),
            flash: facts.flash.clone(),
            unit: facts.viewer.as_ref().map(|v| v.yen_unit).unwrap_or_default(),
            path: facts.path.clone(),
            query: facts.query.clone(),
            now: facts.now,
            demo: state.settings.demo,
            key: fresh(kept::KEY_MARK, &|| uuid::Uuid::new_v4().simple().to_string()),
            shown_at: fresh(kept::INSTANT_MARK, &|| facts.now.to_rfc3339()),
            shown: fresh(kept::MOMENT_MARK, &|| moment(facts.now)),
            assets: state.assets.clone(),
        }
    }

    /// Adds a step to the path shown above the title.
    pub fn crumb(mut self, label: impl Into<String>, href: impl Into<String>) -> Self {
        self.crumbs.push(Crumb { label: label.into(), href: href.into() });
        self
    }

    /// Shows the pages beside this one below the title.
    pub fn beside(mut self, tabs: Vec<Tab>) -> Self {
        self.tabs = tabs;
        self
    }

    /// An amount in the reader's unit as a headline figure.
    pub fn figure(&self, label: &str, yen: Yen) -> Figure {
        Figure {
            label: label.to_owned(),
            value: self.yen(&yen),
            unit: self.unit_name().to_owned(),
            ..Figure::default()
        }
    }

    /// Address of a static file.
    pub fn asset(&self, name: &str) -> String {
        self.assets.href(name)
    }

    /// The entries this viewer can open.
    pub fn nav(&self) -> Vec<NavEntry> {
        let Some(viewer) = &self.viewer else { return Vec::new() };
        nav_entries(self.l)
            .into_iter()
            .filter(|(_, _, _, access)| access.admits(viewer))
            .map(|(section, label, href, _)| NavEntry { label, href, current: section == self.section })
            .collect()
    }

    /// This page in the other language.
    pub fn language_switch_href(&self) -> String {
        let kept: Vec<&str> =
            self.query.split('&').filter(|p| !p.is_empty() && !p.starts_with("lang=")).collect();
        let sep = if kept.is_empty() { "" } else { "&" };
        format!("{}?{}{sep}lang={}", self.path, kept.join("&"), self.l.other().code())
    }

    /// Address of this page, to come back to.
    pub fn here(&self) -> String {
        if self.query.is_empty() { self.path.clone() } else { format!("{}?{}", self.path, self.query) }
    }

    /// The viewer's name, empty for a visitor.
    pub fn viewer_name(&self) -> &str {
        self.viewer.as_ref().map(|v| v.name(self.l)).unwrap_or_default()
    }

    /// The viewer is one of those who keep tasks: they find the doors to work on many tasks at once.
    pub fn viewer_keeps_tasks(&self) -> bool {
        self.viewer.as_ref().is_some_and(|viewer| Access::KEEPERS.admits(viewer))
    }

    /// The roles of the viewer in words.
    pub fn viewer_roles(&self) -> String {
        let mut roles: Vec<Role> =
            self.viewer.iter().flat_map(|v| v.rights.roles.iter().map(|r| r.role)).collect();
        roles.dedup();
        roles.iter().map(|r| r.name(self.l)).collect::<Vec<_>>().join(self.l.t("、", ", "))
    }

    /// An amount in the viewer's unit, digits only.
    pub fn yen(&self, amount: &Yen) -> String {
        amount.in_unit(self.unit)
    }

    /// The viewer's unit in words.
    pub fn unit_name(&self) -> &'static str {
        self.l.t(self.unit.japanese(), self.unit.english())
    }

    /// An amount with its unit: 1,234.5百万円.
    pub fn yen_with_unit(&self, amount: &Yen) -> String {
        let space = self.l.t("", " ");
        format!("{}{space}{}", self.yen(amount), self.unit_name())
    }

    /// 令和7年度 or FY2025.
    pub fn fiscal_year(&self, year: &FiscalYear) -> String {
        if self.l.is_ja() { year.japanese() } else { year.english() }
    }

    /// 2026-03-31, in both languages: it sorts and is never misread.
    pub fn date(&self, day: &NaiveDate) -> String {
        day.format("%Y-%m-%d").to_string()
    }

    /// A moment in Japan: 2026-03-31 14:05.
    pub fn moment(&self, at: &DateTime<Utc>) -> String {
        moment(*at)
    }

    /// A count with thousands commas.
    pub fn count(&self, n: &i64) -> String {
        crate::kernel::yen::group_thousands(&n.to_string())
    }

    /// Percent-encodes a value for an address.
    pub fn encode(&self, text: &str) -> String {
        paths::encode(text)
    }
}

/// A moment in Japan: 2026-03-31 14:05.
pub(super) fn moment(at: DateTime<Utc>) -> String {
    at.with_timezone(&clock::JST).format("%Y-%m-%d %H:%M").to_string()
}

fn nav_entries(l: Language) -> Vec<(Section, &'static str, &'static str, Access)> {
    vec![
        (Section::Home, l.t("ホーム", "Home"), "/", Access::SignedIn),
        (Section::Map, l.t("マップ", "Map"), "/map", Access::SignedIn),
        (Section::Tasks, l.t("課題一覧", "Tasks"), "/tasks", Access::SignedIn),
        (Section::Matching, l.t("マッチング", "Matching"), "/matching", Access::STAFF),
        (Section::Gates, l.t("ゲート評価", "Gates"), "/gates", Access::COMMITTEES),
        (Section::Milestones, l.t("マイルストーン", "Milestones"), "/milestones", Access::SignedIn),
        (Section::Budget, l.t("予算", "Budget"), "/budget", Access::INSIDE_AND_MINISTRIES),
        (Section::Programs, l.t("事業", "Programs"), "/programs", Access::SignedIn),
        (Section::Institutions, l.t("機関", "Institutions"), "/institutions", Access::SignedIn),
        (Section::Imports, l.t("取込", "Imports"), "/imports", Access::OVERSIGHT),
        (Section::Administration, l.t("管理", "Administration"), "/admin", Access::OVERSIGHT),
    ]
}

#[cfg(test)]
impl Page {
    /// A page for tests of templates: an administrator's, without a server.
    pub fn sample(l: Language, title: &str) -> Self {
        let viewer = Viewer {
            id: crate::kernel::UserId(uuid::Uuid::nil()),
            session: crate::kernel::SessionId(uuid::Uuid::nil()),
            email: "mihon@example.jp".to_owned(),
            name_ja: "見本 花子".to_owned(),
            name_en: Some("Hanako Mihon".to_owned()),
            language: None,
            yen_unit: YenUnit::default(),
            must_change_password: false,
            rights: Arc::new(crate::accounts::Rights::default()),
        };
        Self {
            l,
            title: title.to_owned(),
            viewer: Some(Arc::new(viewer)),
            section: Section::Home,
            crumbs: Vec::new(),
            tabs: Vec::new(),
            flash: None,
            unit: YenUnit::default(),
            path: "/".to_owned(),
            query: String::new(),
            now: DateTime::UNIX_EPOCH,
            demo: true,
            key: "key".to_owned(),
            shown_at: "2026-11-20T09:00:00+09:00".to_owned(),
            shown: "2026-11-20 09:00".to_owned(),
            assets: Arc::new(Assets::load()),
        }
    }
}
