-- A slot reads the same on every page: with its step, in both languages.
ALTER TABLE slot_types ADD COLUMN step_en text;

COMMENT ON COLUMN slot_types.step_en IS 'The step in English; where there is none, English names carry the Japanese one.';

UPDATE slot_types s
SET step_en = n.en
FROM (VALUES
    ('AMED-CREST', 'AMED-CREST'),
    ('preF', 'preF'),
    ('シーズB', 'Seeds B'),
    ('シーズC(a)', 'Seeds C(a)'),
    ('シーズC(b)', 'Seeds C(b)'),
    ('スタートアップタイプ', 'Start-up type'),
    ('ステップ0（シーズ探索）', 'Step 0 (seeds)'),
    ('ステップ1（治験準備）', 'Step 1 (trial preparation)'),
    ('ステップ2（治験）', 'Step 2 (trial)'),
    ('チャレンジタイプ', 'Challenge type'),
    ('個別重点研究課題', 'Priority topics'),
    ('創薬', 'Drug discovery'),
    ('基礎応用研究課題', 'Basic and applied research'),
    ('実施（ステップ2）', 'Conduct (step 2)'),
    ('応用研究フェーズ', 'Applied research phase'),
    ('探索研究フェーズ', 'Exploratory research phase'),
    ('治験実施', 'Trial conduct'),
    ('治験準備', 'Trial preparation'),
    ('海外拠点', 'Overseas sites'),
    ('準備（ステップ1）', 'Preparation (step 1)'),
    ('研究・実用化支援', 'Research and support'),
    ('開発・事業化', 'Development and business'),
    ('非臨床PoC取得研究課題', 'Non-clinical proof of concept'),
    ('領域3', 'Area 3')
) AS n (ja, en)
WHERE s.step = n.ja;

ALTER TABLE slot_types
    ADD COLUMN full_name_ja text NOT NULL
        GENERATED ALWAYS AS (CASE WHEN step IS NULL THEN name_ja ELSE step || ' ' || name_ja END) STORED,
    ADD COLUMN full_name_en text
        GENERATED ALWAYS AS (CASE WHEN step IS NULL THEN name_en ELSE coalesce(step_en, step) || ': ' || name_en END) STORED;

COMMENT ON COLUMN slot_types.full_name_ja IS 'What pages print: the step, where there is one, and the name.';
