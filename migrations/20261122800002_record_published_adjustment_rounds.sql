-- Why: the rounds of the adjustment fund that were published, as facts with their sources. Grants per program were not published,
-- so these rounds stay in the state "published"; amounts are as printed, in steps of 0.1億円 (10,000,000 yen).

INSERT INTO adjustment_rounds (id, fiscal_year, number, decided_on, day_is_known, total_yen, unit, printed_step_yen, rounding_yen,
                               rounding_note, state, remark, source, created_at)
SELECT gen.id::uuid, fiscal_year, number, decided_on::date, day_is_known, total_yen, 'oku', 10000000, rounding_yen, rounding_note,
       'published', remark, source, '2026-11-22 00:00:00+09'
FROM (VALUES
    ('0193a000-0000-7000-8000-000000201601', 2016, 1, '2016-05-01', false, 15140000000, 0, NULL, NULL, 'https://bio.nikkeibp.co.jp/atcl/news/p1/16/05/29/00819/'),
    ('0193a000-0000-7000-8000-000000201801', 2018, 1, NULL, false, 14850000000, 0, NULL, '年間の合計は175.0億円（第1回148.5億円＋第2回26.5億円）。', 'https://www.amed.go.jp/news/release_20181122-02.html'),
    ('0193a000-0000-7000-8000-000000201802', 2018, 2, '2018-11-22', true, 2650000000, 0, NULL, '年間の合計は175.0億円（第1回148.5億円＋第2回26.5億円）。', 'https://www.amed.go.jp/news/release_20181122-02.html'),
    ('0193a000-0000-7000-8000-000000201901', 2019, 1, '2019-07-01', false, 8020000000, 0, NULL, NULL, 'https://bio.nikkeibp.co.jp/atcl/news/p1/19/11/15/06239/'),
    ('0193a000-0000-7000-8000-000000201902', 2019, 2, '2019-11-14', true, 8920000000, 0, NULL, NULL, 'https://www.amed.go.jp/news/release_20191114.html'),
    ('0193a000-0000-7000-8000-000000202002', 2020, 2, '2020-08-26', true, 9550000000, 0, NULL, '第1回の配分額は公表資料で確認できていない。', 'https://www.amed.go.jp/news/release_20200827-02.html'),
    ('0193a000-0000-7000-8000-000000202003', 2020, 3, '2020-11-24', true, 4700000000, 10000000,
     '内訳（理事長裁量型25.5億円、トップダウン型21.6億円）は四捨五入のため合計47.0億円と一致しない（公表資料の注記による）。', NULL, 'https://www.amed.go.jp/news/release_20201125-01.html')
) AS gen (id, fiscal_year, number, decided_on, day_is_known, total_yen, rounding_yen, rounding_note, remark, source);

INSERT INTO adjustment_parts (round_id, kind, amount_yen) VALUES
    ('0193a000-0000-7000-8000-000000201601', 'unstated', 15140000000),
    ('0193a000-0000-7000-8000-000000201801', 'unstated', 14850000000),
    ('0193a000-0000-7000-8000-000000201802', 'unstated', 2650000000),
    ('0193a000-0000-7000-8000-000000201901', 'unstated', 8020000000),
    ('0193a000-0000-7000-8000-000000201902', 'unstated', 8920000000),
    ('0193a000-0000-7000-8000-000000202002', 'unstated', 9550000000),
    ('0193a000-0000-7000-8000-000000202003', 'president', 2550000000),
    ('0193a000-0000-7000-8000-000000202003', 'top_down', 2160000000);
