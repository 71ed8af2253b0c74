//! What came back: status, headers and, for pages, a document to look into.

#![allow(
    dead_code,
    reason = "the toolkit of all tests; not every helper is used in every state of the suite"
)]

use axum::http::{HeaderMap, StatusCode};
use scraper::{Html, Selector};

pub struct Page {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Page {
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The texts of the elements that match a CSS selector, blanks folded.
    pub fn texts(&self, selector: &str) -> Vec<String> {
        let document = Html::parse_document(&self.text());
        let selector = Selector::parse(selector).expect("a valid selector");
        let words = |e: scraper::ElementRef<'_>| {
            e.text().collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ")
        };
        document.select(&selector).map(words).collect()
    }

    /// The value of an attribute on the first element that matches.
    pub fn attribute(&self, selector: &str, name: &str) -> Option<String> {
        let document = Html::parse_document(&self.text());
        let selector = Selector::parse(selector).expect("a valid selector");
        document.select(&selector).next().and_then(|e| e.value().attr(name)).map(str::to_owned)
    }

    /// The attribute of every element that the selector finds.
    pub fn attributes(&self, selector: &str, name: &str) -> Vec<String> {
        let document = Html::parse_document(&self.text());
        let selector = Selector::parse(selector).expect("a valid selector");
        document.select(&selector).filter_map(|e| e.value().attr(name)).map(str::to_owned).collect()
    }

    pub fn location(&self) -> String {
        let header = self.headers.get("location").map(|v| v.to_str().expect("an ASCII address").to_owned());
        header.unwrap_or_default()
    }

    #[track_caller]
    pub fn assert_status(&self, status: u16) -> &Self {
        assert_eq!(self.status.as_u16(), status, "{}", self.text().chars().take(3000).collect::<String>());
        self
    }

    #[track_caller]
    pub fn assert_shows(&self, text: &str) -> &Self {
        assert!(
            self.text().contains(text),
            "“{text}” is not on the page:\n{}",
            self.text().chars().take(6000).collect::<String>()
        );
        self
    }

    #[track_caller]
    pub fn assert_hides(&self, text: &str) -> &Self {
        assert!(!self.text().contains(text), "“{text}” is on the page and should not be");
        self
    }
}
