//! Words and numbers that all pages of figures print alike.

use crate::kernel::yen::{YenUnit, group_thousands};
use crate::kernel::{FiscalYear, Language, Yen};

/// `35.0億円`, or `¥3,500M`: the short form of the founding slide, whatever unit the reader has chosen for tables.
pub fn short_yen(l: Language, amount: Yen) -> String {
    match l {
        Language::Ja => format!("{}億円", amount.in_unit(YenUnit::Oku)),
        Language::En => {
            let millions = (amount.0.abs() + 500_000) / 1_000_000;
            let sign = if amount.0 < 0 && millions > 0 { "−" } else { "" };
            format!("{sign}¥{}M", group_thousands(&millions.to_string()))
        }
    }
}

/// `120課題`, `120 tasks`.
pub fn tasks(l: Language, n: i64) -> String {
    let digits = group_thousands(&n.to_string());
    match l {
        Language::Ja => format!("{digits}課題"),
        Language::En => format!("{digits} {}", if n == 1 { "task" } else { "tasks" }),
    }
}

/// `(35.0億円 / 120課題)`: the label of a box on the founding slide.
pub fn both(l: Language, amount: Yen, n: i64) -> String {
    format!("({} / {})", short_yen(l, amount), tasks(l, n))
}

/// 令和7年度, FY2025.
pub fn year(l: Language, year: FiscalYear) -> String {
    if l.is_ja() { year.japanese() } else { year.english() }
}

/// R7, FY2025: on the axis of a chart.
pub fn year_in_chart(l: Language, year: FiscalYear) -> String {
    if l.is_ja() { year.short() } else { year.english() }
}

/// The name of what has no value.
pub fn not_set(l: Language) -> &'static str {
    l.t("未設定", "Not set")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_reads_as_on_the_slide() {
        assert_eq!(both(Language::Ja, Yen(3_500_000_000), 120), "(35.0億円 / 120課題)");
        assert_eq!(both(Language::En, Yen(3_500_000_000), 1), "(¥3,500M / 1 task)");
        assert_eq!(short_yen(Language::En, Yen(-400_000)), "¥0M");
    }
}
