//! Rules that every template keeps, checked on their sources: no inline style or script, no text in one language
//! only, no class that the stylesheet does not know.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

#[test]
fn templates_carry_no_inline_style_or_script() {
    let mut found = Vec::new();
    for (path, source) in templates() {
        for tag in tags(&without_expressions(&source)) {
            let inline_script = tag.starts_with("<script") && !tag.contains(" src=");
            let handler = attributes(&tag).iter().any(|(name, _)| name.starts_with("on") || name == "style");
            if inline_script || handler || tag.starts_with("<style") {
                found.push(format!("{}: {tag}", path.display()));
            }
        }
    }
    assert!(found.is_empty(), "the content security policy forbids:\n{}", found.join("\n"));
}

#[test]
fn templates_carry_no_text_in_one_language_only() {
    let mut found = Vec::new();
    for (path, source) in templates() {
        for text in texts(&without_expressions(&source)) {
            if is_words(&text) {
                found.push(format!("{}: {text}", path.display()));
            }
        }
    }
    assert!(found.is_empty(), "write both languages with page.l.t(\"…\", \"…\"):\n{}", found.join("\n"));
}

#[test]
fn templates_use_classes_that_the_stylesheet_knows() {
    let known = known_classes();
    let mut found = Vec::new();
    for (path, source) in templates() {
        for tag in tags(&without_expressions(&source)) {
            for (_, value) in attributes(&tag).iter().filter(|(name, _)| name == "class") {
                for class in value.split_whitespace().filter(|c| !c.contains(GAP) && !known.contains(*c)) {
                    found.push(format!("{}: {class}", path.display()));
                }
            }
        }
    }
    found.sort();
    found.dedup();
    assert!(found.is_empty(), "classes without a rule in static/css:\n{}", found.join("\n"));
}

/// Stands where an expression was.
const GAP: char = '\u{1}';

fn templates() -> Vec<(PathBuf, String)> {
    let mut files = Vec::new();
    collect(&Path::new(env!("CARGO_MANIFEST_DIR")).join("templates"), "html", &mut files);
    files
}

fn collect(folder: &Path, extension: &str, files: &mut Vec<(PathBuf, String)>) {
    let mut entries: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            collect(&path, extension, files);
        } else if path.extension().is_some_and(|e| e == extension) {
            let source = std::fs::read_to_string(&path).unwrap();
            files.push((path, source));
        }
    }
}

/// The source with `{{ }}` replaced by a gap, `{% %}` and `{# #}` removed.
fn without_expressions(source: &str) -> String {
    let mut out = String::new();
    let mut rest = source;
    while let Some(start) = rest.find('{') {
        out.push_str(&rest[..start]);
        let (end, mark) = match rest.as_bytes().get(start + 1) {
            Some(b'{') => ("}}", Some(GAP)),
            Some(b'%') => ("%}", None),
            Some(b'#') => ("#}", None),
            _ => ("{", Some('{')),
        };
        let length = rest[start..].find(end).map_or(rest.len() - start, |at| at + end.len());
        out.extend(mark);
        rest = &rest[start + length..];
    }
    out.push_str(rest);
    out
}

fn tags(html: &str) -> Vec<String> {
    html.split('<').skip(1).map(|part| format!("<{}", part.split('>').next().unwrap_or(part))).collect()
}

fn attributes(tag: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut parts = tag.split('"');
    while let (Some(before), Some(value)) = (parts.next(), parts.next()) {
        if let Some(name) = before.trim_end().strip_suffix('=') {
            let name = name.rsplit(char::is_whitespace).next().unwrap_or(name);
            found.push((name.to_owned(), value.to_owned()));
        }
    }
    found
}

/// Texts between tags; those of `kbd`, `code` and of elements that name their language are let through.
fn texts(html: &str) -> Vec<String> {
    let mut found = Vec::new();
    for part in html.split('<').skip(1) {
        let Some((tag, text)) = part.split_once('>') else { continue };
        let free =
            ["kbd", "code", "title lang"].iter().any(|name| tag.starts_with(name)) || tag.contains("lang=\"");
        let attributes_of_a_macro = text.contains("=\"");
        if !free && !attributes_of_a_macro {
            found.push(text.trim().to_owned());
        }
    }
    found
}

/// Two letters in a row outside of a number such as 25ama, or any Japanese character.
/// Names of file formats, the same in both languages.
const SAME_IN_BOTH: [&str; 3] = ["CSV", "Excel", "PDF"];

fn is_words(text: &str) -> bool {
    let text = text.replace("&nbsp;", " ");
    let is_japanese = |c: char| matches!(c, '\u{3041}'..='\u{30ff}' | '\u{4e00}'..='\u{9fff}') && c != '・';
    text.chars().any(is_japanese)
        || text
            .split_whitespace()
            .filter(|word| !word.contains(|c: char| c.is_ascii_digit()) && !SAME_IN_BOTH.contains(word))
            .any(|word| {
                let letters: Vec<char> = word.chars().collect();
                letters.windows(2).any(|pair| pair.iter().all(char::is_ascii_alphabetic))
            })
}

fn known_classes() -> BTreeSet<String> {
    let mut files = Vec::new();
    collect(&Path::new(env!("CARGO_MANIFEST_DIR")).join("static/css"), "css", &mut files);
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    let mut known = BTreeSet::new();
    for (_, css) in files {
        for part in css.split('.').skip(1) {
            known.insert(part.chars().take_while(|c| is_name(*c)).collect());
        }
    }
    known
}
