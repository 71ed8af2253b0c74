//! The rankings that the process keeps.

use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Duration, Utc};

use crate::kernel::clock::today_in_japan;
use crate::matching::affinity::score::History;
use crate::matching::affinity::{AffinityIndex, Record, Settings};
use crate::matching::records::{SlotFacts, slots, tasks};
use crate::matching::thesaurus;
use crate::portfolio::catalogue;
use crate::web::Cx;

use super::queries;

/// A ranking stays in use for so long at most once something has changed.
const FRESH: Duration = Duration::minutes(10);
/// Tasks that ended longer ago are not ranked.
const YEARS_BACK: i16 = 6;

/// What rankings are made from, at one moment.
pub struct Rankings {
    pub tasks: AffinityIndex,
    pub slots: AffinityIndex,
    pub slot_facts: Vec<SlotFacts>,
    /// When it was built, and the version of the thesaurus.
    pub built_at: DateTime<Utc>,
    pub edition: i32,
    versions: (i64, i64),
}

#[derive(Default)]
struct Kept(Mutex<Option<Arc<Rankings>>>);

/// The rankings; built where there are none, where they are of another day, or old and something changed.
pub async fn rankings(cx: &Cx) -> anyhow::Result<Arc<Rankings>> {
    let kept = cx.state.memory.of::<Kept>();
    let versions = (cx.facts.versions.portfolio, cx.facts.versions.reference);
    let present = kept.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
    if let Some(r) = present
        && today_in_japan(r.built_at) == cx.today()
        && (r.versions == versions || (r.versions.1 == versions.1 && cx.now - r.built_at < FRESH))
    {
        return Ok(r);
    }
    let c = catalogue::of(cx).await?;
    let edition = thesaurus::of(cx).await?;
    let pool = &cx.state.read_pool;
    let all = tasks(pool, cx.fiscal_year().plus(-YEARS_BACK)).await?;
    let slot_facts = slots(pool, cx.fiscal_year(), cx.today()).await?;
    let passages = queries::passages(pool).await?;
    let built_at = cx.now;
    let built = tokio::task::spawn_blocking(move || {
        let name = |id| c.program(id).map(|p| p.name_ja.as_str());
        let known: Vec<(&str, &str)> =
            passages.iter().filter_map(|(from, to)| Some((name(*from)?, name(*to)?))).collect();
        let history = || History::from_passages(known.iter().copied());
        let records: Vec<Record> = all.iter().map(|t| t.record(&c, true)).collect();
        let calls: Vec<Record> = slot_facts.iter().map(|s| s.record(&c)).collect();
        let build = |records, queries: &[Record]| {
            AffinityIndex::with_history(
                records,
                queries,
                Settings::default(),
                edition.thesaurus.clone(),
                history(),
            )
        };
        // Words that every task uses tell slot types apart no better: tasks serve their statistics.
        let sample: Vec<Record> = records.iter().step_by((records.len() / 500).max(1)).cloned().collect();
        Rankings {
            slots: build(calls, &sample),
            tasks: build(records, &[]),
            slot_facts,
            built_at,
            edition: edition.number,
            versions,
        }
    })
    .await?;
    let built = Arc::new(built);
    *kept.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(built.clone());
    Ok(built)
}
