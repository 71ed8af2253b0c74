//! The house's plan, checked from the sources: which module may import which, and who may write which table.
//!
//! Rows as in docs/architecture.md. Arrows only point down; two modules of one row do not see each other. The inner
//! ring of a slice (model, queries, actions and what they use) sees slices below it and never the HTTP toolkit; the
//! outer ring (forms, pages, routes) may use the facade of any slice.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Row of each module; a higher row may use a lower one.
const ROWS: &[(&str, u8)] = &[
    ("kernel", 0),
    ("config", 1),
    ("db", 1),
    ("audit", 2),
    ("jobs", 2),
    ("accounts", 3),
    ("portfolio", 4),
    ("milestones", 5),
    ("budget", 5),
    ("partners", 5),
    ("watch", 5),
    ("gates", 6),
    ("matching", 6),
    ("imports", 6),
    ("meetings", 7),
    ("search", 8),
    ("analytics", 8),
    ("export", 8),
    ("admin", 8),
    ("home", 8),
    ("demo", 8),
    ("cli", 9),
    ("app", 9),
];

/// Files of the inner ring by name; the rest of a slice (forms, pages, routes and what they are made of) is its outer ring.
const INNER: &[&str] = &["model", "queries", "actions", "jobs", "sql", "document", "filter"];

/// Whole folders and files that stay pure or inner whatever their names.
const INNER_PLACES: &[&str] = &[
    "src/audit/verify",
    "src/matching/affinity/",
    "src/matching/checker/",
    "src/matching/engine/",
    "src/matching/solutions/compute",
    "src/matching/solutions/queries/",
    "src/matching/solutions/question",
    "src/matching/solutions/why",
    "src/gates/model/",
    "src/imports/parse",
    "src/imports/plan",
    "src/imports/programs",
    "src/imports/table",
    "src/imports/headers",
    "src/imports/write",
    "src/imports/undo",
    "src/portfolio/reference/",
    "src/portfolio/tasks/query/",
];

/// Imports that break a rule on purpose: file, module, reason.
const ALLOWED_IMPORTS: &[(&str, &str, &str)] = &[
    (
        "src/portfolio/institutions/model.rs",
        "web",
        "says how an institution is found for a viewer: the second lock needs the request",
    ),
    (
        "src/portfolio/people/model.rs",
        "web",
        "says how a person is found for a viewer: the second lock needs the request",
    ),
    ("src/portfolio/tasks/views/model.rs", "web", "a saved view is a link of the list"),
    ("src/portfolio/opinions/model.rs", "web", "the choices of its form"),
];

/// Who owns which tables.
const OWNERS: &[(&str, &[&str])] = &[
    ("db", &["data_versions", "installation", "submissions"]),
    ("audit", &["audit_entries"]),
    ("jobs", &["jobs"]),
    (
        "matching",
        &[
            "matching_rules",
            "matching_sessions",
            "matching_session_tasks",
            "matching_session_slots",
            "matching_session_ceilings",
            "matching_pairs",
            "matching_interest_lists",
            "matching_interests",
            "matching_agreements",
            "matching_consents",
            "matching_solutions",
            "matching_solution_files",
            "matching_solution_pairs",
            "matching_solution_locks",
            "matching_locks",
            "matching_votes",
            "matching_meetings",
            "matching_adjustment_proposals",
            "matching_session_options",
        ],
    ),
    (
        "gates",
        &[
            "gate_meetings",
            "gate_seats",
            "gate_reviews",
            "gate_assignments",
            "gate_statements",
            "gate_conflicts",
            "gate_resolutions",
            "gate_score_sheets",
            "gate_scores",
            "gate_advices",
            "gate_votes",
            "gate_decisions",
            "gate_dispositions",
            "gate_conditions",
            "gate_reopenings",
            "gate_review_evidence",
        ],
    ),
    ("accounts", &["users", "role_assignments", "sessions", "sign_in_attempts", "task_grants"]),
    (
        "portfolio",
        &[
            "ministries",
            "plan_terms",
            "projects",
            "vocabulary_values",
            "programs",
            "program_names",
            "program_projects",
            "program_published_amounts",
            "program_lineage",
            "institutions",
            "institution_names",
            "people",
            "calls",
            "slot_types",
            "tasks",
            "task_years",
            "task_institutions",
            "task_people",
            "task_payments",
            "task_external_ids",
            "successor_links",
            "opinions",
            "attached_files",
            "conflict_declarations",
            "saved_views",
            "task_merges",
            "task_distinctions",
        ],
    ),
    (
        "matching",
        &[
            "tag_batches",
            "tag_decisions",
            "thesaurus_versions",
            "thesaurus_concepts",
            "duplicate_offers",
            "pairing_options",
            "pairing_option_events",
            "option_books",
            "ending_reasons",
            "salvage_dispositions",
        ],
    ),
    ("budget", &["budget_files", "budget_imports", "budget_mappings", "budget_versions", "budget_lines"]),
    (
        "milestones",
        &[
            "milestone_types",
            "milestones",
            "milestone_changes",
            "milestone_evidence",
            "milestone_dependencies",
            "exit_strategies",
        ],
    ),
    (
        "gates",
        &[
            "gate_templates",
            "gate_template_versions",
            "gate_template_items",
            "gate_template_labels",
            "gate_template_evidence",
            "gate_minutes",
        ],
    ),
    ("imports", &["import_batches", "import_changes", "import_mappings", "import_program_names"]),
    (
        "budget",
        &[
            "adjustment_rounds",
            "adjustment_parts",
            "adjustment_proposals",
            "adjustment_opinions",
            "adjustment_grants",
            "adjustment_uses",
            "budget_positions",
            "budget_slips",
            "budget_scenarios",
            "budget_scenario_moves",
        ],
    ),
];

