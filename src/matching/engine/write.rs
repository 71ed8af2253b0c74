//! Writing an instance in its canonical JSON: sorted by id, every field that matters, nothing else.

use super::instance::Instance;
use super::number::Scaled;
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::{Map, Value, json};

impl Instance {
    /// The instance as JSON on one line; equal instances give equal bytes.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("plain data with text keys serialises")
    }

    fn links(&self, pairs: &[u32]) -> Vec<(&str, &str)> {
        pairs.iter().map(|&pair| self.ids(pair)).collect()
    }
}

/// The shape that [`Instance::from_json`] reads.
impl Serialize for Instance {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry(
            "left",
            &self
                .left
                .iter()
                .map(|left| json!({"id": left.id, "min": left.min, "max": left.max}))
                .collect::<Vec<_>>(),
        )?;
        map.serialize_entry(
            "right",
            &self
                .right
                .iter()
                .map(|right| side(&right.id, Some(right.min), right.max, right.budget))
                .collect::<Vec<_>>(),
        )?;
        if !self.groups.is_empty() {
            map.serialize_entry("groups", &self.groups_with_members())?;
        }
        let pairs: Vec<Value> = self
            .pairs
            .iter()
            .map(|pair| {
                let value = serde_json::to_value(Scaled(pair.value.into())).expect("a number");
                json!({"left": self.left[pair.left as usize].id, "right": self.right[pair.right as usize].id, "value": value, "cost": pair.cost})
            })
            .collect();
        map.serialize_entry("pairs", &pairs)?;
        for (name, list) in [("locks", &self.locks), ("forbids", &self.forbids), ("previous", &self.previous)]
        {
            if !list.is_empty() {
                map.serialize_entry(name, &self.links(list))?;
            }
        }
        if self.change_penalty != 0 {
            map.serialize_entry("change_penalty", &Scaled(self.change_penalty.into()))?;
        }
        let lists = |own: &dyn Fn(usize) -> String,
                     other: &dyn Fn(u32) -> String,
                     lists: &[Option<Vec<u32>>]|
         -> Map<String, Value> {
            let stated = lists.iter().enumerate().filter_map(|(at, list)| Some((at, list.as_ref()?)));
            stated
                .map(|(at, list)| (own(at), list.iter().map(|&id| Value::String(other(id))).collect()))
                .collect()
        };
        let left = |at: usize| self.left[at].id.clone();
        let right = |at: usize| self.right[at].id.clone();
        if self.left_preferences.iter().any(Option::is_some) {
            map.serialize_entry(
                "left_prefs",
                &lists(&left, &|at| right(at as usize), &self.left_preferences),
            )?;
        }
        if self.right_preferences.iter().any(Option::is_some) {
            map.serialize_entry(
                "right_prefs",
                &lists(&right, &|at| left(at as usize), &self.right_preferences),
            )?;
        }
        map.end()
    }
}

/// Reads the same shape; refusals name the place.
impl<'de> serde::Deserialize<'de> for Instance {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Instance, D::Error> {
        let value = Value::deserialize(deserializer)?;
        Instance::from_json(value.to_string().as_bytes()).map_err(serde::de::Error::custom)
    }
}

impl Instance {
    fn groups_with_members(&self) -> Vec<Value> {
        let one = |at: usize| {
            let group = &self.groups[at];
            let above = Some(at as u32);
            let rights = self.right.iter().filter(|right| right.group == above).map(|right| &right.id);
            let groups = self.groups.iter().filter(|group| group.parent == above).map(|group| &group.id);
            let mut value = side(&group.id, None, group.max, group.budget);
            value["members"] = rights.chain(groups).map(|id| Value::String(id.clone())).collect();
            value
        };
        (0..self.groups.len()).map(one).collect()
    }
}

fn side(id: &str, min: Option<u32>, max: Option<u32>, budget: Option<i64>) -> Value {
    let mut side = Map::new();
    side.insert("id".into(), json!(id));
    for (name, bound) in [("min", min.map(i64::from)), ("max", max.map(i64::from)), ("budget", budget)] {
        if let Some(bound) = bound {
            side.insert(name.into(), json!(bound));
        }
    }
    Value::Object(side)
}
