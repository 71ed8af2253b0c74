//! What every chart promises: a name, a link on each mark, escaped text; and its drawing, as a snapshot.

use chrono::NaiveDate;

use super::*;

fn yen() -> Measure {
    Measure::new("億円", 1e8, 1)
}

fn two_series() -> Grid {
    let cell = |v: f64, y: u32, s: &str| Cell::new(v * 1e8, format!("/tasks?fy={y}&kind={s}"));
    Grid {
        categories_are: "年度".into(),
        categories: vec!["令和5年度".into(), "令和6年度".into(), "令和7年度".into()],
        series: vec![
            Series {
                name: "新規".into(),
                cells: vec![cell(12.0, 5, "new"), cell(15.5, 6, "new"), cell(9.2, 7, "new")],
            },
            Series {
                name: "継続".into(),
                cells: vec![cell(31.0, 5, "c"), Cell::default(), cell(40.0, 7, "c")],
            },
        ],
    }
}

fn items() -> Vec<Item> {
    vec![
        Item::new("革新的がん医療実用化研究事業", 8_920_860_000.0, "/programs/1"),
        Item::new("<b>&\"難治性\"", 8_594_568_000.0, "/programs/2?a=1&b=2"),
        Item::new("肝炎等克服実用化研究事業", 3_307_678_000.0, "/programs/3"),
        Item::new("慢性の痛み解明研究事業", 59_842_000.0, "/programs/4"),
    ]
}

fn family() -> (Vec<Node>, Vec<Edge>) {
    let node = |key: &str, column, label: &str, here| Node {
        key: key.into(),
        column,
        label: label.into(),
        note: "令和2–6年度".into(),
        href: Some(format!("/programs/{key}")),
        here,
    };
    let edge = |from: &str, to: &str, label: &str, weak| Edge {
        from: from.into(),
        to: to.into(),
        label: label.into(),
        weak,
    };
    (
        vec![
            node("a", 2015, "医工連携事業化推進事業", false),
            node("b", 2020, "医工連携イノベーション推進事業", false),
            node("c", 2025, "医工連携グローバル展開事業", true),
        ],
        vec![edge("a", "b", "改称", false), edge("b", "c", "後継", true), edge("c", "gone", "", false)],
    )
}

fn plan() -> Timeline {
    let day = |y, m, d| NaiveDate::from_ymd_opt(y, m, d).unwrap();
    Timeline {
        from: day(2024, 4, 1),
        to: day(2027, 3, 31),
        today: day(2025, 11, 22),
        today_label: "本日".into(),
        lanes: vec![
            Lane { label: "革新的がん".into(), is_group: true, ..Lane::default() },
            Lane {
                label: "肉腫における融合遺伝子標的".into(),
                href: Some("/tasks/1".into()),
                late: "1件遅延".into(),
                bars: vec![Bar {
                    start: day(2024, 4, 1),
                    end: day(2026, 3, 31),
                    kind: BarKind::Running,
                    title: "令和6–7年度".into(),
                    href: None,
                }],
                diamonds: vec![
                    Diamond {
                        on: day(2025, 3, 1),
                        state: DiamondState::Met,
                        title: "POC 2025-03-01 達成".into(),
                        href: Some("/milestones/1".into()),
                    },
                    Diamond {
                        on: day(2025, 9, 1),
                        state: DiamondState::Late,
                        title: "PMDA相談 2025-09-01 遅延".into(),
                        href: Some("/milestones/2".into()),
                    },
                ],
                ..Lane::default()
            },
        ],
    }
}

fn every_chart() -> Vec<Markup> {
    let head = Head::new("c", "題 <1>", "説明 & 単位");
    let (nodes, edges) = family();
    vec![
        columns(&head, &yen(), &two_series()),
        stacked_columns(&head, &yen(), &two_series()),
        lines(&head, &yen(), &two_series()),
        bars(&head, &yen(), &items()),
        stacked_bars(&head, &yen(), &two_series(), true),
        treemap(&head, &yen(), &items()),
        lineage(&head, &nodes, &edges),
        timeline(&head, &plan(), |y| format!("FY{y}")),
    ]
}

