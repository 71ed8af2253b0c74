//! A small pull reader for JSON that knows where it is.
//!
//! Numbers are handed over as their decimal text (no detour through floating point), the input is read in pieces
//! (ten million pairs need no copy of the file in memory), and every refusal names the place: `pairs[17].left`.

use super::words::Words;
use std::fmt;
use std::io::Read;

/// Deepest nesting accepted anywhere in an input.
const DEPTH_LIMIT: usize = 64;
/// Longest string accepted, in bytes.
const TEXT_LIMIT: usize = 1_000_000;

/// An input that cannot be used: where, and why.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct BadInput {
    /// Path of the offending part, such as `pairs[17].left`; empty for the input as a whole.
    pub place: String,
    pub words: Words,
}

impl BadInput {
    pub fn new(place: impl Into<String>, ja: impl Into<String>, en: impl Into<String>) -> BadInput {
        BadInput { place: place.into(), words: Words::new(ja, en) }
    }
}

impl fmt::Display for BadInput {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = if self.place.is_empty() { "input" } else { &self.place };
        write!(f, "{place}: {} / {}", self.words.en, self.words.ja)
    }
}

impl std::error::Error for BadInput {}

enum Step {
    Key(String),
    Item(usize),
}

/// Reads one JSON text from front to back.
pub struct Reader<R> {
    source: R,
    buffer: Box<[u8]>,
    at: usize,
    end: usize,
    line: u64,
    column: u64,
    path: Vec<Step>,
}

impl<R: Read> Reader<R> {
    pub fn new(source: R) -> Reader<R> {
        Reader {
            source,
            buffer: vec![0; 1 << 16].into_boxed_slice(),
            at: 0,
            end: 0,
            line: 1,
            column: 1,
            path: Vec::new(),
        }
    }

    /// Passes over the byte order mark that some editors write; other encodings than UTF-8 are named.
    pub fn start(&mut self) -> Result<(), BadInput> {
        match self.current()? {
            Some(0xef) => {
                for expected in [0xef, 0xbb, 0xbf] {
                    if self.current()? != Some(expected) {
                        return self.syntax("UTF-8 ではありません", "not UTF-8");
                    }
                    self.advance();
                }
                self.column = 1;
                Ok(())
            }
            Some(0xfe | 0xff) => self.syntax(
                "UTF-16 のようです。UTF-8 で保存してください",
                "this looks like UTF-16; save it as UTF-8",
            ),
            _ => Ok(()),
        }
    }

    /// The current place, such as `pairs[17].left`.
    pub fn place(&self) -> String {
        let mut place = String::new();
        for step in &self.path {
            match step {
                Step::Key(key) if place.is_empty() => place.push_str(key),
                Step::Key(key) => {
                    place.push('.');
                    place.push_str(key);
                }
                Step::Item(index) => place.push_str(&format!("[{index}]")),
            }
        }
        place
    }

    /// A refusal at the current place.
    pub fn refuse<T>(&self, ja: impl Into<String>, en: impl Into<String>) -> Result<T, BadInput> {
        Err(BadInput::new(self.place(), ja, en))
    }

    /// Reads an object, calling `field` for each key with the reader standing before its value.
    pub fn object(
        &mut self,
        mut field: impl FnMut(&mut Self, &str) -> Result<(), BadInput>,
    ) -> Result<(), BadInput> {
        self.open(b'{', "オブジェクト {…} が必要です", "an object {…} was expected")?;
        let mut seen: Vec<String> = Vec::new();
        let mut first = true;
        loop {
            let next = self.peek()?;
            if next == b'}' && first {
                break;
            }
            if !first {
                match next {
                    b',' => self.advance(),
                    b'}' => break,
                    _ => return self.syntax("「,」または「}」が必要です", "`,` or `}` was expected"),
                }
            }
            first = false;
            if self.peek()? != b'"' {
                return self.syntax("項目名（文字列）が必要です", "a field name (a string) was expected");
            }
            let key = self.text()?;
            if seen.contains(&key) {
                return self.refuse(
                    format!("項目「{key}」が重複しています"),
                    format!("field \"{key}\" appears twice"),
                );
            }
            if self.peek()? != b':' {
                return self.syntax("「:」が必要です", "`:` was expected");
            }
            self.advance();
            self.path.push(Step::Key(key.clone()));
            field(self, &key)?;
            self.path.pop();
            // Objects used as maps may have many keys; their owner checks repetition by id.
            if seen.len() < 64 {
                seen.push(key);
            }
        }
        self.advance();
        Ok(())
    }

