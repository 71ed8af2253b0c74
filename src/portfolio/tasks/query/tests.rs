//! The grammar: what people type, and that printing and parsing are inverse.

use chrono::NaiveDate;
use proptest::prelude::*;

use super::*;

fn named(key: Key, values: &[&str]) -> Term {
    Term::new(What::Named(key, values.iter().map(|v| (*v).to_owned()).collect()))
}

#[test]
fn the_example_of_the_help_is_read_whole() {
    let text = r#"project:4 program:R05 disease:がん|cancer phase:非臨床 ministry:厚労 institution:"東京大学" number:22ama amount:>=50M amount:10M..100M ends:<12m starts:R7 is:new empty:modality -disease:がん "free words" 肝炎"#;
    let parsed = parse(text);
    assert_eq!(parsed.findings, []);
    assert_eq!(parsed.query.terms.len(), 16);
    assert_eq!(parsed.query.terms[2], named(Key::Disease, &["がん", "cancer"]));
    assert_eq!(
        parsed.query.terms[8],
        Term::new(What::Amount(vec![Compare::Between(Yen::million(10), Yen::million(100))]))
    );
    assert_eq!(parsed.query.print(), text.replace("\"東京大学\"", "東京大学"));
}

#[test]
fn japanese_keys_and_wide_signs_are_read() {
    for (typed, printed) in [
        ("疾患：がん｜感染症", "disease:がん|感染症"),
        ("－府省：厚労", "-ministry:厚労"),
        ("契約額：＞＝５０百万円", "amount:>=50M"),
        ("金額:1億〜10億", "amount:100M..1000M"),
        ("終了:<12か月", "ends:<12m"),
        ("状態:新規", "is:new"),
        ("未設定:モダリティ", "empty:modality"),
        ("年度:令和7年度 がん", "year:R7 がん"),
        ("year:all", "year:all"),
        ("“二つ 語”", "\"二つ 語\""),
        ("肝炎　治療", "肝炎 治療"),
    ] {
        let parsed = parse(typed);
        assert_eq!(
            (parsed.query.print().as_str(), parsed.findings.as_slice()),
            (printed, &[][..]),
            "{typed}"
        );
    }
}

#[test]
fn what_cannot_be_read_is_said_and_the_rest_applies() {
    for (typed, printed, findings) in [
        ("colour:red がん", "がん", 1),
        ("amount:lots disease:がん", "disease:がん", 2),
        ("is:new|purple", "is:new", 1),
        ("disease: がん", "がん", 1),
        ("year:never がん", "がん", 1),
        ("ends:someday", "", 2),
        ("\"unclosed words", "\"unclosed words\"", 0),
        ("- がん", "\"-\" がん", 0),
    ] {
        let parsed = parse(typed);
        assert_eq!((parsed.query.print().as_str(), parsed.findings.len()), (printed, findings), "{typed}");
    }
}

#[test]
fn times_mean_days() {
    let day = |y, m, d| NaiveDate::from_ymd_opt(y, m, d).unwrap();
    let today = day(2026, 11, 22);
    for (typed, days) in [
        ("<12m", (Some(today), Some(day(2027, 11, 22)))),
        ("R7", (Some(day(2025, 4, 1)), Some(day(2026, 3, 31)))),
        (">R7", (Some(day(2026, 4, 1)), None)),
        ("<R7", (None, Some(day(2025, 3, 31)))),
        ("R7..R8", (Some(day(2025, 4, 1)), Some(day(2027, 3, 31)))),
        (">=2026-12-01", (Some(day(2026, 12, 1)), None)),
    ] {
        assert_eq!(Compare::read(typed, Point::read).map(|c| c.days(today)), Some(days), "{typed}");
    }
}

fn text() -> impl Strategy<Value = String> {
    proptest::string::string_regex(r#"[a-zA-Z0-9がん肝炎　 :："“|｜\\\-－−,.=<>年度]{1,10}"#)
        .expect("the pattern is valid")
        .prop_map(|s| s.trim().to_owned())
        .prop_filter("a value is not empty", |s| !s.is_empty())
}

fn point() -> impl Strategy<Value = Point> {
    prop_oneof![
        (1990_i64..2100).prop_map(|y| Point::Year(FiscalYear::new(y).expect("within range"))),
        (0_u16..1200).prop_map(Point::Months),
        (0_i64..60_000).prop_map(|d| Point::Day(
            NaiveDate::from_ymd_opt(1950, 1, 1).unwrap() + chrono::Duration::days(d)
        )),
    ]
}

fn compare<T: Clone + std::fmt::Debug + 'static>(
    of: impl Strategy<Value = T> + Clone + 'static,
) -> impl Strategy<Value = Compare<T>> {
    prop_oneof![
        of.clone().prop_map(Compare::Exactly),
        of.clone().prop_map(Compare::AtLeast),
        of.clone().prop_map(Compare::MoreThan),
        of.clone().prop_map(Compare::AtMost),
        of.clone().prop_map(Compare::LessThan),
        (of.clone(), of).prop_map(|(a, b)| Compare::Between(a, b)),
    ]
}

fn what() -> impl Strategy<Value = What> {
    let yen = (0_i64..1_000_000_000_000).prop_map(Yen).boxed();
    let day = point().boxed();
    prop_oneof![
        text().prop_map(What::Words),
        (proptest::sample::select(Key::ALL.to_vec()), prop::collection::vec(text(), 1..4))
            .prop_map(|(key, values)| What::Named(key, values)),
        prop::collection::vec(compare(yen), 1..3).prop_map(What::Amount),
        prop::collection::vec(compare(day.clone()), 1..3).prop_map(What::Starts),
        prop::collection::vec(compare(day), 1..3).prop_map(What::Ends),
        prop::collection::vec(proptest::sample::select(Flag::ALL.to_vec()), 1..3).prop_map(What::Is),
        prop::collection::vec(proptest::sample::select(Field::ALL.to_vec()), 1..3).prop_map(What::Empty),
    ]
}

fn query() -> impl Strategy<Value = TaskQuery> {
    let year = prop_oneof![
        Just(YearChoice::Running),
        Just(YearChoice::All),
        (1990_i64..2100).prop_map(|y| YearChoice::In(FiscalYear::new(y).expect("within range"))),
    ];
    let term = (any::<bool>(), what()).prop_map(|(negated, what)| Term { negated, what });
    (year, prop::collection::vec(term, 0..6)).prop_map(|(year, terms)| TaskQuery { year, terms })
}

proptest! {
    #[test]
    fn printing_and_parsing_are_inverse(query in query()) {
        let parsed = parse(&query.print());
        prop_assert_eq!(&parsed.query, &query, "{}", query.print());
        prop_assert_eq!(parsed.findings, vec![]);
    }

    #[test]
    fn whatever_is_typed_has_a_canonical_text(typed in ".{0,80}") {
        let query = parse(&typed).query;
        prop_assert_eq!(parse(&query.print()).query, query);
    }
}
