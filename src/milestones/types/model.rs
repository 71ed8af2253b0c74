//! A milestone type, and which types a task is offered.

use crate::kernel::{Language, Text};
use crate::milestones::TypeSet;

/// A milestone type.
#[derive(Clone, Debug)]
pub struct MilestoneType {
    pub id: i16,
    pub code: String,
    pub set: TypeSet,
    pub name_ja: String,
    pub name_en: String,
    pub position: i16,
    /// Meeting one counts the task as having reached a trial.
    pub reaches_trial: bool,
    pub retired: bool,
    pub remark: Option<String>,
    pub version: i32,
}

impl MilestoneType {
    pub fn name(&self, l: Language) -> &str {
        l.t(&self.name_ja, &self.name_en)
    }
}

/// What of a type is written.
#[derive(Clone, Debug)]
pub struct TypeFields {
    pub code: String,
    pub set: TypeSet,
    pub name_ja: Text<120>,
    pub name_en: Text<120>,
    pub position: i16,
    pub reaches_trial: bool,
    pub retired: bool,
    pub remark: Option<Text<500>>,
}

/// All types, set by set, in the order of listing.
#[derive(Clone, Debug, Default)]
pub struct Types(Vec<MilestoneType>);

impl Types {
    pub fn new(types: Vec<MilestoneType>) -> Self {
        Self(types)
    }

    pub fn iter(&self) -> std::slice::Iter<'_, MilestoneType> {
        self.0.iter()
    }

    pub fn find(&self, id: i16) -> Option<&MilestoneType> {
        self.0.iter().find(|t| t.id == id)
    }

    pub fn by_code(&self, code: &str) -> Option<&MilestoneType> {
        self.0.iter().find(|t| t.code == code)
    }

    /// The name of a type; empty where there is none.
    pub fn name(&self, id: i16, l: Language) -> &str {
        self.find(id).map(|t| t.name(l)).unwrap_or_default()
    }

    /// Types for a task of these approval classes (codes): their sets and the general one; all of them where no class
    /// tells. Retired ones are left out, but for `kept`, the one that a milestone already has.
    pub fn offered<'a>(&'a self, classes: &[&str], kept: Option<i16>) -> Vec<&'a MilestoneType> {
        let sets: Vec<TypeSet> = classes.iter().filter_map(|c| TypeSet::of_approval_class(c)).collect();
        let fits = |t: &MilestoneType| sets.is_empty() || t.set == TypeSet::General || sets.contains(&t.set);
        self.0.iter().filter(|t| (fits(t) && !t.retired) || Some(t.id) == kept).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn a_type(id: i16, set: TypeSet, retired: bool) -> MilestoneType {
        MilestoneType {
            id,
            code: format!("t{id}"),
            set,
            name_ja: String::new(),
            name_en: String::new(),
            position: id,
            reaches_trial: false,
            retired,
            remark: None,
            version: 1,
        }
    }

    #[test]
    fn a_task_is_offered_the_types_of_its_approval_class_and_the_general_ones() {
        let types = Types::new(vec![
            a_type(1, TypeSet::Drug, false),
            a_type(2, TypeSet::Device, false),
            a_type(3, TypeSet::General, false),
            a_type(4, TypeSet::Drug, true),
        ]);
        let ids =
            |classes: &[&str], kept| types.offered(classes, kept).iter().map(|t| t.id).collect::<Vec<_>>();
        assert_eq!(ids(&["drug"], None), [1, 3]);
        assert_eq!(ids(&["ivd"], None), [2, 3]);
        assert_eq!(ids(&["drug"], Some(4)), [1, 3, 4]);
        assert_eq!(ids(&["not_applicable"], None), [1, 2, 3], "no class tells: all");
    }
}
