//! Words that were drawn one by one are brought to agree: devices with their use, products with what is examined.

use super::random::Stream;
use super::themes::{Theme, drawn, members, slot_index};
use super::words::words;

impl Theme {
    /// Draws again what does not go together.
    pub(super) fn agree(&mut self, stream: &mut Stream) {
        self.match_use_to_device(stream);
        self.match_quality_to_product(stream);
    }

    /// A hemostat does not diagnose, an electroencephalograph does not treat, and nobody operates in a care home.
    fn match_use_to_device(&mut self, stream: &mut Stream) {
        const ACTING: [&str; 17] = [
            "インプラント",
            "ステント",
            "刺激装置",
            "治療",
            "止血",
            "癒着",
            "ロボット",
            "鉗子",
            "カテーテル",
            "補助循環",
            "人工呼吸",
            "浄化",
            "デバイス",
            "透析",
            "人工内耳",
            "灌流",
            "分離装置",
        ];
        let [device, usage] = ["E", "A"].map(slot_index);
        self.spare_passive_devices(device, stream);
        let name = words().slot("E")[usize::from(self.picks[device])].text.ja;
        let fits: &[&str] = match ACTING.iter().any(|part| name.contains(part)) {
            _ if self.family() == "care" => &["モニタリング", "リハビリテーション", "重症化予防", "在宅管理"],
            true => &["治療", "術中支援", "リハビリテーション"],
            false => &["診断", "モニタリング", "在宅管理", "再発監視", "術中支援"],
        };
        let all = words().slot("A");
        let disease = &words().diseases[usize::from(self.disease)];
        if !fits.contains(&all[usize::from(self.picks[usage])].text.ja) {
            let may = members(all.iter().map(|f| f.fits(disease) && fits.contains(&f.text.ja)));
            self.picks[usage] = drawn(&may, stream).unwrap_or(self.picks[usage]);
        }
    }

    /// Software causes no tumors, and a small molecule carries no viruses.
    fn match_quality_to_product(&mut self, stream: &mut Stream) {
        const SOFTWARE: [&str; 3] = ["有効性評価指標", "品質評価法", "変更管理"];
        const LIVING: [&str; 3] = ["がん原性評価法", "ウイルス安全性評価", "生体内分布評価法"];
        let [product, quality] = ["Y", "H"].map(slot_index);
        let product = words().slot("Y")[usize::from(self.picks[product])].text.ja;
        let has = |parts: &[&str]| parts.iter().any(|part| product.contains(part));
        let fits = |quality: &str| {
            if has(&["AI", "プログラム"]) {
                SOFTWARE.contains(&quality)
            } else if has(&["細胞", "遺伝子", "AAV", "ワクチン"]) {
                quality != "曝露量推定法"
            } else {
                !LIVING.contains(&quality)
            }
        };
        let all = words().slot("H");
        if !fits(all[usize::from(self.picks[quality])].text.ja) {
            let may = members(all.iter().map(|filler| fits(filler.text.ja)));
            self.picks[quality] = drawn(&may, stream).unwrap_or(self.picks[quality]);
        }
    }

    /// A stent carries no language model and is not real-time: other words are drawn for such pairs.
    fn spare_passive_devices(&mut self, device: usize, stream: &mut Stream) {
        const PASSIVE: [&str; 6] = ["インプラント", "ステント", "止血", "癒着", "デバイス", "臓器灌流"];
        const PLAIN: [&str; 3] = ["低侵襲", "国産技術による", "患者適合型"];
        let name = words().slot("E")[usize::from(self.picks[device])].text.ja;
        if !PASSIVE.iter().any(|part| name.contains(part)) {
            return;
        }
        let texts = &words().patterns[usize::from(self.pattern)].text.ja;
        if texts.contains("{N}") || texts.contains("{L}") {
            let active = |text: &str| !PASSIVE.iter().any(|part| text.contains(part));
            let disease = &words().diseases[usize::from(self.disease)];
            let may = members(words().slot("E").iter().map(|f| f.fits(disease) && active(f.text.ja)));
            self.picks[device] = drawn(&may, stream).unwrap_or(self.picks[device]);
        } else {
            let kind = slot_index("K");
            let may = members(words().slot("K").iter().map(|f| PLAIN.contains(&f.text.ja)));
            self.picks[kind] = drawn(&may, stream).unwrap_or(self.picks[kind]);
        }
    }
}
