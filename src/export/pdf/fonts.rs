//! Finding a Japanese font on this machine, and measuring text with it.

use std::cell::RefCell;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use krilla::text::{Font, GlyphId, KrillaGlyph};
use ttf_parser::Face;

use crate::kernel::Said;

/// Where distributions put fonts that have Japanese, the first choice first; and the bold one beside it, if any.
const PLACES: &[(&str, &str)] = &[
    (
        "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
        "/usr/share/fonts/opentype/noto/NotoSansCJK-Bold.ttc",
    ),
    ("/usr/share/fonts/noto-cjk/NotoSansCJK-Regular.ttc", "/usr/share/fonts/noto-cjk/NotoSansCJK-Bold.ttc"),
    (
        "/usr/share/fonts/google-noto-sans-cjk-fonts/NotoSansCJK-Regular.ttc",
        "/usr/share/fonts/google-noto-sans-cjk-fonts/NotoSansCJK-Bold.ttc",
    ),
    ("/usr/share/fonts/opentype/ipaexfont-gothic/ipaexg.ttf", ""),
    ("/usr/share/fonts/opentype/ipafont-gothic/ipag.ttf", ""),
    ("/usr/share/fonts/truetype/fonts-japanese-gothic.ttf", ""),
    ("/usr/share/fonts/ipa-gothic/ipag.ttf", ""),
];

/// The fonts of documents, loaded once per process.
#[derive(Clone)]
pub struct Fonts {
    pub(super) regular: Cut,
    /// Where there is none, bold type is the regular one drawn with a thin outline.
    pub(super) bold: Option<Cut>,
    path: PathBuf,
}

/// One cut of a font.
#[derive(Clone)]
pub(super) struct Cut {
    data: Arc<Vec<u8>>,
    index: u32,
    pub font: Font,
}

/// No font with Japanese was found.
#[derive(Clone, Debug, thiserror::Error)]
#[error("no font with Japanese characters: {0}")]
pub struct NoFont(String);

impl NoFont {
    /// What happened and what to install, for a page.
    pub fn said(&self) -> Said {
        Said::new(
            format!(
                "PDFに埋め込む日本語フォントがサーバーにありません（{}）。管理者が fonts-noto-cjk または fonts-ipafont-gothic を導入するか、NAKADACHI_PDF_FONT でフォントのファイルを指定してください。導入後は再起動なしで作成できます。",
                self.0
            ),
            format!(
                "The server has no Japanese font to embed in PDFs ({}). An administrator installs fonts-noto-cjk or fonts-ipafont-gothic, or names a font file in NAKADACHI_PDF_FONT. No restart is needed afterwards.",
                self.0
            ),
        )
    }
}

static KEPT: Mutex<Option<(Option<PathBuf>, Fonts)>> = Mutex::new(None);

impl Fonts {
    /// The configured font, or the first of the usual places that has Japanese.
    ///
    /// # Errors
    /// When the configured file is no font with Japanese, or none was found.
    pub fn find(configured: Option<&Path>) -> Result<Self, NoFont> {
        let mut kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, fonts)) = kept.as_ref().filter(|(asked, _)| asked.as_deref() == configured) {
            return Ok(fonts.clone());
        }
        let fonts = Self::load(configured)?;
        *kept = Some((configured.map(Path::to_owned), fonts.clone()));
        Ok(fonts)
    }

    /// The file in use.
    pub fn path(&self) -> &Path {
        &self.path
    }

    fn load(configured: Option<&Path>) -> Result<Self, NoFont> {
        if let Some(path) = configured {
            let regular = Cut::load(path).map_err(|why| NoFont(format!("{}: {why}", path.display())))?;
            let bold = PathBuf::from(path.to_string_lossy().replace("Regular", "Bold"));
            let bold = if bold == path { None } else { Cut::load(&bold).ok() };
            return Ok(Self { regular, bold, path: path.to_owned() });
        }
        for (path, bold) in PLACES {
            if let Ok(regular) = Cut::load(Path::new(path)) {
                return Ok(Self {
                    regular,
                    bold: Cut::load(Path::new(bold)).ok(),
                    path: PathBuf::from(path),
                });
            }
        }
        Err(NoFont("looked where Debian, Ubuntu, Fedora and Arch put Noto Sans CJK and IPA fonts".to_owned()))
    }

    /// The fonts as measures for one document.
    pub(super) fn faces(&self) -> Result<Faces<'_>, NoFont> {
        let regular = Measure::new(&self.regular)?;
        let bold = self.bold.as_ref().map(Measure::new).transpose()?;
        Ok(Faces { regular, bold })
    }
}

