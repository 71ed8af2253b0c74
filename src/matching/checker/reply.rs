//! The answer as the checker reads it.

use super::{Unreadable, number};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use std::collections::HashMap;

pub(super) struct Reply {
    pub status: String,
    pub objective: Option<i128>,
    pub bound: Option<i128>,
    pub assignment: Vec<(String, String)>,
    pub certificate: Certificate,
    /// Number of conflict members.
    pub conflicts: usize,
    /// Kind and ids of each.
    pub conflict_ids: Vec<(String, Vec<String>)>,
    pub digest_holds: bool,
}

pub(super) enum Certificate {
    MaxSum(Proof),
    Bottleneck(Box<Bottleneck>),
    Stable {
        sum: i128,
        blocking: Vec<(String, String)>,
        attempt: Vec<(String, String)>,
    },
    Infeasible(Proof),
    Locks,
    Open(Proof),
    /// The answer carries none.
    Missing,
}

/// Prices are millionths of a millionth of value: per place, and per billion yen.
#[derive(Default)]
pub(super) struct Proof {
    pub left: HashMap<String, i128>,
    pub prices: Vec<Prices>,
    /// Prices that rule pairs in or out before the tree begins.
    pub ruled_by: Vec<usize>,
    pub tree: Vec<Branch>,
}

#[derive(Default)]
pub(super) struct Prices {
    /// With these, every right is bounded by its best whole choice.
    pub left: HashMap<String, i128>,
    pub place: HashMap<String, i128>,
    pub yen: HashMap<String, i128>,
}

pub(super) enum Branch {
    Split { pair: (String, String), inside: usize, out: usize },
    Leaf(usize),
}

pub(super) struct Bottleneck {
    pub cardinality: u32,
    pub sum: i128,
    pub most: Proof,
    pub better: Option<Proof>,
    pub best: Proof,
    pub weight: i128,
}

type Read<T> = Result<T, String>;

impl Reply {
    pub fn read(text: &str) -> Result<Reply, Unreadable> {
        let value: Value = serde_json::from_str(text).map_err(|error| {
            Unreadable(
                format!("solution: JSON として読めません（{error}）"),
                format!("solution: not JSON ({error})"),
            )
        })?;
        reply(&value)
            .map_err(|what| Unreadable(format!("solution: {what}（不正）"), format!("solution: bad {what}")))
    }
}

fn reply(value: &Value) -> Read<Reply> {
    let top = value.as_object().ok_or("top level (an object is needed)")?;
    let certificate = match top.get("certificate") {
        None | Some(Value::Null) => None,
        Some(value) => Some(value.as_object().ok_or("certificate")?),
    };
    let conflict_ids = match top.get("conflict") {
        None | Some(Value::Null) => Vec::new(),
        Some(Value::Array(items)) => items.iter().map(conflict).collect::<Read<Vec<_>>>()?,
        _ => return Err("conflict".into()),
    };
    Ok(Reply {
        status: string(top.get("status"), "status")?,
        objective: optional(top.get("objective"), "objective")?,
        bound: optional(top.get("bound"), "bound")?,
        assignment: links(top.get("assignment"), "assignment")?,
        certificate: certificate.map_or(Ok(Certificate::Missing), read_certificate)?,
        conflicts: conflict_ids.len(),
        conflict_ids,
        digest_holds: certificate
            .and_then(|certificate| certificate.get("digest"))
            .is_some_and(|stated| stated.as_str() == Some(&digest(top))),
    })
}

fn conflict(value: &Value) -> Read<(String, Vec<String>)> {
    let kind = string(value.get("kind"), "conflict kind")?;
    let ids = value.get("ids").and_then(Value::as_array).ok_or("conflict ids")?;
    Ok((kind, ids.iter().map(|id| string(Some(id), "conflict id")).collect::<Read<Vec<_>>>()?))
}

fn read_certificate(fields: &Map<String, Value>) -> Read<Certificate> {
    Ok(match string(fields.get("kind"), "certificate.kind")?.as_str() {
        "max-sum" => Certificate::MaxSum(proof(fields)?),
        "infeasible" => Certificate::Infeasible(proof(fields)?),
        "open" => Certificate::Open(proof(fields)?),
        "locks" => Certificate::Locks,
        "stable" => Certificate::Stable {
            sum: decimal(fields.get("sum"), number::PLACES, "certificate.sum")?,
            blocking: links(fields.get("blocking"), "certificate.blocking")?,
            attempt: if fields.contains_key("attempt") {
                links(fields.get("attempt"), "certificate.attempt")?
            } else {
                Vec::new()
            },
        },
        "bottleneck" => {
            let inner = |name: &str| fields.get(name).and_then(Value::as_object);
            Certificate::Bottleneck(Box::new(Bottleneck {
                cardinality: fields
                    .get("cardinality")
                    .and_then(Value::as_u64)
                    .and_then(|n| n.try_into().ok())
                    .ok_or("certificate.cardinality")?,
                sum: decimal(fields.get("sum"), number::PLACES, "certificate.sum")?,
                most: proof(inner("most").ok_or("certificate.most")?)?,
                better: inner("better").map(proof).transpose()?,
                best: proof(inner("best").ok_or("certificate.best")?)?,
                weight: decimal(fields.get("weight"), number::PLACES, "certificate.weight")?,
            }))
        }
        other => return Err(format!("certificate.kind {other}")),
    })
}

