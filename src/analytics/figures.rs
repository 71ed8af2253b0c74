//! The cube of a viewer, kept in memory by year while the data version stands.
//!
//! Open tasks are counted once for all staff; what a viewer knows beyond them is small and kept by visibility key.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::accounts::Rights;
use crate::web::Cx;

use super::cube::{Cube, Group};
use super::queries;

/// Most visibility keys whose own groups are kept.
const KEPT_KEYS: usize = 200;

type Years = BTreeMap<i16, Arc<Vec<Group>>>;

#[derive(Default)]
struct Kept {
    version: i64,
    years: Option<Arc<Vec<i16>>>,
    open: Years,
    own: HashMap<String, Years>,
}

/// The kept cube of a process.
#[derive(Default)]
pub struct Figures {
    kept: Mutex<Kept>,
    /// One reader at a time fills the cube; the others wait for it instead of asking the database the same.
    filling: tokio::sync::Mutex<()>,
}

/// Fiscal years that have task-years, in order.
pub async fn years(cx: &Cx) -> sqlx::Result<Arc<Vec<i16>>> {
    let figures = cx.state.memory.of::<Figures>();
    let version = cx.facts.versions.portfolio;
    if let Some(years) = figures.at(version).years.clone() {
        return Ok(years);
    }
    let years = Arc::new(queries::years(&cx.state.read_pool).await?);
    figures.at(version).years = Some(years.clone());
    Ok(years)
}

/// What the viewer may know of `years`.
pub async fn cube(cx: &Cx, years: &[i16]) -> sqlx::Result<Cube> {
    let figures = cx.state.memory.of::<Figures>();
    let version = cx.facts.versions.portfolio;
    let rights = &cx.viewer.rights;
    let key = rights.visibility_key();
    if let Some(cube) = figures.found(version, &key, rights, years) {
        return Ok(cube);
    }
    let _filling = figures.filling.lock().await;
    if let Some(cube) = figures.found(version, &key, rights, years) {
        return Ok(cube);
    }
    let pool = &cx.state.read_pool;
    let (open_years, own_years) = figures.missing(version, &key, rights, years);
    let open =
        if open_years.is_empty() { Vec::new() } else { queries::open_groups(pool, &open_years).await? };
    let own =
        if own_years.is_empty() { Vec::new() } else { queries::own_groups(pool, &own_years, rights).await? };
    let mut kept = figures.at(version);
    put(&mut kept.open, &open_years, open);
    if kept.own.len() >= KEPT_KEYS && !kept.own.contains_key(&key) {
        kept.own.clear();
    }
    put(kept.own.entry(key.clone()).or_default(), &own_years, own);
    Ok(kept.cube(&key, rights, years).unwrap_or_default())
}

/// What the viewer may know of all years.
pub async fn whole_cube(cx: &Cx) -> sqlx::Result<Cube> {
    let years = years(cx).await?;
    cube(cx, &years).await
}

impl Figures {
    /// What is kept, emptied where the data moved on.
    fn at(&self, version: i64) -> MutexGuard<'_, Kept> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.version != version {
            *kept = Kept { version, ..Kept::default() };
        }
        kept
    }

    fn found(&self, version: i64, key: &str, rights: &Rights, years: &[i16]) -> Option<Cube> {
        self.at(version).cube(key, rights, years)
    }

    fn missing(&self, version: i64, key: &str, rights: &Rights, years: &[i16]) -> (Vec<i16>, Vec<i16>) {
        let kept = self.at(version);
        let lacks = |of: Option<&Years>| -> Vec<i16> {
            years.iter().copied().filter(|y| of.is_none_or(|kept| !kept.contains_key(y))).collect()
        };
        let open = if rights.sees_open { lacks(Some(&kept.open)) } else { Vec::new() };
        (open, lacks(kept.own.get(key)))
    }
}

impl Kept {
    fn cube(&self, key: &str, rights: &Rights, years: &[i16]) -> Option<Cube> {
        let own = self.own.get(key);
        let mut parts = Vec::with_capacity(years.len() * 2);
        for year in years {
            parts.push(own?.get(year)?.clone());
            if rights.sees_open {
                parts.push(self.open.get(year)?.clone());
            }
        }
        Some(Cube { parts })
    }
}

fn put(years: &mut Years, asked: &[i16], groups: Vec<Group>) {
    let mut by_year: BTreeMap<i16, Vec<Group>> = asked.iter().map(|y| (*y, Vec::new())).collect();
    for group in groups {
        by_year.entry(group.fiscal_year).or_default().push(group);
    }
    years.extend(by_year.into_iter().map(|(year, groups)| (year, Arc::new(groups))));
}
