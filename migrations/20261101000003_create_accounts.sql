-- Why: who may sign in, with which roles over which part of the portfolio, and until when.

CREATE TABLE users (
    id                   uuid PRIMARY KEY,
    email                text NOT NULL,
    name_ja              text NOT NULL,
    name_en              text,
    password_hash        text,
    must_change_password boolean NOT NULL DEFAULT false,
    language             text,
    yen_unit             text NOT NULL DEFAULT 'million',
    person_id            uuid REFERENCES people ON DELETE SET NULL,
    active               boolean NOT NULL DEFAULT true,
    made_by_demo         boolean NOT NULL DEFAULT false,
    version              integer NOT NULL DEFAULT 1,
    created_at           timestamptz NOT NULL,
    CONSTRAINT users_email_unique UNIQUE (email),
    CONSTRAINT users_email_folded CHECK (email = lower(email) AND email LIKE '%_@_%'),
    CONSTRAINT users_language_known CHECK (language IN ('ja', 'en')),
    CONSTRAINT users_yen_unit_known CHECK (yen_unit IN ('yen', 'thousand', 'million', 'oku'))
);
COMMENT ON COLUMN users.person_id IS 'The researcher this account belongs to, where there is one: conflicts of interest are derived from it.';

CREATE TABLE role_assignments (
    id              uuid PRIMARY KEY,
    user_id         uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    role            text NOT NULL,
    project_id      uuid REFERENCES projects ON DELETE RESTRICT,
    program_id      uuid REFERENCES programs ON DELETE RESTRICT,
    disease_area_id smallint REFERENCES vocabulary_values ON DELETE RESTRICT,
    ministry_code   text REFERENCES ministries ON DELETE RESTRICT,
    valid_from      date NOT NULL,
    valid_until     date,
    CONSTRAINT role_assignments_role_known CHECK (role IN
        ('administrator', 'strategy_unit', 'program_director', 'program_supervisor', 'program_officer',
         'disease_coordinator', 'program_division', 'committee_member', 'ministry_observer', 'auditor')),
    CONSTRAINT role_assignments_scope_fits_role CHECK (CASE role
        WHEN 'program_director' THEN project_id IS NOT NULL AND num_nonnulls(program_id, disease_area_id, ministry_code) = 0
        WHEN 'program_supervisor' THEN program_id IS NOT NULL AND num_nonnulls(project_id, disease_area_id, ministry_code) = 0
        WHEN 'program_officer' THEN program_id IS NOT NULL AND num_nonnulls(project_id, disease_area_id, ministry_code) = 0
        WHEN 'program_division' THEN program_id IS NOT NULL AND num_nonnulls(project_id, disease_area_id, ministry_code) = 0
        WHEN 'disease_coordinator' THEN disease_area_id IS NOT NULL AND num_nonnulls(project_id, program_id, ministry_code) = 0
        WHEN 'ministry_observer' THEN ministry_code IS NOT NULL AND num_nonnulls(project_id, program_id, disease_area_id) = 0
        ELSE num_nonnulls(project_id, program_id, disease_area_id, ministry_code) = 0 END),
    CONSTRAINT role_assignments_period_in_order CHECK (valid_until IS NULL OR valid_from <= valid_until)
);
CREATE UNIQUE INDEX role_assignments_no_duplicate ON role_assignments
    (user_id, role, coalesce(project_id::text, program_id::text, disease_area_id::text, ministry_code, ''), valid_from);

CREATE TABLE sessions (
    id           uuid PRIMARY KEY,
    token_hash   bytea NOT NULL,
    user_id      uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    user_agent   text NOT NULL,
    address      text NOT NULL,
    created_at   timestamptz NOT NULL,
    last_seen_at timestamptz NOT NULL,
    expires_at   timestamptz NOT NULL,
    CONSTRAINT sessions_token_unique UNIQUE (token_hash)
);
CREATE INDEX sessions_by_user ON sessions (user_id, last_seen_at DESC);

CREATE TABLE sign_in_attempts (
    id        bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    email     text NOT NULL,
    address   text NOT NULL,
    at        timestamptz NOT NULL,
    succeeded boolean NOT NULL
);
CREATE INDEX sign_in_attempts_by_email ON sign_in_attempts (email, at);
CREATE INDEX sign_in_attempts_by_address ON sign_in_attempts (address, at);

-- A person outside the agency (a committee member) sees the tasks granted, and no other.
CREATE TABLE task_grants (
    user_id    uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    task_id    uuid NOT NULL REFERENCES tasks ON DELETE CASCADE,
    reason     text NOT NULL,
    granted_at timestamptz NOT NULL,
    until      date,
    PRIMARY KEY (user_id, task_id, reason)
);

CREATE TABLE opinions (
    id         uuid PRIMARY KEY,
    task_id    uuid NOT NULL REFERENCES tasks ON DELETE CASCADE,
    author_id  uuid NOT NULL REFERENCES users ON DELETE RESTRICT,
    role       text NOT NULL,
    visibility text NOT NULL,
    body       text NOT NULL,
    created_at timestamptz NOT NULL,
    withdrawn_at timestamptz,
    CONSTRAINT opinions_visibility_known CHECK (visibility IN ('staff', 'scope')),
    CONSTRAINT opinions_body_not_empty CHECK (body <> '')
);
COMMENT ON COLUMN opinions.visibility IS 'staff: everyone who sees the task; scope: only people in whose scope the task lies.';
CREATE INDEX opinions_by_task ON opinions (task_id, created_at);

CREATE TABLE saved_views (
    id         uuid PRIMARY KEY,
    owner_id   uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    name       text NOT NULL,
    page       text NOT NULL DEFAULT 'tasks',
    query      text NOT NULL,
    columns    text NOT NULL DEFAULT '',
    sort       text NOT NULL DEFAULT '',
    shared     boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL,
    CONSTRAINT saved_views_name_unique UNIQUE (owner_id, page, name)
);

SELECT bump_statements(ARRAY['users', 'role_assignments', 'task_grants'], 'accounts');

-- The one predicate for "may this viewer know this task". Inlined by the planner: no sub-select inside.
CREATE FUNCTION task_is_visible(
    task_restricted boolean, task_id uuid, task_program uuid, task_diseases smallint[],
    sees_all boolean, sees_open boolean, programs uuid[], diseases smallint[], granted uuid[]
) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
    SELECT sees_all
        OR (sees_open AND NOT task_restricted)
        OR task_program = ANY (programs)
        OR task_diseases && diseases
        OR task_id = ANY (granted)
$$;