fn proof(fields: &Map<String, Value>) -> Read<Proof> {
    let tables = match fields.get("prices") {
        Some(Value::Array(items)) => items.iter().map(prices).collect::<Read<Vec<_>>>()?,
        _ => return Err("certificate.prices".into()),
    };
    let tree = match fields.get("tree") {
        None => Vec::new(),
        Some(Value::Array(items)) => items.iter().map(branch).collect::<Read<Vec<_>>>()?,
        Some(_) => return Err("certificate.tree".into()),
    };
    let ruled_by = match fields.get("ruled_by") {
        None => Vec::new(),
        Some(Value::Array(items)) => items
            .iter()
            .map(|item| item.as_u64().map(|at| at as usize).ok_or_else(|| "certificate.ruled_by".to_owned()))
            .collect::<Read<Vec<_>>>()?,
        Some(_) => return Err("certificate.ruled_by".into()),
    };
    Ok(Proof { left: table(fields.get("left"))?, prices: tables, ruled_by, tree })
}

fn prices(value: &Value) -> Read<Prices> {
    let mut prices = Prices {
        left: table(value.get("left"))?,
        place: table(value.get("right"))?,
        yen: table(value.get("right_yen"))?,
    };
    prices.place.extend(table(value.get("groups"))?);
    prices.yen.extend(table(value.get("groups_yen"))?);
    Ok(prices)
}

fn table(value: Option<&Value>) -> Read<HashMap<String, i128>> {
    match value {
        None => Ok(HashMap::new()),
        Some(Value::Object(fields)) => fields
            .iter()
            .map(|(id, price)| Ok((id.clone(), decimal(Some(price), number::PRICE_PLACES, "price")?)))
            .collect(),
        Some(_) => Err("prices".into()),
    }
}

fn branch(value: &Value) -> Read<Branch> {
    let at = |name: &str| value.get(name).and_then(Value::as_u64).map(|n| n as usize);
    if let Some(leaf) = at("prices") {
        return Ok(Branch::Leaf(leaf));
    }
    let pair = value
        .get("pair")
        .and_then(Value::as_array)
        .filter(|pair| pair.len() == 2)
        .ok_or("certificate.tree pair")?;
    let pair = (string(pair.first(), "pair")?, string(pair.get(1), "pair")?);
    let (inside, out) = at("in").zip(at("out")).ok_or("certificate.tree node")?;
    Ok(Branch::Split { pair, inside, out })
}

fn links(value: Option<&Value>, what: &str) -> Read<Vec<(String, String)>> {
    let items = value.and_then(Value::as_array).ok_or(what)?;
    items.iter().map(|item| Ok((id(item.get("left"), what)?, id(item.get("right"), what)?))).collect()
}

fn id(value: Option<&Value>, what: &str) -> Read<String> {
    match value {
        Some(Value::String(text)) => Ok(text.clone()),
        Some(Value::Number(number)) => Ok(number.to_string()),
        _ => Err(what.to_owned()),
    }
}

fn string(value: Option<&Value>, what: &str) -> Read<String> {
    value.and_then(Value::as_str).map(str::to_owned).ok_or_else(|| what.to_owned())
}

fn optional(value: Option<&Value>, what: &str) -> Read<Option<i128>> {
    match value {
        None | Some(Value::Null) => Ok(None),
        other => decimal(other, number::PLACES, what).map(Some),
    }
}

/// A number, or a string of one where a double would not hold it.
fn decimal(value: Option<&Value>, places: usize, what: &str) -> Read<i128> {
    let text = match value {
        Some(Value::Number(number)) => number.to_string(),
        Some(Value::String(text)) => text.clone(),
        _ => return Err(what.to_owned()),
    };
    number::read(&text, places).ok_or_else(|| what.to_owned())
}

/// SHA-256 of the answer without the time it took and the digest itself, keys sorted, no white space.
fn digest(top: &Map<String, Value>) -> String {
    let mut text = String::new();
    write(&Value::Object(top.clone()), 0, &mut text);
    hex::encode(Sha256::digest(text))
}

fn write(value: &Value, depth: usize, text: &mut String) {
    match value {
        Value::Object(fields) => {
            let left_out = |key: &str| (depth == 0 && key == "seconds") || (depth == 1 && key == "digest");
            let mut fields: Vec<(&String, &Value)> =
                fields.iter().filter(|(key, _)| !left_out(key)).collect();
            fields.sort_by_key(|&(key, _)| key);
            let mut separator = '{';
            if fields.is_empty() {
                text.push('{');
            }
            for (key, value) in fields {
                text.push(separator);
                separator = ',';
                text.push_str(&Value::from(key.as_str()).to_string());
                text.push(':');
                write(value, depth + 1, text);
            }
            text.push('}');
        }
        Value::Array(items) => {
            text.push('[');
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    text.push(',');
                }
                write(item, depth + 2, text);
            }
            text.push(']');
        }
        plain => text.push_str(&plain.to_string()),
    }
}
