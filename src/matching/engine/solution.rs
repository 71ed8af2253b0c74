//! The answer: an assignment with its proof, or the conflict that leaves none.
//!
//! Serialises to exactly the JSON of `nakadachi match solve`. Everything but `seconds` depends on the instance alone.

use super::number::{self, Price, Scaled};
use super::words::Words;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// Which assignment is wanted.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Objective {
    /// Greatest summed value.
    #[default]
    MaxSum,
    /// As many pairs as possible; among those the worst pair as good as possible; among those greatest summed value.
    Bottleneck,
    /// Left-proposing deferred acceptance with quotas.
    Stable,
}

/// What is known about the assignment.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// Proven best.
    Optimal,
    /// Keeps every limit; at most `bound − objective` below the best.
    Feasible,
    /// No assignment keeps every limit.
    Infeasible,
}

/// One chosen pair.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
pub struct Link {
    pub left: String,
    pub right: String,
}

/// The answer to an instance.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Solution {
    pub status: Status,
    /// Summed value less change penalties; for `bottleneck` the value of the worst chosen pair.
    #[serde(serialize_with = "number::as_number")]
    pub objective: Option<Scaled>,
    /// Proven upper bound of the objective.
    #[serde(serialize_with = "number::as_number")]
    pub bound: Option<Scaled>,
    /// Sorted by left id, then right id.
    pub assignment: Vec<Link>,
    pub certificate: Certificate,
    /// An irreducible set of limits that cannot be kept together.
    pub conflict: Vec<Conflict>,
    /// Time taken; set by the caller, the engine has no clock.
    pub seconds: f64,
}

/// The proof that goes with an answer.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Certificate {
    /// Dual values (prices) whose bound meets the objective.
    MaxSum(Proof),
    Bottleneck(Box<BottleneckProof>),
    Stable(StableProof),
    /// Prices under which even the most favourable choice falls short: no assignment exists.
    Infeasible(Proof),
    /// Locks alone exceed a limit; nothing more is needed to see it.
    Locks(Digested),
    /// No assignment was found in the time given, and none was excluded; `bound` is still proven.
    Open(Proof),
}

/// Carries the checksum alone.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Digested {
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub digest: String,
}

/// Prices at the leaves of a search tree; without branching there is one leaf.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Proof {
    /// Value each left gets beyond the prices it pays (dual value); absent is 0. Given without branching only.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub left: BTreeMap<String, Price>,
    pub prices: Vec<Prices>,
    /// Prices that rule pairs in or out before the tree begins, one after the other; absent when nothing is ruled.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ruled_by: Vec<u32>,
    /// Node 0 is the root; absent when there is no branching.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tree: Vec<Branch>,
    /// SHA-256 of the answer without `seconds` and `digest`: finds a changed character.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub digest: String,
}

/// A price per place and per billion yen of each receiver and group; absent is 0.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Prices {
    /// With prices for the lefts, every right is bounded by the best whole choice within its places and yen.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub left: BTreeMap<String, Price>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub right: BTreeMap<String, Price>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub groups: BTreeMap<String, Price>,
    /// Value per 1,000,000,000 yen.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub right_yen: BTreeMap<String, Price>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub groups_yen: BTreeMap<String, Price>,
}

/// A node of the search tree.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Branch {
    /// The pair is taken in the subtree `in`, left out in `out`.
    Split {
        pair: (String, String),
        #[serde(rename = "in")]
        inside: u32,
        out: u32,
    },
    /// Bounded by `prices[prices]`.
    Leaf { prices: u32 },
}

/// Proof of a bottleneck answer.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct BottleneckProof {
    /// Number of chosen pairs.
    pub cardinality: u32,
    /// Summed value less change penalties.
    pub sum: Scaled,
    /// No assignment has more pairs: bound of the count.
    pub most: Proof,
    /// Without the pairs up to the worst chosen value, fewer pairs or no assignment remain: bound of the count, or a
    /// proof of infeasibility. Absent when the worst pair is locked or nothing is chosen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub better: Option<Proof>,
    /// Greatest sum among assignments of this cardinality over the pairs at least as good as the worst: bound of
    /// `sum + weight · cardinality`.
    pub best: Proof,
    /// Weight of one pair in `best`.
    pub weight: Scaled,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub digest: String,
}

/// What deferred acceptance leaves behind.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct StableProof {
    /// Summed value of the chosen pairs less change penalties.
    pub sum: Scaled,
    /// Pairs that would both rather have each other; empty when the assignment is stable.
    pub blocking: Vec<Link>,
    /// The stable assignment that leaves a minimum unmet, where that is the answer.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attempt: Vec<Link>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub digest: String,
}

/// One limit of a conflict.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Conflict {
    pub kind: Limit,
    /// Id of the left, right or group; for locks and forbids the left's and the right's.
    pub ids: Vec<String>,
    pub words_ja: String,
    pub words_en: String,
}

/// Kinds of limits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Limit {
    LeftMin,
    LeftMax,
    RightMin,
    RightMax,
    RightBudget,
    GroupMax,
    GroupBudget,
    Lock,
    Forbid,
}

impl Conflict {
    pub(super) fn new(kind: Limit, ids: Vec<String>, words: Words) -> Conflict {
        Conflict { kind, ids, words_ja: words.ja, words_en: words.en }
    }
}

impl Solution {
    /// The answer as JSON on one line, as `match solve` writes it.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("plain data with text keys serialises")
    }

    /// The answer without the time it took: what two runs must agree on to the byte.
    pub fn timeless(&self) -> String {
        Solution { seconds: 0.0, ..self.clone() }.to_json()
    }

    /// Stamps the checksum.
    pub(super) fn seal(mut self) -> Solution {
        self.set_digest(String::new());
        let mut value = serde_json::to_value(&self).expect("plain data with text keys serialises");
        if let Some(fields) = value.as_object_mut() {
            fields.remove("seconds");
            if let Some(certificate) =
                fields.get_mut("certificate").and_then(|certificate| certificate.as_object_mut())
            {
                certificate.remove("digest");
            }
        }
        let mut text = String::new();
        canonical_text(&value, &mut text);
        self.set_digest(hex::encode(Sha256::digest(text.as_bytes())));
        self
    }

    fn set_digest(&mut self, digest: String) {
        let slot = match &mut self.certificate {
            Certificate::MaxSum(proof) | Certificate::Infeasible(proof) | Certificate::Open(proof) => {
                &mut proof.digest
            }
            Certificate::Bottleneck(proof) => &mut proof.digest,
            Certificate::Stable(proof) => &mut proof.digest,
            Certificate::Locks(proof) => &mut proof.digest,
        };
        *slot = digest;
    }
}

/// JSON without white space, object keys sorted.
pub(super) fn canonical_text(value: &serde_json::Value, out: &mut String) {
    use serde_json::Value;
    match value {
        Value::Object(fields) => {
            let mut keys: Vec<&String> = fields.keys().collect();
            keys.sort();
            out.push('{');
            for (at, key) in keys.into_iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                out.push_str(&Value::String(key.clone()).to_string());
                out.push(':');
                canonical_text(&fields[key], out);
            }
            out.push('}');
        }
        Value::Array(items) => {
            out.push('[');
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                canonical_text(item, out);
            }
            out.push(']');
        }
        other => out.push_str(&other.to_string()),
    }
}
