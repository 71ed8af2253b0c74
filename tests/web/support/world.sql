-- The small world of every test: one term, two projects, three programs of two ministries, a few tags and people,
-- and one account per persona. Persona ids end in their number; scopes are the program P1, project 1, cancer, MHLW.
INSERT INTO ministries (code, name_ja, name_en, short_ja, position) VALUES
    ('mext', '文部科学省', 'MEXT', '文科', 1), ('mhlw', '厚生労働省', 'MHLW', '厚労', 2);
INSERT INTO plan_terms (id, number, name_ja, name_en, first_fy, last_fy) VALUES
    ('00000000-0000-7000-8000-000000000003', 3, '第3期', 'Third term', 2025, 2029);
INSERT INTO projects (id, term_id, number, name_ja, name_en, short_ja, short_en) VALUES
    ('00000000-0000-7000-8000-000000000101', '00000000-0000-7000-8000-000000000003', 1, '医薬品プロジェクト', 'Drug Discovery and Development', '医薬品', 'Drugs'),
    ('00000000-0000-7000-8000-000000000102', '00000000-0000-7000-8000-000000000003', 2, '医療機器・ヘルスケアプロジェクト', 'Medical Devices and Healthcare', '医療機器', 'Devices');
INSERT INTO vocabulary_values (id, vocabulary, code, name_ja, name_en, position) VALUES
    (1, 'phase', 'basic', '基礎的', 'Basic', 1), (2, 'phase', 'applied', '応用', 'Applied', 2),
    (3, 'phase', 'nonclinical', '非臨床研究・前臨床研究', 'Non-clinical', 3),
    (11, 'modality', 'small_molecule', '低分子', 'Small molecule', 1), (12, 'modality', 'antibody', '抗体', 'Antibody', 2),
    (21, 'approval_class', 'drug', '医薬品', 'Drug', 1), (22, 'approval_class', 'device', '医療機器', 'Medical device', 2),
    (31, 'nature', 'basic', '基礎', 'Basic', 1),
    (41, 'disease_area', 'cancer', 'がん', 'Cancer', 1), (42, 'disease_area', 'rare', '難病', 'Rare diseases', 2);
SELECT setval(pg_get_serial_sequence('vocabulary_values', 'id'), 1000);
INSERT INTO programs (id, code, name_ja, name_en, ministry_code) VALUES
    ('00000000-0000-7000-8000-000000000201', 'P1', '見本がん医療実用化研究事業', 'Sample Cancer Programme', 'mhlw'),
    ('00000000-0000-7000-8000-000000000202', 'P2', '見本機器開発事業', 'Sample Device Programme', 'mext'),
    ('00000000-0000-7000-8000-000000000203', 'P3', '見本基礎研究事業', 'Sample Basic Programme', 'mext');
INSERT INTO program_names (program_id, name, folded, kind)
    SELECT id, name_ja, lower(name_ja), 'official' FROM programs;
INSERT INTO program_projects (program_id, project_id, fiscal_year, amount_yen)
    SELECT p, j, y, a FROM (VALUES
        ('00000000-0000-7000-8000-000000000201'::uuid, '00000000-0000-7000-8000-000000000101'::uuid, 1000000000),
        ('00000000-0000-7000-8000-000000000202'::uuid, '00000000-0000-7000-8000-000000000102'::uuid, 500000000),
        ('00000000-0000-7000-8000-000000000203'::uuid, '00000000-0000-7000-8000-000000000101'::uuid, NULL)) AS cells (p, j, a),
        generate_series(2025, 2027) AS y;
INSERT INTO institutions (id, corporate_number, name_ja, name_en, kind, folded) VALUES
    ('00000000-0000-7000-8000-000000000301', '5010005007398', '国立大学法人東京大学', 'The University of Tokyo', 'national_university', '国立大学法人東京大学'),
    ('00000000-0000-7000-8000-000000000302', '4120905002554', '国立大学法人大阪大学', 'Osaka University', 'national_university', '国立大学法人大阪大学');
INSERT INTO people (id, name_ja, name_en, erad_number, institution_id, folded) VALUES
    ('00000000-0000-7000-8000-000000000401', '見本 太郎', 'Taro Mihon', '00000001', '00000000-0000-7000-8000-000000000301', '見本 太郎'),
    ('00000000-0000-7000-8000-000000000402', '仮名 花子', 'Hanako Kamei', '00000002', '00000000-0000-7000-8000-000000000302', '仮名 花子');

INSERT INTO users (id, email, name_ja, name_en, created_at)
    SELECT ('00000000-0000-7000-8000-0000000009' || lpad(n::text, 2, '0'))::uuid, email || '@example.jp', name, email, now()
    FROM (VALUES (1, 'admin', '管理 一郎'), (2, 'unit', '戦略 二郎'), (3, 'pd', '統括 三郎'), (4, 'ps', '監督 四郎'),
                 (5, 'po', '担当 五郎'), (6, 'dc', '疾患 六郎'), (7, 'division', '事業 七郎'), (8, 'committee', '評価 八郎'),
                 (9, 'observer', '府省 九郎'), (10, 'auditor', '監査 十郎'), (11, 'norole', '無役 十一'),
                 (12, 'otherps', '別事業 十二')) AS people (n, email, name);
INSERT INTO role_assignments (id, user_id, role, project_id, program_id, disease_area_id, ministry_code, valid_from)
    SELECT gen_random_uuid(), u.id, r.role, r.project, r.program, r.disease, r.ministry, '2025-04-01'
    FROM (VALUES
        ('admin', 'administrator', NULL::uuid, NULL::uuid, NULL::smallint, NULL),
        ('unit', 'strategy_unit', NULL, NULL, NULL, NULL),
        ('pd', 'program_director', '00000000-0000-7000-8000-000000000101', NULL, NULL, NULL),
        ('ps', 'program_supervisor', NULL, '00000000-0000-7000-8000-000000000201', NULL, NULL),
        ('po', 'program_officer', NULL, '00000000-0000-7000-8000-000000000201', NULL, NULL),
        ('dc', 'disease_coordinator', NULL, NULL, 41, NULL),
        ('division', 'program_division', NULL, '00000000-0000-7000-8000-000000000201', NULL, NULL),
        ('committee', 'committee_member', NULL, NULL, NULL, NULL),
        ('observer', 'ministry_observer', NULL, NULL, NULL, 'mhlw'),
        ('auditor', 'auditor', NULL, NULL, NULL, NULL),
        ('otherps', 'program_supervisor', NULL, '00000000-0000-7000-8000-000000000202', NULL, NULL)
    ) AS r (email, role, project, program, disease, ministry)
    JOIN users u ON u.email = r.email || '@example.jp';