impl Cut {
    fn load(path: &Path) -> Result<Self, String> {
        let data = Arc::new(std::fs::read(path).map_err(|error| error.to_string())?);
        let count = ttf_parser::fonts_in_collection(&data).unwrap_or(1);
        let japanese = |index: &u32| {
            Face::parse(&data, *index)
                .is_ok_and(|face| face.glyph_index('仲').is_some() && is_japanese(&face))
        };
        let any = |index: &u32| Face::parse(&data, *index).is_ok_and(|face| face.glyph_index('仲').is_some());
        let index = (0..count).find(japanese).or_else(|| (0..count).find(any)).ok_or("it has no Japanese")?;
        let font = Font::new(data.clone().into(), index).ok_or("it cannot be read")?;
        Ok(Self { data, index, font })
    }
}

/// True unless the font says it is made for Chinese or Korean (collections hold several).
fn is_japanese(face: &Face<'_>) -> bool {
    let family =
        face.names().into_iter().find(|n| n.name_id == 1 && n.is_unicode()).and_then(|n| n.to_string());
    family.is_none_or(|name| !["SC", "TC", "HK", "KR"].iter().any(|other| name.ends_with(other)))
}

/// Measures of a document's fonts.
pub(super) struct Faces<'a> {
    regular: Measure<'a>,
    bold: Option<Measure<'a>>,
}

impl Faces<'_> {
    pub fn width(&self, text: &str, size: f32, bold: bool) -> f32 {
        self.cut(bold).width(text) * size
    }

    pub fn glyphs(&self, text: &str, bold: bool) -> Vec<KrillaGlyph> {
        self.cut(bold).glyphs(text)
    }

    fn cut(&self, bold: bool) -> &Measure<'_> {
        self.bold.as_ref().filter(|_| bold).unwrap_or(&self.regular)
    }
}

/// Glyphs and widths of one cut, remembered while a document is made.
struct Measure<'a> {
    face: Face<'a>,
    em: f32,
    known: RefCell<HashMap<char, (u16, f32)>>,
}

impl<'a> Measure<'a> {
    fn new(cut: &'a Cut) -> Result<Self, NoFont> {
        let face = Face::parse(&cut.data, cut.index).map_err(|error| NoFont(error.to_string()))?;
        let em = f32::from(face.units_per_em());
        Ok(Self { face, em, known: RefCell::default() })
    }

    /// The glyph of a character and its width in ems; 〓 stands for what the font does not have.
    fn glyph(&self, c: char) -> (u16, f32) {
        *self.known.borrow_mut().entry(c).or_insert_with(|| {
            let glyph = [c, '〓', '?']
                .into_iter()
                .find_map(|c| self.face.glyph_index(c))
                .unwrap_or(ttf_parser::GlyphId(0));
            let advance = self.face.glyph_hor_advance(glyph).unwrap_or(0);
            (glyph.0, f32::from(advance) / self.em)
        })
    }

    fn width(&self, text: &str) -> f32 {
        text.chars().map(|c| self.glyph(c).1).sum()
    }

    fn glyphs(&self, text: &str) -> Vec<KrillaGlyph> {
        text.char_indices()
            .map(|(at, c)| {
                let (id, width) = self.glyph(c);
                KrillaGlyph::new(
                    GlyphId::new(u32::from(id)),
                    width,
                    0.0,
                    0.0,
                    0.0,
                    at..at + c.len_utf8(),
                    None,
                )
            })
            .collect()
    }
}
