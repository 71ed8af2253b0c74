//! The style guide: one page with every shared part, rendered by a test in both languages.
//! With `STYLEGUIDE_DIR` set the pages are written there, to be looked at beside `static/css/`.

use askama::Template;

use crate::kernel::{Language, Said};

use super::charts::{self, Cell, Grid, Head, Item, Markup, Measure, Series};
use super::view::{Choice, Facet, FacetValue, Figure, Filter, Pager, SortHead, Tab};
use super::{FieldErrors, Page};

#[derive(Template)]
#[template(path = "web/styleguide.html")]
struct StyleGuide {
    page: Page,
    tabs: Vec<Tab>,
    figures: Vec<Figure>,
    facets: Vec<Facet>,
    filters: Vec<Filter>,
    heads: Vec<SortHead>,
    pager: Pager,
    errors: FieldErrors,
    choices: Vec<Choice>,
    charts: Vec<Markup>,
}

fn style_guide(l: Language) -> StyleGuide {
    let here = || Some("/styleguide".to_owned());
    let mut errors = FieldErrors::new();
    errors.add("title", l.t("課題名", "Title"), Said::new("入力してください。", "Enter a title."));
    let head = |label: &str, direction, class| SortHead {
        label: label.to_owned(),
        href: "/styleguide".into(),
        direction,
        rank: 1,
        class,
    };
    let value = |label: &str, on| FacetValue {
        label: label.to_owned(),
        count: "2,604".into(),
        amount: "1,245.2".into(),
        href: "/styleguide".into(),
        on,
    };
    StyleGuide {
        page: Page::sample(l, l.t("見本", "Style guide")).crumb(l.t("ホーム", "Home"), "/"),
        tabs: vec![
            Tab {
                label: l.t("概要", "Overview").into(),
                href: "/styleguide".into(),
                count: None,
                current: true,
            },
            Tab {
                label: l.t("履歴", "History").into(),
                href: "/styleguide".into(),
                count: Some(31),
                current: false,
            },
        ],
        figures: vec![
            Figure {
                label: l.t("課題", "Tasks").into(),
                value: "2,604".into(),
                href: here(),
                ..Figure::default()
            },
            Figure {
                label: l.t("契約額", "Amount").into(),
                value: "1,245.2".into(),
                unit: l.t("億円", "JPY 100M").into(),
                ..Figure::default()
            },
        ],
        facets: vec![Facet {
            label: l.t("年度", "Fiscal year").into(),
            unit: l.t("億円", "JPY 100M").into(),
            values: vec![value(l.t("令和7年度", "FY2025"), true), value(l.t("令和6年度", "FY2024"), false)],
            more_href: here(),
            open: true,
        }],
        filters: vec![
            Filter {
                label: l.t("令和7年度", "FY2025").into(),
                unused: false,
                remove_href: "/styleguide".into(),
            },
            Filter {
                label: l.t("疾患領域：謎", "Disease area: unknown").into(),
                unused: true,
                remove_href: "/styleguide".into(),
            },
        ],
        heads: vec![
            head(l.t("課題番号", "Number"), "ascending", ""),
            head(l.t("課題名", "Title"), "", ""),
            head(l.t("状態", "State"), "", ""),
            head(l.t("契約額", "Amount"), "", "num"),
        ],
        pager: Pager { shown: l.t("1–50件目", "Rows 1–50").into(), next: here(), ..Pager::default() },
        errors,
        choices: vec![
            Choice::new("2025", l.t("令和7年度", "FY2025"), true),
            Choice::new("2024", l.t("令和6年度", "FY2024"), false),
        ],
        charts: sample_charts(l),
    }
}

fn sample_charts(l: Language) -> Vec<Markup> {
    let oku = Measure::new(l.t("億円", "JPY 100M"), 1e8, 1);
    let cells = |values: [f64; 3]| values.iter().map(|v| Cell::new(v * 1e8, "/styleguide")).collect();
    let grid = Grid {
        categories_are: l.t("年度", "Fiscal year").into(),
        categories: vec!["R5".into(), "R6".into(), "R7".into()],
        series: vec![
            Series { name: l.t("新規", "New").into(), cells: cells([12.0, 15.5, 9.2]) },
            Series { name: l.t("継続", "Continuing").into(), cells: cells([31.0, 29.0, 40.0]) },
        ],
    };
    let items = [
        Item::new("革新的がん医療実用化研究事業", 8.92e9, "/styleguide"),
        Item::new("腎疾患実用化研究事業", 7.05e7, "/styleguide"),
    ];
    let head =
        |id| Head::new(id, l.t("契約額", "Amounts"), l.t("年度ごとの契約額", "Amounts per fiscal year"));
    let words = l.t("表で見る", "Show as a table");
    vec![
        charts::figure(
            &charts::stacked_columns(&head("stacked"), &oku, &grid),
            words,
            &grid.table(l.t("契約額", "Amounts"), &oku),
        ),
        charts::lines(&head("lines"), &oku, &grid),
        charts::bars(&head("bars"), &oku, &items),
        charts::treemap(&head("treemap"), &oku, &items),
    ]
}

#[test]
fn every_shared_part_renders_in_both_languages() {
    for l in [Language::Ja, Language::En] {
        let html = style_guide(l).render().unwrap();
        assert!(html.contains(&format!(r#"<html lang="{}">"#, l.code())));
        assert!(html.contains(r##"<a href="#title">"##), "the summary of errors links to its field");
        assert!(html.contains(r#"aria-invalid="true" aria-describedby="title-error""#));
        assert!(html.contains(r#"aria-sort="ascending""#));
        assert!(
            !html.contains("style=\"") && !html.contains("onclick"),
            "the content security policy forbids it"
        );
        if let Ok(dir) = std::env::var("STYLEGUIDE_DIR") {
            std::fs::write(format!("{dir}/styleguide-{}.html", l.code()), &html).unwrap();
        }
    }
}
