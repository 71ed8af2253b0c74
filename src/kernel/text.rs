//! User text: checked once at the edge, and folded to one spelling for searching and comparing.

use unicode_normalization::UnicodeNormalization;

/// Text that a person typed: trimmed, without control characters (line breaks and tabs stay), at most `MAX` characters.
#[derive(Clone, Debug, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(transparent)]
pub struct Text<const MAX: usize>(String);

/// Why a text was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    #[error("is empty")]
    Empty,
    #[error("has {length} characters; at most {max} fit")]
    TooLong { length: usize, max: usize },
    #[error("holds a character that cannot be stored (code {code:#06x} at position {position})")]
    Forbidden { code: u32, position: usize },
}

impl<const MAX: usize> Text<MAX> {
    /// Checks and trims. An empty text is an error; use [`Text::optional`] where it may be left out.
    pub fn parse(raw: &str) -> Result<Self, TextError> {
        let trimmed = raw.trim();
        if trimmed.is_empty() {
            return Err(TextError::Empty);
        }
        if let Some((position, c)) = trimmed.chars().enumerate().find(|(_, c)| is_forbidden(*c)) {
            return Err(TextError::Forbidden { code: c as u32, position: position + 1 });
        }
        let length = trimmed.chars().count();
        if length > MAX {
            return Err(TextError::TooLong { length, max: MAX });
        }
        Ok(Self(trimmed.replace("\r\n", "\n")))
    }

