//! Where the programs of a project were in other terms: projects of the terms as columns, joined by the programs
//! (or their successors) that have tasks in both.

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;

use crate::analytics::Cube;
use crate::kernel::Language;
use crate::portfolio::catalogue::{Catalogue, Project};
use crate::portfolio::programs::{Register, family};
use crate::web::charts::{Edge, Head, Markup, Node, lineage};

/// One step between two projects: the table twin of the drawing.
pub struct FlowRow {
    pub from: String,
    pub from_href: String,
    pub to: String,
    pub to_href: String,
    pub programs: Vec<(String, String)>,
}

pub struct Flow {
    pub chart: Markup,
    pub rows: Vec<FlowRow>,
}

type Joined = BTreeMap<(Uuid, Uuid), BTreeSet<Uuid>>;

/// Draws the projects that share programs with `project`.
pub fn draw(
    l: Language,
    catalogue: &Catalogue,
    register: &Register,
    cube: &Cube,
    project: Uuid,
) -> Option<Flow> {
    let joined = joined(catalogue, register, cube, project);
    if joined.is_empty() {
        return None;
    }
    let mut shown: BTreeSet<Uuid> = joined.keys().flat_map(|(from, to)| [*from, *to]).collect();
    shown.insert(project);
    let of = |id: &Uuid| catalogue.project(*id);
    let mut nodes: Vec<&Project> = shown.iter().filter_map(of).collect();
    nodes.sort_by_key(|p| (p.term_number, p.number));
    let nodes: Vec<Node> = nodes
        .into_iter()
        .map(|p| Node {
            key: p.code(),
            column: usize::try_from(p.term_number).unwrap_or(0),
            label: p.name(l).to_owned(),
            note: term_name(l, catalogue, p),
            href: Some(format!("/projects/{}", p.id)),
            here: p.id == project,
        })
        .collect();
    let edges: Vec<Edge> = joined
        .iter()
        .filter_map(|((from, to), programs)| {
            Some(Edge {
                from: of(from)?.code(),
                to: of(to)?.code(),
                label: count(l, programs.len()),
                weak: false,
            })
        })
        .collect();
    let head = Head::new(
        "flow",
        l.t("期をまたぐ事業のつながり", "Programs across terms"),
        l.t(
            "前後の期で同じ事業または後継の事業を持つプロジェクト",
            "Projects of other terms with the same programs or their successors",
        ),
    );
    let rows =
        joined.iter().filter_map(|((from, to), programs)| row(l, catalogue, of(from)?, of(to)?, programs));
    Some(Flow { rows: rows.collect(), chart: lineage(&head.wide(900.0), &nodes, &edges) })
}

/// Pairs of projects of different terms, one of them `project`, with the programs that join them.
fn joined(catalogue: &Catalogue, register: &Register, cube: &Cube, project: Uuid) -> Joined {
    let mut places: BTreeMap<Uuid, BTreeSet<Uuid>> = BTreeMap::new();
    for group in cube.groups() {
        if let Some(project) = group.project {
            places.entry(group.program).or_default().insert(project);
        }
    }
    let here = catalogue.project(project).map(|p| p.term_number);
    let mut joined = Joined::new();
    for (program, own) in &places {
        if !own.contains(&project) {
            continue;
        }
        for relative in family::members(&register.lineage, *program) {
            for other in places.get(&relative).into_iter().flatten() {
                match catalogue.project(*other).map(|p| p.term_number) {
                    Some(term) if Some(term) < here => {
                        joined.entry((*other, project)).or_default().insert(relative)
                    }
                    Some(term) if Some(term) > here => {
                        joined.entry((project, *other)).or_default().insert(relative)
                    }
                    _ => false,
                };
            }
        }
    }
    joined
}

fn term_name(l: Language, catalogue: &Catalogue, project: &Project) -> String {
    let term = catalogue.terms.iter().find(|t| t.id == project.term_id);
    term.map(|t| l.t(&t.name_ja, &t.name_en).to_owned()).unwrap_or_default()
}

fn count(l: Language, n: usize) -> String {
    match l {
        Language::Ja => format!("{n}事業"),
        Language::En => format!("{n} {}", if n == 1 { "program" } else { "programs" }),
    }
}

fn row(
    l: Language,
    catalogue: &Catalogue,
    from: &Project,
    to: &Project,
    programs: &BTreeSet<Uuid>,
) -> Option<FlowRow> {
    let named = |p: &Project| format!("{} {}", term_name(l, catalogue, p), p.name(l));
    let program =
        |id: &Uuid| catalogue.program(*id).map(|p| (p.name(l).to_owned(), format!("/programs/{}", p.code)));
    Some(FlowRow {
        from: named(from),
        from_href: format!("/projects/{}", from.id),
        to: named(to),
        to_href: format!("/projects/{}", to.id),
        programs: programs.iter().filter_map(program).collect(),
    })
}