    /// Reads an array, calling `item` for each element with the reader standing before it.
    pub fn array(
        &mut self,
        mut item: impl FnMut(&mut Self, usize) -> Result<(), BadInput>,
    ) -> Result<(), BadInput> {
        self.open(b'[', "配列 […] が必要です", "an array […] was expected")?;
        let mut index = 0;
        loop {
            let next = self.peek()?;
            if next == b']' && index == 0 {
                break;
            }
            if index > 0 {
                match next {
                    b',' => self.advance(),
                    b']' => break,
                    _ => return self.syntax("「,」または「]」が必要です", "`,` or `]` was expected"),
                }
            }
            self.path.push(Step::Item(index));
            item(self, index)?;
            self.path.pop();
            index += 1;
        }
        self.advance();
        Ok(())
    }

    /// An identifier: a string, or an integer taken as its decimal text.
    pub fn id(&mut self) -> Result<String, BadInput> {
        let id = match self.peek()? {
            b'"' => self.text()?,
            b'-' | b'0'..=b'9' => {
                let number = self.number()?;
                if number.contains(['.', 'e', 'E']) {
                    return self.refuse("ID は文字列または整数です", "an id is a string or an integer");
                }
                number
            }
            _ => {
                return self.refuse(
                    "ID（文字列または整数）が必要です",
                    "an id (a string or an integer) was expected",
                );
            }
        };
        if id.is_empty() {
            return self.refuse("ID が空です", "the id is empty");
        }
        Ok(id)
    }

    /// The decimal text of a number.
    pub fn number(&mut self) -> Result<String, BadInput> {
        let first = self.peek()?;
        if !(first == b'-' || first.is_ascii_digit()) {
            let what = match first {
                b'N' | b'I' => "NaN や Infinity は JSON の数ではありません",
                _ => "数が必要です",
            };
            let en = match first {
                b'N' | b'I' => "NaN and Infinity are not JSON numbers",
                _ => "a number was expected",
            };
            return self.refuse(what, en);
        }
        let mut text = String::new();
        while let Some(byte @ (b'-' | b'+' | b'.' | b'e' | b'E' | b'0'..=b'9')) = self.current()? {
            text.push(byte as char);
            self.advance();
            if text.len() > 4096 {
                return self.refuse("数の桁が多すぎます", "the number has too many digits");
            }
        }
        let digits = text.strip_prefix('-').unwrap_or(&text).as_bytes();
        let leading_zero = digits.len() > 1 && digits[0] == b'0' && digits[1].is_ascii_digit();
        if leading_zero {
            return self.refuse(
                format!("「{text}」は JSON の数ではありません"),
                format!("{text} is not a JSON number"),
            );
        }
        if let Some(b'I' | b'N' | b'i' | b'n') = self.current()? {
            return self.refuse(
                "NaN や Infinity は JSON の数ではありません",
                "NaN and Infinity are not JSON numbers",
            );
        }
        Ok(text)
    }

    /// Whether a text, `true`, `false` or `null` stands here: nothing that could limit anything.
    pub fn starts_remark(&mut self) -> Result<bool, BadInput> {
        Ok(matches!(self.peek()?, b'"' | b't' | b'f' | b'n'))
    }

    /// Whether an object stands here.
    pub fn starts_object(&mut self) -> Result<bool, BadInput> {
        Ok(self.peek()? == b'{')
    }

    /// Whether the value here is `null`; consumes it if so.
    pub fn null(&mut self) -> Result<bool, BadInput> {
        if self.peek()? != b'n' {
            return Ok(false);
        }
        self.word("null")?;
        Ok(true)
    }

    /// A string.
    pub fn text(&mut self) -> Result<String, BadInput> {
        if self.peek()? != b'"' {
            return self.refuse("文字列が必要です", "a string was expected");
        }
        self.advance();
        let mut bytes = Vec::new();
        loop {
            let Some(byte) = self.current()? else {
                return self.syntax("文字列が閉じていません", "the string is not closed");
            };
            self.advance();
            match byte {
                b'"' => break,
                b'\\' => self.escape(&mut bytes)?,
                0..=0x1f => {
                    return self.syntax("文字列に制御文字があります", "a control character inside a string");
                }
                _ => bytes.push(byte),
            }
            if bytes.len() > TEXT_LIMIT {
                return self.refuse("文字列が長すぎます", "the string is too long");
            }
        }
        String::from_utf8(bytes).or_else(|_| self.refuse("UTF-8 ではありません", "not valid UTF-8"))
    }

