//! The numbers of text affinity: every weight in one place, and arithmetic that gives the same bits on every machine.
//!
//! tf-idf: w = class · (1 + ln tf) · idf^p with idf = 1 + ln((1 + N) / (1 + df)) (Salton & Buckley, Information Processing &
//! Management 24(5), 1988; smoothed so that a term met everywhere keeps a little weight). Vectors have length 1. No single term
//! enters with more than [`Settings::term_share`] of its vector's squared length.

/// What a score is counted in: a full text match is worth this many points. All parts are whole points, so that their sum is exact.
pub const POINTS: i32 = 10_000;

/// Weights of the parts and of the kinds of terms. The defaults were tuned on one half of the labelled pairs (docs/affinity.md).
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// Weight of two-character kanji terms.
    pub kanji2: f32,
    /// Weight of three-character kanji terms.
    pub kanji3: f32,
    /// Weight of whole katakana words.
    pub katakana_word: f32,
    /// Weight of three-character parts of katakana words.
    pub katakana3: f32,
    /// Weight of hiragana content (がん, うつ).
    pub hiragana: f32,
    /// Weight of character pairs and triples that cross scripts (細胞シ).
    pub crossing: f32,
    /// Weight of Latin words (stemmed).
    pub latin: f32,
    /// Weight of pairs of neighbouring Latin words.
    pub latin2: f32,
    /// Factor on terms of the umbrella (programme or larger project).
    pub umbrella: f32,
    /// Factor on generic phrases (研究開発, を目指した).
    pub generic: f32,
    /// Factor on the summary against the title, in Japanese. In English both count alike.
    pub summary: f32,
    /// Power of the inverse document frequency.
    pub idf_power: f32,
    /// Share of the pool above which a term or concept is left out.
    pub common: f32,
    /// Largest share of a vector's squared length that one term may hold.
    pub term_share: f32,
    /// Weight of a thesaurus concept beside the terms.
    pub concepts: f32,
    /// Factors on concepts of kinds that say less of the content.
    pub kind_method: f32,
    pub kind_phase: f32,
    pub kind_resource: f32,
    /// Inheritance of a broader concept.
    pub broader: f32,
    /// Share of the mean neighbour similarity that is taken off for hubness.
    pub hubness: f32,
    /// Neighbours that measure hubness.
    pub neighbours: usize,
    /// At most this many queries take part in measuring hubness.
    pub hub_sample: usize,
    /// Points of one institution shared by a single pair of the pool; common institutions are worth less.
    pub institution: i32,
    /// Points for each shared person, at most two of them.
    pub person: i32,
    /// Points of a full match of tags.
    pub tags: i32,
    /// Points of a step up by one phase.
    pub phase: i32,
    /// Points of timing at its best.
    pub timing: i32,
    /// Points of a well-trodden passage between two programmes.
    pub history: i32,
}

impl Settings {
    /// Factor on concepts of a kind.
    #[must_use]
    pub fn kind(&self, kind: &str) -> f32 {
        match kind {
            "method" | "population" => self.kind_method,
            "phase" => self.kind_phase,
            "resource" => self.kind_resource,
            _ => 1.0,
        }
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            kanji2: 1.0,
            kanji3: 0.8,
            katakana_word: 1.2,
            katakana3: 0.5,
            hiragana: 0.8,
            crossing: 0.5,
            latin: 1.5,
            latin2: 0.7,
            umbrella: 0.3,
            generic: 0.4,
            summary: 0.6,
            idf_power: 1.0,
            common: 0.25,
            term_share: 0.15,
            concepts: 3.5,
            kind_method: 0.7,
            kind_phase: 0.3,
            kind_resource: 0.6,
            broader: 0.5,
            hubness: 0.75,
            neighbours: 10,
            hub_sample: 1_024,
            institution: 6_000,
            person: 3_000,
            tags: 1_500,
            phase: 200,
            timing: 400,
            history: 600,
        }
    }
}

/// Natural logarithm from the four operations alone, so that it is the same everywhere (the system's `ln` may differ in the last bit).
/// x must be positive and finite. Error below 1e-12.
#[must_use]
pub fn ln(x: f64) -> f64 {
    debug_assert!(x > 0.0 && x.is_finite());
    let bits = x.to_bits();
    let mut exponent = f64::from(i32::try_from((bits >> 52) & 0x7ff).unwrap_or(0) - 1023);
    let mut m = f64::from_bits((bits & 0x000f_ffff_ffff_ffff) | 0x3ff0_0000_0000_0000);
    if m > std::f64::consts::SQRT_2 {
        m *= 0.5;
        exponent += 1.0;
    }
    let z = (m - 1.0) / (m + 1.0);
    let z2 = z * z;
    let mut sum = 0.0;
    for k in (0..12).rev() {
        sum = sum * z2 + 1.0 / f64::from(2 * k + 1);
    }
    2.0 * z * sum + exponent * std::f64::consts::LN_2
}

/// Inverse document frequency of a term met in `df` of `n` records.
#[must_use]
pub fn idf(n: usize, df: u32, power: f32) -> f32 {
    let plain = 1.0 + ln((1.0 + n as f64) / (1.0 + f64::from(df)));
    if (power - 1.0).abs() < f32::EPSILON { plain as f32 } else { exp(f64::from(power) * ln(plain)) as f32 }
}

/// e^x for small x, by the same token.
fn exp(x: f64) -> f64 {
    let halves = 10;
    let y = x / f64::from(1 << halves);
    let mut sum = 1.0;
    for k in (1..10).rev() {
        sum = 1.0 + y / f64::from(k) * sum;
    }
    for _ in 0..halves {
        sum *= sum;
    }
    sum
}

/// Brings the two vectors together to length 1, after holding every term to its share of the squared length.
pub fn normalise<T, C>(terms: &mut [(T, f32)], concepts: &mut [(C, f32)], term_share: f32) {
    let squared = |t: &[(T, f32)], c: &[(C, f32)]| -> f32 {
        t.iter().map(|(_, w)| w * w).sum::<f32>() + c.iter().map(|(_, w)| w * w).sum::<f32>()
    };
    let before = squared(terms, concepts);
    if before <= 0.0 {
        return;
    }
    if (terms.len() + concepts.len()) as f32 * term_share > 1.0 {
        let cap = (before * term_share).sqrt();
        terms.iter_mut().for_each(|(_, w)| *w = w.min(cap));
        concepts.iter_mut().for_each(|(_, w)| *w = w.min(cap));
    }
    let length = squared(terms, concepts).sqrt();
    terms.iter_mut().for_each(|(_, w)| *w /= length);
    concepts.iter_mut().for_each(|(_, w)| *w /= length);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logarithm_agrees_with_the_library() {
        for x in [1e-9, 0.1, 0.5, 1.0, 1.41, 2.0, 3.7, 10.0, 1477.0, 26_001.0, 1e12] {
            assert!((ln(x) - x.ln()).abs() < 1e-10, "{x}");
        }
        assert!((exp(1.3) - 1.3_f64.exp()).abs() < 1e-9);
    }

    #[test]
    fn one_term_cannot_hold_the_vector() {
        let mut v: Vec<(u32, f32)> = (0..20).map(|i| (i, if i == 0 { 100.0 } else { 1.0 })).collect();
        normalise(&mut v, &mut [] as &mut [(u32, f32)], 0.2);
        assert!((v.iter().map(|(_, w)| w * w).sum::<f32>() - 1.0).abs() < 1e-5);
        assert!(v[0].1 < 1.0);
    }
}
