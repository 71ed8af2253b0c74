//! Lists of words that the cutting and the folding of texts go by; each sorted as it is searched.

/// Words of the field that are written in several ways, each with the way in which they are compared; sorted by first character,
/// the longer first.
#[rustfmt::skip]
pub const VARIANTS: &[(&str, &str)] = &[
    ("i型", "1型"), ("ii型", "2型"), ("iii型", "3型"), ("がん", "癌"), ("こども", "子ども"),
    ("たんぱく質", "蛋白"), ("たんぱく", "蛋白"), ("ィルス", "イルス"),
    ("インターフェイス", "インターフェース"), ("オミクス", "オミックス"),
    ("シュミレーション", "シミュレーション"), ("ソフトウエア", "ソフトウェア"), ("タンパク質", "蛋白"),
    ("タンパク", "蛋白"), ("ティッシュー", "ティッシュ"), ("ドーパミン", "ドパミン"),
    ("ハードウエア", "ハードウェア"), ("プロトコール", "プロトコル"), ("レセプタ", "受容体"),
    ("下肢着装", "下肢装着"), ("他因子", "多因子"), ("側策硬化", "側索硬化"), ("子供", "子ども"),
    ("第viii因子", "第8因子"), ("第ii/iii相", "第2/3相"), ("第i/ii相", "第1/2相"), ("第iia相", "第2a相"),
    ("第iib相", "第2b相"), ("第iii相", "第3相"), ("第ix因子", "第9因子"), ("第ii相", "第2相"),
    ("第i相", "第1相"), ("第一相", "第1相"), ("第二相", "第2相"), ("第三相", "第3相"), ("筋委縮", "筋萎縮"),
    ("羅患", "罹患"), ("蛋白質", "蛋白"), ("遺伝子医導入", "遺伝子導入"), ("頸", "頚"),
];

/// Phrases of grammar and of office style, sorted by first character, the longer first. They end a run and give no term.
#[rustfmt::skip]
pub const GRAMMAR: &[&str] = &[
    "および", "から", "この", "された", "される", "され", "している", "した", "して", "する", "その",
    "ための", "である", "できる", "での", "としての", "とした", "として", "とする", "との", "ならびに",
    "など", "に向けての", "に基づいた", "に対しての", "に関しての", "における", "について", "にむけた",
    "にむけて", "によって", "に係わる", "に向けた", "に基づく", "に対して", "に対する", "に資する",
    "に関する", "に関わる", "により", "による", "に伴う", "に係る", "に向け", "のための", "のため", "への",
    "または", "まで", "もしくは", "ような", "ように", "を可能とする", "を可能にする", "を基盤とした",
    "を対象とした", "を標的とした", "を標的とする", "を目的とした", "をめざした", "を使用した",
    "を利用した", "を実現する", "を活用した", "を目指した", "を考慮した", "を見据えた", "を踏まえた",
    "をめざす", "を介した", "を使った", "を含めた", "を基盤に", "を対象に", "を有する", "を活用し",
    "を用いた", "を用いて", "を目指す", "を通した", "を通じた", "を含む", "並びに", "又は", "及び", "等の",
];

/// Latin words without content, sorted.
#[rustfmt::skip]
pub const STOP_WORDS: &[&str] = &[
    "a", "about", "above", "after", "again", "against", "al", "all", "also", "although", "am", "an", "and",
    "any", "are", "as", "at", "be", "because", "been", "before", "being", "below", "between", "both", "but",
    "by", "can", "cannot", "could", "did", "do", "does", "doing", "down", "during", "e", "each", "et",
    "etc", "few", "for", "from", "further", "g", "had", "has", "have", "having", "he", "her", "here",
    "hers", "him", "his", "how", "however", "i", "if", "in", "into", "is", "it", "its", "itself", "let",
    "may", "me", "might", "more", "moreover", "most", "must", "my", "no", "nor", "not", "of", "off", "on",
    "once", "only", "or", "other", "our", "ours", "out", "over", "own", "s", "same", "she", "should", "so",
    "some", "such", "t", "than", "that", "the", "their", "theirs", "them", "then", "there", "therefore",
    "these", "they", "this", "those", "through", "thus", "to", "too", "under", "until", "up", "upon", "us",
    "use", "used", "uses", "using", "very", "via", "was", "we", "were", "what", "when", "where", "whether",
    "which", "while", "who", "whom", "why", "will", "with", "within", "without", "would", "yet", "you",
    "your",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_sorted_as_they_are_searched() {
        assert!(STOP_WORDS.is_sorted());
        assert!(GRAMMAR.is_sorted_by_key(|g| g.chars().next()));
        for (i, g) in GRAMMAR.iter().enumerate() {
            assert!(GRAMMAR[..i].iter().all(|earlier| !g.starts_with(earlier)), "{g} is hidden");
        }
    }
}
