//! Affinity: how well two records belong together, as a sum of printed parts, with its reasons.
//!
//! Pure: records in, rankings out; no database, no clock, no chance. Text alone misorders a third of the hard pairs, so a score
//! makes shortlists for people and never decides. The method and its measurements are in `docs/affinity.md`.
//!
//! ```
//! use nakadachi::matching::affinity::{AffinityIndex, Record, Settings, Thesaurus};
//! let later = vec![
//!     Record::titled("a", "COVID-19に対するmRNAワクチン開発"),
//!     Record::titled("b", "スマート治療室の開発"),
//! ];
//! let index = AffinityIndex::build(later, &[], Settings::default(), Thesaurus::shipped());
//! let ended = Record::titled("q", "新規核酸送達技術を用いたウイルス感染症遺伝子ワクチン開発");
//! let best = &index.top_k(&[ended], 1)[0][0];
//! assert_eq!(index.records()[best.candidate].id, "a");
//! assert_eq!(best.score, best.parts.sum());
//! ```

pub mod continuation;
pub mod dedupe;
pub mod explain;
pub mod index;
pub mod institutions;
pub mod measure;
pub mod normalise;
pub mod phase;
pub mod prepare;
pub mod record;
pub mod score;
pub mod stem;
pub mod tags;
pub mod terms;
pub mod thesaurus;
pub mod unwrap;
pub mod weights;
mod words;
pub mod written;

pub use explain::{ConceptShare, Explanation, TermShare, reads_as_word};
pub use index::{AffinityIndex, Match};
pub use record::{Record, Years};
pub use score::{History, PART_NAMES, PartName, Parts};
pub use thesaurus::Thesaurus;
pub use weights::{POINTS, Settings};
