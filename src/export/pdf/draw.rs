//! Laid-out pages to the bytes of a PDF, with the head and foot of every page.

use krilla::color::rgb;
use krilla::geom::{PathBuilder, Point, Rect};
use krilla::metadata::Metadata;
use krilla::num::NormalizedF32;
use krilla::page::PageSettings;
use krilla::paint::{Fill, Stroke};
use krilla::surface::Surface;

use super::fonts::Faces;
use super::layout::{Mark, Pages, SIDE};
use super::{Document, Fonts, PdfError};

const FOOT_SIZE: f32 = 7.0;

pub(super) fn draw(document: &Document, fonts: &Fonts, pages: &Pages) -> Result<Vec<u8>, PdfError> {
    let faces = fonts.faces()?;
    let mut pdf = krilla::Document::new();
    pdf.set_metadata(
        Metadata::new()
            .title(document.name.clone())
            .language(document.language.code().to_owned())
            .producer("Nakadachi".to_owned())
            .description(document.record_hash.clone().unwrap_or_default()),
    );
    let (width, height) = pages.size;
    for (n, page) in pages.pages.iter().enumerate() {
        let settings = PageSettings::from_wh(width, height)
            .ok_or_else(|| PdfError::Failed("a page without a size".to_owned()))?;
        let mut sheet = pdf.start_page_with(settings);
        let mut surface = sheet.surface();
        for mark in frame(document, &faces, pages, n).iter().chain(page) {
            set(&mut surface, fonts, &faces, mark);
        }
        surface.finish();
        sheet.finish();
    }
    pdf.finish().map_err(|error| PdfError::Failed(format!("{error:?}")))
}

/// The head (from the second page on) and the foot of page `n`, counted from 0.
fn frame(document: &Document, faces: &Faces<'_>, pages: &Pages, n: usize) -> Vec<Mark> {
    let l = document.language;
    let (width, height) = pages.size;
    let text =
        |x: f32, y: f32, text: String| Mark::Text { x, y, size: FOOT_SIZE, bold: false, grey: 70, text };
    let from_right = |said: &str| width - SIDE - faces.width(said, FOOT_SIZE, false);
    let mut marks = Vec::new();
    if n > 0 {
        let room = width - 2.0 * SIDE;
        let name =
            super::lines::lines(&document.name, room, &|part: &str| faces.width(part, FOOT_SIZE, false));
        marks.push(text(SIDE, 40.0, name.into_iter().next().unwrap_or_default()));
        marks.push(Mark::Line { from: (SIDE, 46.0), to: (width - SIDE, 46.0), width: 0.4, grey: 150 });
    }
    let base = height - 34.0;
    marks.push(Mark::Line {
        from: (SIDE, base - 11.0),
        to: (width - SIDE, base - 11.0),
        width: 0.4,
        grey: 150,
    });
    let number = format!("{} / {}", n + 1, pages.pages.len());
    marks.push(text(from_right(&number), base, number));
    if let Some(hash) = &document.record_hash {
        let said = format!("{}{hash}", l.t("記録のハッシュ（SHA-256）：", "Hash of the record (SHA-256): "));
        marks.push(text(SIDE, base, said));
    }
    if let Some(foot) = &document.foot {
        let y = if document.record_hash.is_some() { base + 10.0 } else { base };
        marks.push(text(SIDE, y, foot.clone()));
    }
    marks
}

fn set(surface: &mut Surface<'_>, fonts: &Fonts, faces: &Faces<'_>, mark: &Mark) {
    match mark {
        Mark::Text { x, y, size, bold, grey, text } => {
            let cut = fonts.bold.as_ref().filter(|_| *bold).unwrap_or(&fonts.regular);
            surface.set_fill(Some(fill(*grey)));
            // Without a bold cut a thin outline thickens the strokes.
            let outline = *bold && fonts.bold.is_none();
            surface.set_stroke(outline.then(|| stroke(*grey, size * 0.035)));
            let glyphs = faces.glyphs(text, *bold);
            surface.draw_glyphs(Point::from_xy(*x, *y), &glyphs, cut.font.clone(), text, *size, false);
        }
        Mark::Line { from, to, width, grey } => {
            let mut path = PathBuilder::new();
            path.move_to(from.0, from.1);
            path.line_to(to.0, to.1);
            surface.set_fill(None);
            surface.set_stroke(Some(stroke(*grey, *width)));
            if let Some(path) = path.finish() {
                surface.draw_path(&path);
            }
        }
        Mark::Box { x, y, w, h, grey } => {
            let mut path = PathBuilder::new();
            if let Some(rect) = Rect::from_xywh(*x, *y, *w, *h) {
                path.push_rect(rect);
            }
            surface.set_fill(Some(fill(*grey)));
            surface.set_stroke(None);
            if let Some(path) = path.finish() {
                surface.draw_path(&path);
            }
        }
    }
}

fn fill(grey: u8) -> Fill {
    Fill { paint: rgb::Color::new(grey, grey, grey).into(), opacity: NormalizedF32::ONE, ..Fill::default() }
}

fn stroke(grey: u8, width: f32) -> Stroke {
    Stroke { paint: rgb::Color::new(grey, grey, grey).into(), width, ..Stroke::default() }
}
