//! Rows in PostgreSQL's binary COPY format: no quoting, no parsing, and the same bytes for the same demo.

use chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;

/// Rows of one table, ready to be sent.
#[derive(Default)]
pub struct Rows {
    bytes: Vec<u8>,
    pub count: u64,
}

/// First bytes of every binary COPY: signature, no flags, no extension.
pub const HEADER: &[u8] = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";
/// Last bytes of every binary COPY.
pub const TRAILER: &[u8] = &[0xff, 0xff];

const INT2_OID: u32 = 21;
const INT4_OID: u32 = 23;
const TEXT_OID: u32 = 25;

impl Rows {
    /// Begins a row of `columns` fields; exactly so many `put`s follow.
    pub fn row(&mut self, columns: i16) -> &mut Self {
        self.count += 1;
        self.bytes.extend_from_slice(&columns.to_be_bytes());
        self
    }

    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// Appends another block of rows of the same table.
    pub fn append(&mut self, other: Self) {
        self.bytes.extend_from_slice(&other.bytes);
        self.count += other.count;
    }

    fn field(&mut self, value: &[u8]) -> &mut Self {
        self.bytes.extend_from_slice(&(value.len() as i32).to_be_bytes());
        self.bytes.extend_from_slice(value);
        self
    }

    pub fn null(&mut self) -> &mut Self {
        self.bytes.extend_from_slice(&(-1_i32).to_be_bytes());
        self
    }

    pub fn uuid(&mut self, id: Uuid) -> &mut Self {
        self.field(id.as_bytes())
    }

    pub fn uuid_or_null(&mut self, id: Option<Uuid>) -> &mut Self {
        match id {
            Some(id) => self.uuid(id),
            None => self.null(),
        }
    }

    pub fn text(&mut self, text: &str) -> &mut Self {
        self.field(text.as_bytes())
    }

    pub fn text_or_null(&mut self, text: Option<&str>) -> &mut Self {
        match text {
            Some(text) => self.text(text),
            None => self.null(),
        }
    }

    pub fn bool(&mut self, value: bool) -> &mut Self {
        self.field(&[u8::from(value)])
    }

    pub fn int2(&mut self, value: i16) -> &mut Self {
        self.field(&value.to_be_bytes())
    }

    pub fn int4(&mut self, value: i32) -> &mut Self {
        self.field(&value.to_be_bytes())
    }

    pub fn int8(&mut self, value: i64) -> &mut Self {
        self.field(&value.to_be_bytes())
    }

    pub fn bytes(&mut self, bytes: &[u8]) -> &mut Self {
        self.field(bytes)
    }

    pub fn time_or_null(&mut self, at: Option<DateTime<Utc>>) -> &mut Self {
        match at {
            Some(at) => self.time(at),
            None => self.null(),
        }
    }

    /// Days since 1 January 2000.
    pub fn date(&mut self, day: NaiveDate) -> &mut Self {
        let epoch = NaiveDate::from_ymd_opt(2000, 1, 1).expect("the first day of 2000 exists");
        self.int4((day - epoch).num_days() as i32)
    }

    pub fn date_or_null(&mut self, day: Option<NaiveDate>) -> &mut Self {
        match day {
            Some(day) => self.date(day),
            None => self.null(),
        }
    }

    /// Microseconds since 1 January 2000 UTC.
    pub fn time(&mut self, at: DateTime<Utc>) -> &mut Self {
        const EPOCH_SECONDS: i64 = 946_684_800;
        self.int8(at.timestamp_micros() - EPOCH_SECONDS * 1_000_000)
    }

    pub fn int2_array(&mut self, values: &[i16]) -> &mut Self {
        let mut bytes = array_header(values.len(), INT2_OID);
        for value in values {
            bytes.extend_from_slice(&2_i32.to_be_bytes());
            bytes.extend_from_slice(&value.to_be_bytes());
        }
        self.field(&bytes)
    }

    pub fn int4_array(&mut self, values: &[i32]) -> &mut Self {
        let mut bytes = array_header(values.len(), INT4_OID);
        for value in values {
            bytes.extend_from_slice(&4_i32.to_be_bytes());
            bytes.extend_from_slice(&value.to_be_bytes());
        }
        self.field(&bytes)
    }

    pub fn text_array(&mut self, values: &[String]) -> &mut Self {
        let mut bytes = array_header(values.len(), TEXT_OID);
        for value in values {
            bytes.extend_from_slice(&(value.len() as i32).to_be_bytes());
            bytes.extend_from_slice(value.as_bytes());
        }
        self.field(&bytes)
    }
}

fn array_header(length: usize, element: u32) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(32);
    let dimensions = i32::from(length > 0);
    bytes.extend_from_slice(&dimensions.to_be_bytes());
    bytes.extend_from_slice(&0_i32.to_be_bytes());
    bytes.extend_from_slice(&element.to_be_bytes());
    if length > 0 {
        bytes.extend_from_slice(&(length as i32).to_be_bytes());
        bytes.extend_from_slice(&1_i32.to_be_bytes());
    }
    bytes
}
