//! A stored session, recomputed: is the answer still the same, to the byte?
//!
//! A session file holds the instance, the objective and the solution, with a hash over the whole. Replaying reads it
//! anywhere, solves again, and reports `identical` or the first difference.

use super::instance::Instance;
use super::solution::{Objective, Solution, canonical_text};
use super::solve::{Options, solve};
use super::words::Words;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// Version of the session file's format.
pub const SESSION_FORMAT: u32 = 1;
/// Version of the solver's answers: raised whenever the same instance could give other bytes.
pub const SOLVER_VERSION: u32 = 2;

/// Everything needed to recompute a session.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SessionFile {
    pub format: u32,
    pub solver: u32,
    pub instance: Instance,
    pub objective: Objective,
    /// Whether the search ended by itself; a solution cut off by a time limit cannot be recomputed exactly.
    pub complete: bool,
    /// Most nodes that the search was allowed; without it, the solver's own limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub node_limit: Option<usize>,
    /// Rules, weights, locks with their authors and whatever else belongs to the record; hashed, not interpreted.
    #[serde(default)]
    pub record: serde_json::Value,
    pub solution: Solution,
    /// SHA-256 of the canonical JSON of all other fields, the solution's time left out.
    pub hash: String,
}

/// What a replay found.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Replayed {
    Identical,
    /// The first difference, in words.
    Different(Words),
}

impl SessionFile {
    /// Packs a solved instance.
    pub fn new(
        instance: Instance,
        objective: Objective,
        complete: bool,
        record: serde_json::Value,
        solution: Solution,
    ) -> SessionFile {
        Self::pack(instance, objective, complete, record, solution, None)
    }

    /// Packs an instance that was solved within a number of nodes.
    pub fn limited(
        instance: Instance,
        objective: Objective,
        complete: bool,
        record: serde_json::Value,
        solution: Solution,
        nodes: usize,
    ) -> SessionFile {
        Self::pack(instance, objective, complete, record, solution, Some(nodes))
    }

    fn pack(
        instance: Instance,
        objective: Objective,
        complete: bool,
        record: serde_json::Value,
        solution: Solution,
        node_limit: Option<usize>,
    ) -> SessionFile {
        let file = SessionFile {
            format: SESSION_FORMAT,
            solver: SOLVER_VERSION,
            instance,
            objective,
            complete,
            node_limit,
            record,
            solution,
            hash: String::new(),
        };
        let hash = file.content_hash();
        SessionFile { hash, ..file }
    }

    /// Reads a session file; the error names the place.
    pub fn from_json(text: &str) -> Result<SessionFile, serde_json::Error> {
        serde_json::from_str(text)
    }

    /// The file as JSON on one line.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("plain data with text keys serialises")
    }

    /// The hash the content calls for.
    pub fn content_hash(&self) -> String {
        let mut value = serde_json::to_value(self).expect("plain data with text keys serialises");
        if let Some(fields) = value.as_object_mut() {
            fields.remove("hash");
            if let Some(solution) = fields.get_mut("solution").and_then(|solution| solution.as_object_mut()) {
                solution.remove("seconds");
            }
        }
        let mut text = String::new();
        canonical_text(&value, &mut text);
        hex::encode(Sha256::digest(text.as_bytes()))
    }

    /// Solves again and compares.
    pub fn replay(&self, options: &Options) -> Replayed {
        let different = |ja: String, en: String| Replayed::Different(Words::new(ja, en));
        if self.format != SESSION_FORMAT || self.solver != SOLVER_VERSION {
            let (format, solver) = (self.format, self.solver);
            return different(
                format!(
                    "形式 {format}・ソルバー {solver} 版の記録です（このプログラムは {SESSION_FORMAT}・{SOLVER_VERSION} 版）"
                ),
                format!(
                    "recorded with format {format}, solver {solver}; this program has {SESSION_FORMAT}, {SOLVER_VERSION}"
                ),
            );
        }
        let nodes = self.node_limit.unwrap_or(options.node_limit);
        let again = solve(&self.instance, self.objective, &Options { stop: options.stop, node_limit: nodes });
        let found = if again.timeless() == self.solution.timeless() {
            Replayed::Identical
        } else {
            first_difference(&self.solution, &again)
        };
        if self.hash == self.content_hash() {
            return found;
        }
        let (ja, en) = ("ハッシュ値が内容と合いません", "the hash does not match the content");
        match found {
            Replayed::Identical => different(
                format!("{ja}。再計算の結果は記録のとおりです"),
                format!("{en}; the recomputed result is the recorded one"),
            ),
            Replayed::Different(first) => {
                different(format!("{ja}。{}", first.ja), format!("{en}; {}", first.en))
            }
        }
    }
}

fn first_difference(stored: &Solution, again: &Solution) -> Replayed {
    let different = |what_ja: &str, what: &str, stored: String, again: String| {
        Replayed::Different(Words::new(
            format!("{what_ja}：記録 {stored}、再計算 {again}"),
            format!("{what}: stored {stored}, recomputed {again}"),
        ))
    };
    if stored.status != again.status {
        return different("状態", "status", text(&stored.status), text(&again.status));
    }
    if stored.objective != again.objective {
        return different("目的値", "objective", text(&stored.objective), text(&again.objective));
    }
    if stored.bound != again.bound {
        return different("上界", "bound", text(&stored.bound), text(&again.bound));
    }
    let length = stored.assignment.len().max(again.assignment.len());
    for at in 0..length {
        let (one, other) = (stored.assignment.get(at), again.assignment.get(at));
        if one != other {
            return different(&format!("割当[{at}]"), &format!("assignment[{at}]"), text(&one), text(&other));
        }
    }
    if stored.conflict != again.conflict {
        return different("矛盾", "conflict", text(&stored.conflict), text(&again.conflict));
    }
    different("証明", "certificate", "…".into(), "…".into())
}

fn text(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}
