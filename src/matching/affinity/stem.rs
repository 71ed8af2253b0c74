//! The English stemmer: M. F. Porter, "An algorithm for suffix stripping", Program 14(3), 1980, pp. 130-137, in all its steps.
//!
//! "vaccines", "vaccine" and "vaccination" meet as `vaccin`; words of one or two letters and words with digits stay as they are.

/// The stem of one lower-case word.
///
/// ```
/// use nakadachi::matching::affinity::stem::stem;
/// assert_eq!(stem("vaccination"), "vaccin");
/// assert_eq!(stem("covid19"), "covid19");
/// ```
#[must_use]
pub fn stem(word: &str) -> String {
    if word.len() < 3 || !word.bytes().all(|b| b.is_ascii_lowercase()) {
        return word.to_owned();
    }
    let mut w = word.as_bytes().to_vec();
    plurals(&mut w);
    past_and_gerund(&mut w);
    if w.last() == Some(&b'y') && has_vowel(&w[..w.len() - 1]) {
        let last = w.len() - 1;
        w[last] = b'i';
    }
    first_match(&mut w, STEP_2, 0);
    first_match(&mut w, STEP_3, 0);
    remove_suffix(&mut w);
    tidy(&mut w);
    String::from_utf8(w).unwrap_or_else(|_| word.to_owned())
}

const STEP_2: &[(&str, &str)] = &[
    ("ational", "ate"),
    ("tional", "tion"),
    ("enci", "ence"),
    ("anci", "ance"),
    ("izer", "ize"),
    ("abli", "able"),
    ("alli", "al"),
    ("entli", "ent"),
    ("eli", "e"),
    ("ousli", "ous"),
    ("ization", "ize"),
    ("ation", "ate"),
    ("ator", "ate"),
    ("alism", "al"),
    ("iveness", "ive"),
    ("fulness", "ful"),
    ("ousness", "ous"),
    ("aliti", "al"),
    ("iviti", "ive"),
    ("biliti", "ble"),
];

const STEP_3: &[(&str, &str)] = &[
    ("icate", "ic"),
    ("ative", ""),
    ("alize", "al"),
    ("iciti", "ic"),
    ("ical", "ic"),
    ("ful", ""),
    ("ness", ""),
];

const STEP_4: &[&str] = &[
    "ement", "ance", "ence", "able", "ible", "ment", "ant", "ent", "ion", "ism", "ate", "iti", "ous", "ive",
    "ize", "al", "er", "ic", "ou",
];

fn consonant(w: &[u8], i: usize) -> bool {
    match w[i] {
        b'a' | b'e' | b'i' | b'o' | b'u' => false,
        b'y' => i == 0 || !consonant(w, i - 1),
        _ => true,
    }
}

fn has_vowel(w: &[u8]) -> bool {
    (0..w.len()).any(|i| !consonant(w, i))
}

/// Porter's m: how many times a vowel run is followed by a consonant run.
fn measure(w: &[u8]) -> usize {
    (1..w.len()).filter(|&i| consonant(w, i) && !consonant(w, i - 1)).count()
}

fn double_consonant(w: &[u8]) -> bool {
    w.len() >= 2 && w[w.len() - 1] == w[w.len() - 2] && consonant(w, w.len() - 1)
}

/// consonant-vowel-consonant at the end, the last not w, x or y.
fn cvc(w: &[u8]) -> bool {
    let n = w.len();
    n >= 3
        && consonant(w, n - 1)
        && !consonant(w, n - 2)
        && consonant(w, n - 3)
        && !matches!(w[n - 1], b'w' | b'x' | b'y')
}

fn plurals(w: &mut Vec<u8>) {
    if w.ends_with(b"sses") || w.ends_with(b"ies") {
        w.truncate(w.len() - 2);
    } else if w.ends_with(b"s") && !w.ends_with(b"ss") {
        w.pop();
    }
}