/// Writers of tables that are not theirs: module, owner, reason.
const ALLOWED_WRITERS: &[(&str, &str, &str)] = &[
    (
        "imports",
        "portfolio",
        "a batch writes tasks with their before-images in one transaction, and takes them back",
    ),
    ("demo", "portfolio", "fills an empty database by bulk COPY"),
    ("demo", "accounts", "makes the demo accounts of an empty database"),
    ("demo", "gates", "fills an empty database through the triggers that guard every writer"),
    ("demo", "milestones", "fills an empty database by bulk COPY"),
    ("demo", "matching", "fills the pages of pairing of an empty database"),
    ("demo", "db", "marks the database as made by the demo"),
];

fn sources() -> Vec<(PathBuf, String)> {
    fn walk(folder: &Path, out: &mut Vec<(PathBuf, String)>) {
        for entry in std::fs::read_dir(folder).expect("reading a folder of sources").flatten() {
            let path = entry.path();
            if path.is_dir() {
                walk(&path, out);
            } else if path.extension().is_some_and(|e| e == "rs") {
                let text = std::fs::read_to_string(&path).expect("reading a source");
                out.push((path, text));
            }
        }
    }
    let mut out = Vec::new();
    walk(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut out);
    out.sort();
    out
}

fn relative(path: &Path) -> String {
    path.strip_prefix(env!("CARGO_MANIFEST_DIR")).unwrap_or(path).to_string_lossy().into_owned()
}

fn module_of(file: &str) -> String {
    let rest = file.trim_start_matches("src/");
    rest.split('/').next().unwrap_or_default().trim_end_matches(".rs").to_owned()
}

fn row_of(module: &str) -> Option<u8> {
    ROWS.iter().find(|(name, _)| *name == module).map(|(_, row)| *row)
}

fn is_outer(file: &str) -> bool {
    let stem = file.rsplit('/').next().unwrap_or_default().trim_end_matches(".rs");
    !INNER.contains(&stem) && !INNER_PLACES.iter().any(|place| file.starts_with(place))
}

fn is_page(file: &str) -> bool {
    file.split('/').any(|part| matches!(part.trim_end_matches(".rs"), "forms" | "pages" | "routes"))
}

