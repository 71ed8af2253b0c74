//! CP932 as Excel in Japan reads it. Signs that exist there under another code point are mapped first; a character
//! that does not exist becomes 〓 and is counted, so that nobody takes a damaged name for the real one.

use encoding_rs::SHIFT_JIS;

/// The bytes of `text`, and how many characters could not be written.
pub fn encode(text: &str) -> (Vec<u8>, usize) {
    let mapped: String = text.chars().map(map).collect();
    let (bytes, _, had_errors) = SHIFT_JIS.encode(&mapped);
    if !had_errors {
        return (bytes.into_owned(), 0);
    }
    let mut lost = 0;
    let kept: String = mapped
        .chars()
        .map(|c| {
            if exists(c) {
                c
            } else {
                lost += 1;
                '〓'
            }
        })
        .collect();
    (SHIFT_JIS.encode(&kept).0.into_owned(), lost)
}

fn exists(c: char) -> bool {
    let mut one = [0; 4];
    !SHIFT_JIS.encode(c.encode_utf8(&mut one)).2
}

/// The code point under which CP932 knows a sign.
fn map(c: char) -> char {
    match c {
        '〜' => '～',
        '−' => '－',
        '‖' => '∥',
        '—' => '―',
        '¢' => '￠',
        '£' => '￡',
        '¬' => '￢',
        '\u{a0}' => ' ',
        '–' => '-',
        '•' => '・',
        c => c,
    }
}

#[cfg(test)]
mod tests {
    use super::encode;

    #[test]
    fn signs_with_another_code_point_survive() {
        let (bytes, lost) = encode("1〜2−3 髙﨑①");
        assert_eq!(lost, 0);
        assert_eq!(encoding_rs::SHIFT_JIS.decode(&bytes).0, "1～2－3 髙﨑①");
    }

    #[test]
    fn what_does_not_exist_is_counted() {
        let (bytes, lost) = encode("𠮷野α😀");
        assert_eq!(lost, 2);
        assert_eq!(encoding_rs::SHIFT_JIS.decode(&bytes).0, "〓野α〓");
    }
}