fn past_and_gerund(w: &mut Vec<u8>) {
    if w.ends_with(b"eed") {
        if measure(&w[..w.len() - 3]) > 0 {
            w.pop();
        }
        return;
    }
    let cut = if w.ends_with(b"ed") && has_vowel(&w[..w.len() - 2]) {
        2
    } else if w.ends_with(b"ing") && has_vowel(&w[..w.len() - 3]) {
        3
    } else {
        return;
    };
    w.truncate(w.len() - cut);
    if w.ends_with(b"at") || w.ends_with(b"bl") || w.ends_with(b"iz") || (measure(w) == 1 && cvc(w)) {
        w.push(b'e');
    } else if double_consonant(w) && !matches!(w[w.len() - 1], b'l' | b's' | b'z') {
        w.pop();
    }
}

/// The longest suffix of the table that fits decides, whether or not its stem is long enough.
fn first_match(w: &mut Vec<u8>, table: &[(&str, &str)], more_than: usize) {
    let Some((suffix, new)) =
        table.iter().filter(|(s, _)| w.ends_with(s.as_bytes())).max_by_key(|(s, _)| s.len())
    else {
        return;
    };
    let rest = w.len() - suffix.len();
    if measure(&w[..rest]) > more_than {
        w.truncate(rest);
        w.extend_from_slice(new.as_bytes());
    }
}

fn remove_suffix(w: &mut Vec<u8>) {
    let Some(suffix) = STEP_4.iter().filter(|s| w.ends_with(s.as_bytes())).max_by_key(|s| s.len()) else {
        return;
    };
    let rest = w.len() - suffix.len();
    if measure(&w[..rest]) > 1 && (*suffix != "ion" || matches!(w[rest - 1], b's' | b't')) {
        w.truncate(rest);
    }
}

fn tidy(w: &mut Vec<u8>) {
    if w.last() == Some(&b'e') {
        let rest = &w[..w.len() - 1];
        let m = measure(rest);
        if m > 1 || (m == 1 && !cvc(rest)) {
            w.pop();
        }
    }
    if measure(w) > 1 && double_consonant(w) && w.last() == Some(&b'l') {
        w.pop();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stems_are_those_of_the_paper() {
        for (word, expected) in [
            ("caresses", "caress"),
            ("ponies", "poni"),
            ("cats", "cat"),
            ("feed", "feed"),
            ("agreed", "agre"),
            ("plastered", "plaster"),
            ("motoring", "motor"),
            ("sing", "sing"),
            ("conflated", "conflat"),
            ("troubled", "troubl"),
            ("sized", "size"),
            ("hopping", "hop"),
            ("falling", "fall"),
            ("hissing", "hiss"),
            ("failing", "fail"),
            ("filing", "file"),
            ("happy", "happi"),
            ("sky", "sky"),
            ("relational", "relat"),
            ("conditional", "condit"),
            ("vietnamization", "vietnam"),
            ("predication", "predic"),
            ("operator", "oper"),
            ("feudalism", "feudal"),
            ("decisiveness", "decis"),
            ("hopefulness", "hope"),
            ("formaliti", "formal"),
            ("sensibiliti", "sensibl"),
            ("triplicate", "triplic"),
            ("formative", "form"),
            ("electrical", "electr"),
            ("goodness", "good"),
            ("revival", "reviv"),
            ("allowance", "allow"),
            ("inference", "infer"),
            ("airliner", "airlin"),
            ("adjustable", "adjust"),
            ("replacement", "replac"),
            ("adoption", "adopt"),
            ("effective", "effect"),
            ("bowdlerize", "bowdler"),
            ("probate", "probat"),
            ("rate", "rate"),
            ("controll", "control"),
            ("roll", "roll"),
            ("therapies", "therapi"),
            ("therapy", "therapi"),
        ] {
            assert_eq!(stem(word), expected, "{word}");
        }
    }
}