/// The source without tests, comments and the insides of doc comments.
fn code_of(text: &str) -> String {
    let until_tests = text.split("\n#[cfg(test)]\nmod tests").next().unwrap_or(text);
    until_tests.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

/// Top-level modules of this crate that a source names: `crate::x::…` and `use crate::{x, y::z}`.
fn imports_of(code: &str) -> BTreeSet<String> {
    let word = |text: &str| text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
    let mut found = BTreeSet::new();
    for part in code.split("crate::").skip(1) {
        match part.strip_prefix('{') {
            None => {
                found.insert(word(part));
            }
            Some(group) => {
                let mut depth = 0_i32;
                let mut at_start = true;
                for (i, c) in group.char_indices() {
                    match c {
                        '{' => depth += 1,
                        '}' if depth == 0 => break,
                        '}' => depth -= 1,
                        ',' if depth == 0 => at_start = true,
                        c if at_start && depth == 0 && (c.is_alphabetic() || c == '_') => {
                            found.insert(word(&group[i..]));
                            at_start = false;
                        }
                        _ => {}
                    }
                }
            }
        }
    }
    found
}

#[test]
fn every_module_has_its_row() {
    let known: BTreeSet<&str> = ROWS.iter().map(|(name, _)| *name).chain(["web", "lib", "main"]).collect();
    for (path, _) in sources() {
        let module = module_of(&relative(&path));
        assert!(
            known.contains(module.as_str()),
            "{module} has no row in tests/architecture.rs: decide where it stands"
        );
    }
}

#[test]
fn arrows_point_down() {
    let mut broken = Vec::new();
    for (path, text) in sources() {
        let file = relative(&path);
        let module = module_of(&file);
        let Some(row) = row_of(&module) else { continue };
        let outer = is_outer(&file) || row >= 8;
        for import in imports_of(&code_of(&text)) {
            let allowed = ALLOWED_IMPORTS.iter().any(|(f, m, _)| *f == file && *m == import);
            let fits = match import.as_str() {
                _ if import == module || allowed => true,
                "web" => outer,
                "app" | "cli" => row >= 9,
                other => match row_of(other) {
                    Some(theirs) => theirs < row || (outer && row >= 3),
                    None => true,
                },
            };
            if !fits {
                broken.push(format!("{file} imports {import}"));
            }
        }
    }
    assert!(broken.is_empty(), "arrows that point up or sideways:\n{}", broken.join("\n"));
}

#[test]
fn the_kernel_and_the_engine_are_pure() {
    for (path, text) in sources() {
        let file = relative(&path);
        let code = code_of(&text);
        if file.starts_with("src/kernel/") {
            let imports: Vec<_> =
                imports_of(&code).into_iter().filter(|i| i != "kernel" && i != "typed_id").collect();
            assert!(imports.is_empty(), "{file}: the kernel imports nothing, but {imports:?}");
        }
        if file.starts_with("src/matching/engine/") {
            for foreign in ["sqlx", "axum", "tokio", "chrono::Utc", "SystemTime"] {
                assert!(!code.contains(foreign), "{file}: the engine knows no {foreign}");
            }
        }
    }
}

#[test]
fn a_table_is_written_only_by_its_owner() {
    let owner: BTreeMap<&str, &str> =
        OWNERS.iter().flat_map(|(module, tables)| tables.iter().map(move |t| (*t, *module))).collect();
    let mut broken = Vec::new();
    for (path, text) in sources() {
        let file = relative(&path);
        let module = module_of(&file);
        let code = code_of(&text);
        for verb in ["INSERT INTO ", "DELETE FROM ", "UPDATE ", "TRUNCATE ", "COPY "] {
            for after in code.split(verb).skip(1) {
                let table: String =
                    after.chars().take_while(|c| c.is_ascii_lowercase() || *c == '_').collect();
                let Some(theirs) = owner.get(table.as_str()) else { continue };
                let allowed = ALLOWED_WRITERS.iter().any(|(m, o, _)| *m == module && o == theirs);
                if *theirs != module && !allowed {
                    broken.push(format!("{file} writes {table}, which {theirs} owns"));
                }
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn queries_stand_with_their_slice_and_no_sql_in_pages() {
    for (path, text) in sources() {
        let file = relative(&path);
        let code = code_of(&text);
        if is_page(&file) {
            assert!(!code.contains("sqlx::query"), "{file}: SQL belongs into queries.rs");
        }
        assert!(!code.contains("todo!(") && !code.contains("unimplemented!("), "{file}: unfinished work");
    }
}

#[test]
fn every_action_of_the_audit_has_words() {
    let words = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/audit/words.rs"))
        .expect("reading the words of the audit");
    let mut without = BTreeSet::new();
    for (path, text) in sources() {
        let code = code_of(&text);
        for maker in ["Event::new(", "about_review(", "about_meeting("] {
            for after in code.split(maker).skip(1) {
                let Some(quoted) = after.trim_start().strip_prefix('"') else { continue };
                let action = quoted.split('"').next().unwrap_or_default();
                if !words.contains(&format!("(\"{action}\"")) {
                    without.insert(format!("{}: {action}", relative(&path)));
                }
            }
        }
    }
    assert!(without.is_empty(), "actions without words in src/audit/words.rs: {without:#?}");
}