    /// Passes over any value.
    pub fn skip(&mut self) -> Result<(), BadInput> {
        match self.peek()? {
            b'{' => self.object(|reader, _| reader.skip()),
            b'[' => self.array(|reader, _| reader.skip()),
            b'"' => self.text().map(drop),
            b't' => self.word("true"),
            b'f' => self.word("false"),
            b'n' => self.word("null"),
            _ => self.number().map(drop),
        }
    }

    /// Nothing but white space may follow.
    pub fn finish(&mut self) -> Result<(), BadInput> {
        self.blank()?;
        match self.current()? {
            None => Ok(()),
            Some(_) => {
                self.syntax("JSON の後に余分な文字があります", "characters after the end of the JSON value")
            }
        }
    }

    fn open(&mut self, bracket: u8, ja: &str, en: &str) -> Result<(), BadInput> {
        if self.peek()? != bracket {
            return self.refuse(ja, en);
        }
        if self.path.len() > DEPTH_LIMIT {
            return self.refuse("入れ子が深すぎます", "nested too deeply");
        }
        self.advance();
        Ok(())
    }

    fn word(&mut self, word: &str) -> Result<(), BadInput> {
        for expected in word.bytes() {
            if self.current()? != Some(expected) {
                return self.syntax("JSON として読めません", "not valid JSON");
            }
            self.advance();
        }
        Ok(())
    }

    fn escape(&mut self, bytes: &mut Vec<u8>) -> Result<(), BadInput> {
        let Some(byte) = self.current()? else {
            return self.syntax("文字列が閉じていません", "the string is not closed");
        };
        self.advance();
        let plain = match byte {
            b'"' | b'\\' | b'/' => byte,
            b'b' => 8,
            b'f' => 12,
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'u' => return self.unicode(bytes),
            _ => return self.syntax("不正なエスケープです", "an invalid escape"),
        };
        bytes.push(plain);
        Ok(())
    }

    fn unicode(&mut self, bytes: &mut Vec<u8>) -> Result<(), BadInput> {
        let mut unit = self.hex4()?;
        if (0xd800..0xdc00).contains(&unit) {
            let paired = self.current()? == Some(b'\\') && {
                self.advance();
                self.current()? == Some(b'u')
            };
            if !paired {
                return self.syntax("サロゲートが対になっていません", "an unpaired surrogate");
            }
            self.advance();
            let low = self.hex4()?;
            if !(0xdc00..0xe000).contains(&low) {
                return self.syntax("サロゲートが対になっていません", "an unpaired surrogate");
            }
            unit = 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
        }
        let Some(letter) = char::from_u32(unit) else {
            return self.syntax("サロゲートが対になっていません", "an unpaired surrogate");
        };
        bytes.extend_from_slice(letter.encode_utf8(&mut [0; 4]).as_bytes());
        Ok(())
    }

    fn hex4(&mut self) -> Result<u32, BadInput> {
        let mut unit = 0;
        for _ in 0..4 {
            let digit = self.current()?.and_then(|byte| (byte as char).to_digit(16));
            let Some(digit) = digit else {
                return self.syntax("不正なエスケープです", "an invalid escape");
            };
            unit = unit * 16 + digit;
            self.advance();
        }
        Ok(unit)
    }

    /// The next byte that is not white space; it is an error if there is none.
    fn peek(&mut self) -> Result<u8, BadInput> {
        self.blank()?;
        match self.current()? {
            Some(byte) => Ok(byte),
            None => self.syntax("JSON が途中で終わっています", "the JSON ends too early"),
        }
    }

    fn blank(&mut self) -> Result<(), BadInput> {
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = self.current()? {
            self.advance();
        }
        Ok(())
    }

    fn current(&mut self) -> Result<Option<u8>, BadInput> {
        if self.at < self.end {
            return Ok(Some(self.buffer[self.at]));
        }
        loop {
            match self.source.read(&mut self.buffer) {
                Ok(length) => {
                    (self.at, self.end) = (0, length);
                    return Ok((length > 0).then(|| self.buffer[0]));
                }
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(error) => {
                    return self
                        .refuse(format!("読み取れません（{error}）"), format!("cannot be read ({error})"));
                }
            }
        }
    }

    fn advance(&mut self) {
        if self.buffer[self.at] == b'\n' {
            self.line += 1;
            self.column = 1;
        } else {
            self.column += 1;
        }
        self.at += 1;
    }

    fn syntax<T>(&self, ja: &str, en: &str) -> Result<T, BadInput> {
        let (line, column) = (self.line, self.column);
        self.refuse(
            format!("JSON として読めません：{ja}（{line} 行 {column} 桁）"),
            format!("not JSON: {en} (line {line}, column {column})"),
        )
    }
}