#[test]
fn every_chart_has_a_name_and_links_and_no_inline_style() {
    for chart in every_chart() {
        let chart = chart.to_string();
        assert!(chart.contains(r#"aria-labelledby="c-title c-desc""#));
        assert!(
            chart.contains(
                r#"<title id="c-title">題 &lt;1&gt;</title><desc id="c-desc">説明 &amp; 単位</desc>"#
            )
        );
        assert!(chart.contains(r#"<a href="/"#), "marks link to their rows: {chart}");
        assert!(!chart.contains("style="), "the content security policy forbids inline styles");
        assert!(!chart.contains("<b>") && !chart.contains("a=1&b"), "text and addresses are escaped");
        assert!(!chart.contains("NaN") && !chart.contains("inf"));
    }
}

#[test]
fn charts_without_values_still_draw() {
    let head = Head::new("e", "空", "値がない");
    let empty = Grid { categories_are: "年度".into(), categories: vec![], series: vec![] };
    let charts = [
        columns(&head, &yen(), &empty),
        stacked_columns(&head, &yen(), &empty),
        lines(&head, &yen(), &empty),
        bars(&head, &yen(), &[]),
        stacked_bars(&head, &yen(), &empty, true),
        treemap(&head, &yen(), &[]),
        lineage(&head, &[], &[]),
        timeline(&head, &Timeline { lanes: vec![], ..plan() }, |y| y.to_string()),
        sparkline("なし", &[]),
        share_bar(f64::NAN),
    ];
    for chart in charts {
        let chart = chart.to_string();
        assert!(!chart.contains("NaN") && !chart.contains("inf"), "{chart}");
        assert!(
            chart.contains("role=\"img\"") || chart.contains("aria-hidden"),
            "no links, so it is an image"
        );
    }
}

#[test]
fn missing_value_is_not_zero_in_the_table() {
    let table = two_series().table("契約額", &yen()).to_string();
    assert!(table.contains(r#"<td class="num">－</td>"#));
    assert!(table.contains(r#"<a href="/tasks?fy=7&amp;kind=new">9.2</a>"#));
}

#[test]
fn stacked_columns_as_drawn() {
    insta::assert_snapshot!(
        stacked_columns(&Head::new("s", "契約額", "年度別"), &yen(), &two_series())
            .to_string()
            .replace("><", ">\n<")
    );
}

#[test]
fn treemap_as_drawn() {
    insta::assert_snapshot!(
        treemap(&Head::new("t", "事業", "金額順"), &yen(), &items()).to_string().replace("><", ">\n<")
    );
}

#[test]
fn lineage_as_drawn() {
    let (nodes, edges) = family();
    insta::assert_snapshot!(
        lineage(&Head::new("l", "系譜", "事業の系譜"), &nodes, &edges).to_string().replace("><", ">\n<")
    );
}

#[test]
fn timeline_as_drawn() {
    let chart =
        timeline(&Head::new("g", "工程", "課題の工程"), &plan(), |y| format!("令和{}年度", y - 2018));
    insta::assert_snapshot!(chart.to_string().replace("><", ">\n<"));
}

#[test]
fn small_charts_as_drawn() {
    insta::assert_snapshot!(sparkline("令和5年度 3 → 令和7年度 9", &[3.0, 4.5, 9.0]).to_string(), @r##"<svg class="sparkline" role="img" aria-label="令和5年度 3 → 令和7年度 9" viewBox="0 0 96 20"><title>令和5年度 3 → 令和7年度 9</title><path class="line" d="M3 12.3L48 10L93 3"/><circle class="last" cx="93" cy="3" r="2.5"/></svg>"##);
    insta::assert_snapshot!(share_bar(0.62).to_string(), @r##"<svg class="bar" aria-hidden="true" viewBox="0 0 100 6" preserveAspectRatio="none"><rect class="bar-ground" width="100" height="6"/><rect class="bar-fill" width="62" height="6"/></svg>"##);
    let parts = [("本文", 0.42), ("時期", 0.2), ("履歴", -0.05)];
    insta::assert_snapshot!(parts_bar("合致度 0.57", &parts, 1.0).to_string(), @r##"<svg class="score-bar" role="img" aria-label="合致度 0.57: 本文 0.42, 時期 0.20, 履歴 -0.05" viewBox="0 0 100 10" preserveAspectRatio="none"><rect class="s1" x="0" width="42" height="10"><title>本文 0.42</title></rect><rect class="s2" x="42" width="20" height="10"><title>時期 0.20</title></rect></svg>"##);
}
