//! A pull parser over a part of a packed file: bounded tokens, bounded depth, no document types, no foreign entities.

use std::borrow::Cow;
use std::io::{self, BufRead, BufReader, Read};

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::{Meter, ReadError};

/// Deepest nesting met in real files is about 20.
const DEEPEST: usize = 256;

/// What the parser meets; names are without their namespace prefix.
pub enum Token<'a> {
    Open(BytesStart<'a>),
    Close(String),
    Text(String),
    End,
}

/// The parser.
pub struct Xml<R: Read> {
    reader: Reader<Gate<R>>,
    buffer: Vec<u8>,
    depth: usize,
    /// An empty element `<x/>` is reported as opened and closed; this is the close that is due.
    pending_close: Option<String>,
}

impl<R: Read> Xml<R> {
    pub fn new(source: R, meter: &Meter) -> Self {
        let gate = Gate {
            inner: BufReader::with_capacity(64 << 10, source),
            token: 0,
            token_limit: meter.limits.token_bytes,
            total: 0,
            total_limit: meter.left_to_unpack(),
        };
        let mut reader = Reader::from_reader(gate);
        let config = reader.config_mut();
        config.check_end_names = false;
        config.allow_unmatched_ends = true;
        Self { reader, buffer: Vec::new(), depth: 0, pending_close: None }
    }

    /// Bytes unpacked so far.
    pub fn consumed(&mut self) -> u64 {
        self.reader.get_mut().total
    }

    /// The next token.
    pub fn next(&mut self) -> Result<Token<'_>, ReadError> {
        if let Some(name) = self.pending_close.take() {
            return Ok(Token::Close(name));
        }
        loop {
            self.buffer.clear();
            self.reader.get_mut().token = 0;
            let event = self.reader.read_event_into(&mut self.buffer).map_err(|e| refuse(&e))?;
            match event {
                Event::Start(start) => {
                    self.depth += 1;
                    if self.depth > DEEPEST {
                        return Err(ReadError::Hostile("nesting"));
                    }
                    return Ok(Token::Open(start.into_owned()));
                }
                Event::Empty(start) => {
                    self.pending_close = Some(local(start.name().as_ref()).to_owned());
                    return Ok(Token::Open(start.into_owned()));
                }
                Event::End(end) => {
                    self.depth = self.depth.saturating_sub(1);
                    return Ok(Token::Close(local(end.name().as_ref()).to_owned()));
                }
                Event::Text(text) => return Ok(Token::Text(text.xml10_content().into_owned())),
                Event::CData(text) => return Ok(Token::Text(text.xml10_content().into_owned())),
                Event::GeneralRef(entity) => return Ok(Token::Text(resolve(&entity)?)),
                Event::DocType(_) => return Err(ReadError::Hostile("DOCTYPE")),
                Event::Eof => return Ok(Token::End),
                Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
            }
        }
    }

    /// Skips to the close of the element whose open was just returned.
    pub fn skip(&mut self) -> Result<(), ReadError> {
        let mut depth = 1;
        while depth > 0 {
            match self.next()? {
                Token::Open(_) => depth += 1,
                Token::Close(_) => depth -= 1,
                Token::Text(_) => {}
                Token::End => return Err(ReadError::damaged("the markup ends early")),
            }
        }
        Ok(())
    }
}

fn refuse(error: &quick_xml::Error) -> ReadError {
    if let quick_xml::Error::Io(io) = error
        && let Some(refusal) = io.get_ref().and_then(|inner| inner.downcast_ref::<ReadError>())
    {
        return refusal.clone();
    }
    ReadError::damaged(error)
}

fn resolve(entity: &quick_xml::events::BytesRef<'_>) -> Result<String, ReadError> {
    if let Some(c) = entity.resolve_char_ref().map_err(ReadError::damaged)? {
        return Ok(c.to_string());
    }
    match entity.as_ref() {
        "amp" => Ok("&".into()),
        "lt" => Ok("<".into()),
        "gt" => Ok(">".into()),
        "quot" => Ok("\"".into()),
        "apos" => Ok("'".into()),
        _ => Err(ReadError::Hostile("entity")),
    }
}

/// A name without its namespace prefix.
pub fn local(name: &str) -> &str {
    name.rsplit_once(':').map_or(name, |(_, after)| after)
}

/// The value of an attribute, by its local name; unreadable attributes count as absent.
pub fn attribute<'a>(start: &'a BytesStart<'_>, name: &str) -> Option<Cow<'a, str>> {
    let found = start.attributes().with_checks(false).flatten().find(|a| local(a.key.as_ref()) == name)?;
    if !found.value.contains('&') {
        return Some(found.value);
    }
    quick_xml::escape::unescape(&found.value).ok().map(|text| Cow::Owned(text.into_owned()))
}

/// As [`attribute`], read as a number.
pub fn attribute_number(start: &BytesStart<'_>, name: &str) -> Option<u32> {
    attribute(start, name)?.trim().parse().ok()
}

/// As [`attribute`], read as a yes.
pub fn attribute_is_true(start: &BytesStart<'_>, name: &str) -> bool {
    matches!(attribute(start, name).as_deref(), Some("1" | "true" | "on"))
}

/// Stops the source when one token or the whole grows past its limit.
struct Gate<R: Read> {
    inner: BufReader<R>,
    token: usize,
    token_limit: usize,
    total: u64,
    total_limit: u64,
}

impl<R: Read> Read for Gate<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let n = { self.fill_buf()? }.read(out)?;
        self.consume(n);
        Ok(n)
    }
}

impl<R: Read> BufRead for Gate<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.token > self.token_limit {
            return Err(io::Error::other(ReadError::Hostile("oversized text")));
        }
        if self.total > self.total_limit {
            return Err(io::Error::other(ReadError::UnpacksTooLarge { limit: self.total_limit }));
        }
        self.inner.fill_buf()
    }

    fn consume(&mut self, n: usize) {
        self.token = self.token.saturating_add(n);
        self.total = self.total.saturating_add(n as u64);
        self.inner.consume(n);
    }
}