    /// As [`Text::parse`], with nothing for an empty text.
    pub fn optional(raw: &str) -> Result<Option<Self>, TextError> {
        match Self::parse(raw) {
            Err(TextError::Empty) => Ok(None),
            other => other.map(Some),
        }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub fn into_string(self) -> String {
        self.0
    }
}

impl<const MAX: usize> std::fmt::Display for Text<MAX> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl<const MAX: usize> AsRef<str> for Text<MAX> {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

fn is_forbidden(c: char) -> bool {
    (c.is_control() && !matches!(c, '\n' | '\r' | '\t'))
        || matches!(c, '\u{FFFE}' | '\u{FFFF}' | '\u{202A}'..='\u{202E}')
}

/// Unicode NFKC: full-width letters and half-width kana become the ordinary ones.
pub fn nfkc(text: &str) -> String {
    if text.is_ascii() { text.to_owned() } else { text.nfkc().collect() }
}

/// One spelling for searching and comparing: NFKC, lower case, katakana as hiragana, 旧字体 as 新字体, every
/// hyphen and dash as `-`, every space as one blank. The long-vowel mark ー stays.
pub fn fold(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut blank = true;
    for c in text.nfkc().flat_map(char::to_lowercase) {
        let c = fold_char(c);
        if c.is_whitespace() || c.is_control() {
            if !blank {
                out.push(' ');
            }
            blank = true;
        } else {
            out.push(c);
            blank = false;
        }
    }
    out.truncate(out.trim_end().len());
    out
}

/// [`fold`] for one character that is already NFKC and lower case. One character in, one out: positions in a
/// folded NFKC text are the positions in the NFKC text, but for runs of blanks.
pub fn fold_char(c: char) -> char {
    match c {
        'ァ'..='ヶ' => char::from_u32(c as u32 - 0x60).unwrap_or(c),
        'ヽ' => 'ゝ',
        'ヾ' => 'ゞ',
        '‐' | '‑' | '‒' | '–' | '—' | '―' | '−' | '﹣' | '⁃' => '-',
        '〜' | '～' | '∼' => '~',
        _ => modern_kanji(c),
    }
}

/// 旧字体 and variant forms met in names of programs, institutions and people, to the form in common use.
pub fn modern_kanji(c: char) -> char {
    const PAIRS: &str = "學学醫医國国會会藥薬體体發発總総關関應応實実樂楽變変經経濟済齒歯榮栄廣広澤沢齋斎齊斉邊辺邉辺髙高﨑崎\
        嶋島冨富櫻桜龍竜瀧滝眞真惠恵德徳壽寿假仮驗験險険權権觀観歸帰舊旧擧挙區区鷄鶏輕軽繼継縣県檢検顯顕號号碎砕雜雑參参慘惨\
        蠶蚕贊賛殘残絲糸兒児濕湿釋釈收収從従肅粛處処敍叙稱称燒焼證証乘乗剩剰壤壌孃嬢條条淨浄狀状疊畳穰穣讓譲釀醸觸触囑嘱\
        寢寝愼慎盡尽圖図粹粋醉酔隨随髓髄樞枢數数聲声靜静竊窃攝摂專専戰戦淺浅潛潜纖繊踐践錢銭禪禅雙双壯壮搜捜插挿巢巣爭争\
        莊荘裝装騷騒增増藏蔵臟臓屬属續続墮堕對対帶帯滯滞臺台擇択擔担單単團団彈弾斷断癡痴遲遅晝昼蟲虫鑄鋳廳庁徵徴聽聴鎭鎮遞逓\
        鐵鉄轉転點点傳伝黨党盜盗燈灯當当鬪闘獨独讀読屆届繩縄腦脳霸覇廢廃拜拝賣売麥麦拔抜蠻蛮祕秘甁瓶佛仏辨弁瓣弁辯弁豐豊寶宝\
        萬万默黙彌弥譯訳豫予餘余與与譽誉搖揺樣様謠謡來来賴頼亂乱覽覧畧略兩両獵猟綠緑勞労爐炉灣湾圓円靈霊齡齢戀恋";
    if (c as u32) < 0x4E00 {
        return c;
    }
    let pairs = modern_pairs(PAIRS);
    pairs.binary_search_by_key(&c, |pair| pair.0).map_or(c, |at| pairs[at].1)
}

fn modern_pairs(pairs: &'static str) -> &'static [(char, char)] {
    static SORTED: std::sync::OnceLock<Vec<(char, char)>> = std::sync::OnceLock::new();
    SORTED.get_or_init(|| {
        let chars: Vec<char> = pairs.chars().filter(|c| !c.is_whitespace()).collect();
        let mut sorted: Vec<(char, char)> = chars.chunks_exact(2).map(|pair| (pair[0], pair[1])).collect();
        sorted.sort_unstable();
        sorted.dedup_by_key(|pair| pair.0);
        sorted
    })
}

/// Overlapping pairs of characters of a folded text, word by word, sorted and unique; a word of one character stands
/// alone. A search finds rows that hold all pairs of the sought word, and a LIKE recheck removes the rows that hold
/// them in another order. A pair is a number, the first character in the upper half: an index of numbers is built in a
/// third of the time of one of words. Characters beyond U+FFFF lose their upper bits, which the recheck makes good.
pub fn pairs(folded: &str) -> Vec<i32> {
    let mut out = Vec::with_capacity(folded.len());
    for word in folded.split(|c: char| !c.is_alphanumeric() && c != 'ー' && c != '々') {
        let mut chars = word.chars().map(|c| u32::from(c) & 0xFFFF);
        let Some(mut last) = chars.next() else { continue };
        let mut alone = true;
        for next in chars {
            out.push(pair(last, next));
            last = next;
            alone = false;
        }
        if alone {
            out.push(pair(last, 0));
        }
    }
    out.sort_unstable();
    out.dedup();
    out
}

const fn pair(first: u32, second: u32) -> i32 {
    (first << 16 | second).cast_signed()
}

/// False for a word of one character, which another text may hold inside a longer word.
pub const fn is_whole_pair(pair: i32) -> bool {
    pair & 0xFFFF != 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variants_fold_to_one_spelling() {
        for (a, b) in [
            ("ｉＰＳ細胞", "iPS細胞"),
            ("ガン", "がん"),
            ("ｶﾞﾝ", "ガン"),
            ("國立醫學", "国立医学"),
            ("SARS－CoV−2", "sars-cov-2"),
            ("東京　大学", "東京 大学"),
            ("髙﨑", "高崎"),
        ] {
            assert_eq!(fold(a), fold(b), "{a} and {b}");
        }
    }

    #[test]
    fn a_text_keeps_line_breaks_and_refuses_controls() {
        assert_eq!(Text::<10>::parse(" a\r\nb ").unwrap().as_str(), "a\nb");
        assert_eq!(Text::<10>::parse("a\0b"), Err(TextError::Forbidden { code: 0, position: 2 }));
        assert_eq!(Text::<3>::parse("課題一覧"), Err(TextError::TooLong { length: 4, max: 3 }));
        assert_eq!(Text::<3>::optional("  "), Ok(None));
    }

    #[test]
    fn pairs_are_numbers_of_two_characters() {
        let number = |a: char, b: char| pair(u32::from(a), u32::from(b));
        assert_eq!(pairs(&fold("肝炎")), [number('肝', '炎')]);
        assert_eq!(
            pairs("mrna ワ"),
            [number('m', 'r'), number('n', 'a'), number('r', 'n'), number('ワ', '\0')]
        );
        assert_eq!(pairs("肝炎の肝炎"), pairs("炎の肝炎"), "sorted and unique");
        assert_eq!(
            pairs("肝炎").iter().chain(&pairs("肝")).map(|&p| is_whole_pair(p)).collect::<Vec<_>>(),
            [true, false]
        );
        assert_eq!(pairs("𠮷野"), pairs("𠮷野"), "beyond U+FFFF");
    }

    proptest::proptest! {
        #[test]
        fn folding_twice_is_folding_once(text in ".{0,60}") {
            let once = fold(&text);
            proptest::prop_assert_eq!(fold(&once), once.clone());
        }
    }
}
