//! Takes a title out of its wrappers: what an office adds to it from year to year, and the umbrella it was filed under.
//!
//! Removed are 令和N年度, (補助事業), 全N件, 他N件, 項目2-1, grant numbers. Set apart is the umbrella ("○○事業(題名)", "大課題/小課題"),
//! because hundreds of tasks share an umbrella and nothing else.

use super::normalise::{fold, looks_latin};

/// A title taken out of its wrappers; all texts are folded.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Unwrapped {
    /// The title proper.
    pub core: String,
    /// Names of the programme or larger project that the title was filed under.
    pub umbrellas: Vec<String>,
    /// What was taken off, as written (folded): shown when two records are offered for merging.
    pub removed: Vec<String>,
}

/// Takes a title out of its wrappers.
///
/// ```
/// use nakadachi::matching::affinity::unwrap::unwrap_title;
/// let t = unwrap_title("令和3年度 再生・細胞医療・遺伝子治療産業化促進事業（網膜疾患に対する遺伝子治療薬の研究開発）（補助事業）");
/// assert_eq!(t.core, "網膜疾患に対する遺伝子治療薬の研究開発");
/// assert_eq!(t.umbrellas, ["再生・細胞医療・遺伝子治療産業化促進事業"]);
/// ```
#[must_use]
pub fn unwrap_title(title: &str) -> Unwrapped {
    let mut removed = Vec::new();
    let folded = fold(title);
    let text = strip_year(&folded, &mut removed);
    let text = strip_notes(&text, &mut removed);
    let text = strip_markers(&text, &mut removed);
    let mut umbrellas = Vec::new();
    let mut core = split_slashes(&text, &mut umbrellas);
    if let Some((head, inner)) = split_programme(&core) {
        umbrellas.push(head.to_owned());
        core = inner.to_owned();
    }
    let core = core.trim_matches(|c: char| c.is_whitespace() || "、。,.:/-・".contains(c)).to_owned();
    if core.chars().count() < 2 {
        return Unwrapped { core: folded, umbrellas: Vec::new(), removed: Vec::new() };
    }
    Unwrapped { core, umbrellas, removed }
}

/// 令和3年度, 平成二十八年度 (kanji digits are rare and stay), R3年度, 2024年度, with a following 補正.
fn strip_year(text: &str, removed: &mut Vec<String>) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len());
    let mut i = 0;
    while i < chars.len() {
        if let Some(end) = year_at(&chars, i) {
            removed.push(chars[i..end].iter().collect());
            i = end;
        } else {
            out.push(chars[i]);
            i += 1;
        }
    }
    out.trim().to_owned()
}

fn year_at(chars: &[char], start: usize) -> Option<usize> {
    let rest = &chars[start..];
    let era = [&['令', '和'][..], &['平', '成'], &['昭', '和'], &['r'], &['h'], &[]]
        .into_iter()
        .find(|e| rest.starts_with(e))?;
    if era.len() < 2 && start > 0 && chars[start - 1].is_ascii_alphanumeric() {
        return None;
    }
    let mut at = era.len();
    let digits = rest[at..].iter().take_while(|c| c.is_ascii_digit()).count();
    if digits == 0 && rest.get(at) == Some(&'元') && era.len() == 2 {
        at += 1;
    } else if digits == 0 || (era.is_empty() && digits != 4) || digits > 4 {
        return None;
    }
    at += digits;
    if !rest[at..].starts_with(&['年', '度']) {
        return None;
    }
    at += 2;
    if rest[at..].starts_with(&['補', '正']) {
        at += 2;
    }
    Some(start + at)
}

/// Words that, alone in brackets, say how the task is administered and nothing about its content.
const NOTES: &[&str] = &[
    "補助事業",
    "補助金",
    "委託",
    "委託契約",
    "委託費",
    "再委託",
    "繰越",
    "繰越分",
    "補正",
    "補正予算",
    "執行分",
    "本予算",
    "当初",
    "継続",
    "新規",
    "再掲",
    "中核拠点",
    "代表機関",
    "分担機関",
    "分担研究機関",
    "分担",
    "代表",
    "一部",
    "その1",
    "その2",
    "延長",
    "最終年度",
    "初年度",
];

fn is_note(inner: &str) -> bool {
    let bare = inner
        .trim()
        .trim_end_matches(|c: char| c.is_ascii_digit() || "-/ ".contains(c))
        .trim_start_matches(|c: char| c.is_ascii_digit() || "/ ".contains(c));
    NOTES.contains(&bare)
        || is_count(inner.trim())
        || inner.starts_with("サブテーマ")
        || (inner.starts_with('h') && is_grant_number(inner))
        || (!inner.is_empty() && inner.chars().all(|c| c.is_ascii_digit()))
}

/// 全5件, 他4件, 他N-1件, ほか3件.
fn is_count(text: &str) -> bool {
    ["全", "他", "ほか", "外", "計"].iter().any(|p| {
        text.strip_prefix(p).and_then(|r| r.trim().strip_suffix('件')).is_some_and(|r| {
            !r.is_empty() && r.trim().chars().all(|c| c.is_ascii_digit() || "n-".contains(c))
        })
    })
}

/// H26-新興実用化-一般-012: health-ministry grant number.
fn is_grant_number(text: &str) -> bool {
    let mut parts = text.split('-');
    parts
        .next()
        .is_some_and(|p| p.len() >= 2 && p.starts_with('h') && p[1..].chars().all(|c| c.is_ascii_digit()))
        && parts.clone().count() >= 2
        && parts.next_back().is_some_and(|p| p.len() >= 2 && p.chars().all(|c| c.is_ascii_digit()))
}

/// Removes bracketed notes and trailing counts.
fn strip_notes(text: &str, removed: &mut Vec<String>) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(open) = rest.find(['(', '[', '【', '〔']) {
        let (before, from) = rest.split_at(open);
        let width = from.chars().next().map_or(1, char::len_utf8);
        out.push_str(before);
        match from.find([')', ']', '】', '〕']) {
            Some(close) if is_note(&from[width..close]) => {
                removed.push(from[width..close].to_owned());
                let after = from[close..].chars().next().map_or(1, char::len_utf8);
                rest = &from[close + after..];
            }
            _ => {
                out.push_str(&from[..width]);
                rest = &from[width..];
            }
        }
    }
    out.push_str(rest);
    let trimmed = out.trim_end();
    for p in [" 他", "、他", ",他", " 全", "、全", "ほか", "他", "全"] {
        if let Some(at) = trimmed.rfind(p) {
            let tail = trimmed[at..].trim_start_matches([' ', '、', ',']);
            if is_count(tail) {
                removed.push(tail.to_owned());
                return trimmed[..at].trim_end().to_owned();
            }
        }
    }
    trimmed.to_owned()
}

/// 項目2-1、 課題2: 課題1(2) サブテーマ3: markers of a place in a larger work.
fn strip_markers(text: &str, removed: &mut Vec<String>) -> String {
    let mut out = text.to_owned();
    for marker in ["項目", "課題", "サブテーマ", "テーマ", "研究項目", "研究課題"] {
        let mut from = 0;
        while let Some(at) = out[from..].find(marker).map(|i| i + from) {
            let tail = &out[at + marker.len()..];
            let number = tail
                .chars()
                .take_while(|c| c.is_ascii_digit() || "-()①②③④⑤⑥⑦⑧⑨".contains(*c))
                .map(char::len_utf8)
                .sum::<usize>();
            let starts = at == 0 || out[..at].ends_with([' ', '/', '(', '、', ':', '~']);
            if number == 0 || !starts || !tail.starts_with(|c: char| c.is_ascii_digit()) {
                from = at + marker.len();
                continue;
            }
            let mut end = at + marker.len() + number;
            while out[end..].starts_with(['、', ':', ' ', ',', '.']) {
                end += out[end..].chars().next().map_or(1, char::len_utf8);
            }
            // An unbalanced bracket belongs to the text around it.
            if out[at..end].matches(')').count() > out[at..end].matches('(').count() {
                end = at + out[at..end].find(')').unwrap_or(end - at);
            }
            removed.push(out[at..end].trim().to_owned());
            // Between two long parts the marker separates the umbrella from the title, as a slash would.
            let divides = out[..at].trim().chars().count() >= 10 && out[end..].chars().count() >= 8;
            out.replace_range(at..end, if divides { "/" } else { "" });
            from = at;
        }
    }
    out.trim().to_owned()
}

/// "大課題/小課題" → the last part is the title, what stands before it the umbrella. 第1/2相 and short parts are left alone.
fn split_slashes(text: &str, umbrellas: &mut Vec<String>) -> String {
    let mut parts: Vec<&str> = slashes(text).into_iter().map(str::trim).collect();
    parts.retain(|p| !p.is_empty());
    let real = |p: &&str| p.chars().count() >= 8 && !looks_latin(p);
    if let [only] = parts[..] {
        return only.to_owned();
    }
    if parts.is_empty() || !parts.iter().take(parts.len() - 1).all(real) {
        return text.to_owned();
    }
    let last = parts[parts.len() - 1];
    // "…技術開発/" or "…/課題5" whose marker was stripped: nothing remains but the umbrella.
    if last.chars().count() < 4 {
        return parts[..parts.len() - 1].join(" ");
    }
    if last.chars().count() < 8 || looks_latin(last) {
        return text.to_owned();
    }
    umbrellas.extend(parts[..parts.len() - 1].iter().map(|p| (*p).to_owned()));
    last.to_owned()
}

/// The parts between slashes that do not stand between two Latin letters or digits (I/II相, PK/PD).
fn slashes(text: &str) -> Vec<&str> {
    let mut out = Vec::new();
    let mut start = 0;
    for (at, _) in text.match_indices('/') {
        let before = text[..at].chars().next_back().is_some_and(|c| c.is_ascii_alphanumeric());
        let after = text[at + 1..].chars().next().is_some_and(|c| c.is_ascii_alphanumeric());
        if !(before && after) {
            out.push(&text[start..at]);
            start = at + 1;
        }
    }
    out.push(&text[start..]);
    out
}

/// "○○事業(題名)" → ("○○事業", "題名"), when the bracket runs to the end and holds a title rather than a word.
fn split_programme(text: &str) -> Option<(&str, &str)> {
    let open = text.find('(')?;
    let (head, from) = text.split_at(open);
    let head = head.trim_end();
    if !["事業", "プロジェクト", "プログラム", "技術開発", "研究開発費"].iter().any(|e| head.ends_with(e))
    {
        return None;
    }
    let inner = from[1..].strip_suffix(')').unwrap_or(&from[1..]);
    if !balanced(inner) || inner.chars().count() < 8 {
        return None;
    }
    Some((head, inner))
}

fn balanced(text: &str) -> bool {
    let mut depth = 0_i32;
    for c in text.chars() {
        match c {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        if depth < 0 {
            return false;
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_leave_their_wrappers() {
        for (title, core, umbrella) in [
            (
                "医療機器開発支援ネットワーク事業に関する研究開発(委託契約)",
                "医療機器開発支援ネットワーク事業に関する研究開発",
                None,
            ),
            (
                "令和3年度ゲノム解析体制の構築に向けたスパコンの連携の整備",
                "ゲノム解析体制の構築に向けたスパコンの連携の整備",
                None,
            ),
            (
                "自治体における保健指導プログラムの効果検証に関する研究（繰越分）",
                "自治体における保健指導プログラムの効果検証に関する研究",
                None,
            ),
            (
                "再生医療技術を応用した創薬支援基盤技術の開発 項目2-1、腸肝循環の薬物動態",
                "腸肝循環の薬物動態",
                Some("再生医療技術を応用した創薬支援基盤技術の開発"),
            ),
            (
                "腸内マイクロバイオーム制御による次世代創薬技術の開発/課題2:有益細菌探索に基づく医薬品の創出",
                "有益細菌探索に基づく医薬品の創出",
                Some("腸内マイクロバイオーム制御による次世代創薬技術の開発"),
            ),
            (
                "腸内マイクロバイオーム制御による次世代創薬技術の開発/課題5",
                "腸内マイクロバイオーム制御による次世代創薬技術の開発",
                None,
            ),
            (
                "自己T細胞の安全性及び有効性に関する第I/II相医師主導治験",
                "自己t細胞の安全性及び有効性に関する第1/2相医師主導治験",
                None,
            ),
            (
                "遺伝子治療開発加速化研究事業（ウイルスベクター製造技術の統合開発）",
                "ウイルスベクタ製造技術の統合開発",
                Some("遺伝子治療開発加速化研究事業"),
            ),
            (
                "認知症予防を目指した多因子介入によるランダム化比較研究(分担研究機関6)",
                "認知症予防を目指した多因子介入によるランダム化比較研究",
                None,
            ),
            (
                "新規ワクチンの免疫原性の検討(医師主導治験)(H26-新興実用化-一般-012)",
                "新規ワクチンの免疫原性の検討(医師主導治験)",
                None,
            ),
            ("がん治療薬の研究 他4件", "癌治療薬の研究", None),
            ("がん治療薬の研究(全12件)", "癌治療薬の研究", None),
        ] {
            let u = unwrap_title(title);
            assert_eq!(u.core, core, "{title}");
            assert_eq!(u.umbrellas.first().map(String::as_str), umbrella, "{title}");
        }
    }

    #[test]
    fn nothing_is_left_empty() {
        assert_eq!(unwrap_title("令和3年度").core, "令和3年度");
        assert_eq!(unwrap_title("").core, "");
        assert_eq!(unwrap_title("(補助事業)").core, "(補助事業)");
    }
}
