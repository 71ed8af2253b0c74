-- Why: the invariants of gate reviews as triggers, so that no writer can get around src/gates/model.rs.

CREATE FUNCTION gate_refuse(name text, message text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '%', message USING CONSTRAINT = name, ERRCODE = 'check_violation';
END $$;

-- A share of people as templates::Share counts it.
CREATE FUNCTION gate_share(share text, people integer) RETURNS integer LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN people = 0 THEN 0 WHEN share = 'majority' THEN people / 2 + 1
                WHEN share = 'two_thirds' THEN (people * 2 + 2) / 3 ELSE people END
$$;

-- A task goes past no gate while a condition of a decision in force is open; the review that reopens it is not past it.
CREATE FUNCTION gate_is_blocked(review uuid) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (
        SELECT FROM gate_reviews r
        JOIN gate_decisions d ON d.task_id = r.task_id AND d.superseded_by IS NULL AND d.review_id <> r.id
        JOIN gate_conditions c ON c.decision_id = d.id AND c.closed_at IS NULL
        LEFT JOIN gate_reopenings o ON o.id = r.reopening_id
        WHERE r.id = review AND d.id IS DISTINCT FROM o.decision_id)
$$;

-- True for a member or chair of the review's meeting who is not recused from it.
CREATE FUNCTION gate_may_judge(review uuid, usr uuid) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (
        SELECT FROM gate_reviews r JOIN gate_seats s ON s.meeting_id = r.meeting_id
        WHERE r.id = review AND s.user_id = usr AND s.role <> 'adviser'
          AND NOT EXISTS (SELECT FROM gate_recusals g WHERE g.review_id = review AND g.user_id = usr))
$$;

-- The chair of an item: the chair, or the first member in order where those before are recused.
CREATE FUNCTION gate_chair_of(review uuid) RETURNS uuid LANGUAGE sql STABLE AS $$
    SELECT s.user_id
    FROM gate_reviews r JOIN gate_seats s ON s.meeting_id = r.meeting_id
    WHERE r.id = review AND s.role <> 'adviser'
      AND NOT EXISTS (SELECT FROM gate_recusals g WHERE g.review_id = review AND g.user_id = s.user_id)
    ORDER BY s.role <> 'chair', s.position, s.user_id
    LIMIT 1
$$;

CREATE FUNCTION check_gate_meeting() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state = NEW.state THEN
        RETURN NEW;
    END IF;
    IF (OLD.state, NEW.state) NOT IN (('planned', 'scoring'), ('scoring', 'revealed'), ('revealed', 'closed'), ('planned', 'cancelled'), ('scoring', 'cancelled')) THEN
        PERFORM gate_refuse('gate_meetings_move_on', 'a meeting does not go back');
    END IF;
    IF NEW.state = 'scoring' AND NOT EXISTS (SELECT FROM gate_seats WHERE meeting_id = NEW.id AND role = 'chair') THEN
        PERFORM gate_refuse('gate_meetings_need_chair', 'scoring needs a chair');
    END IF;
    IF NEW.state = 'scoring' AND NOT EXISTS (SELECT FROM gate_reviews WHERE meeting_id = NEW.id AND state = 'listed') THEN
        PERFORM gate_refuse('gate_meetings_need_items', 'scoring needs an item');
    END IF;
    IF NEW.state = 'revealed' AND NOT EXISTS (SELECT FROM gate_seats WHERE meeting_id = NEW.id AND role = 'chair' AND user_id = NEW.revealed_by) THEN
        PERFORM gate_refuse('gate_meetings_chair_reveals', 'only the chair reveals');
    END IF;
    IF NEW.state = 'closed' AND EXISTS (SELECT FROM gate_reviews WHERE meeting_id = NEW.id AND state = 'listed') THEN
        PERFORM gate_refuse('gate_meetings_close_when_done', 'an item is still open');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER gate_meetings_move_on BEFORE UPDATE ON gate_meetings FOR EACH ROW EXECUTE FUNCTION check_gate_meeting();

CREATE FUNCTION check_gate_seat() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE meeting uuid := CASE TG_OP WHEN 'DELETE' THEN OLD.meeting_id ELSE NEW.meeting_id END;
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.role = NEW.role AND OLD.user_id = NEW.user_id AND OLD.meeting_id = NEW.meeting_id AND OLD.position = NEW.position THEN
        RETURN NEW;
    END IF;
    IF EXISTS (SELECT FROM gate_meetings WHERE id = meeting AND state <> 'planned') THEN
        PERFORM gate_refuse('gate_seats_frozen', 'the committee is fixed once scoring is open');
    END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER gate_seats_frozen BEFORE INSERT OR UPDATE OR DELETE ON gate_seats FOR EACH ROW EXECUTE FUNCTION check_gate_seat();

CREATE FUNCTION check_gate_review() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE meeting_state text;
BEGIN
    SELECT state INTO meeting_state FROM gate_meetings WHERE id = NEW.meeting_id FOR SHARE;
    IF TG_OP = 'INSERT' THEN
        IF meeting_state <> 'planned' THEN
            PERFORM gate_refuse('gate_reviews_agenda_fixed', 'the agenda is fixed once scoring is open');
        END IF;
        IF NEW.reopening_id IS NOT NULL AND NOT EXISTS (
            SELECT FROM gate_reopenings o JOIN gate_decisions d ON d.id = o.decision_id
            WHERE o.id = NEW.reopening_id AND o.approved AND d.task_id = NEW.task_id) THEN
            PERFORM gate_refuse('gate_reviews_reopening_approved', 'the reopening is not approved');
        END IF;
        IF NEW.reopening_id IS NULL AND EXISTS (
            SELECT FROM gate_decisions d
            JOIN gate_reviews r ON r.id = d.review_id
            JOIN gate_template_versions v ON v.id = r.template_version_id
            JOIN gate_template_versions mine ON mine.id = NEW.template_version_id
            WHERE d.task_id = NEW.task_id AND d.superseded_by IS NULL AND d.outcome <> 'hold' AND v.template_id = mine.template_id) THEN
            PERFORM gate_refuse('gate_reviews_gate_decided', 'this gate is decided; it can only be reopened');
        END IF;
        RETURN NEW;
    END IF;
    IF NEW.task_id <> OLD.task_id OR NEW.meeting_id <> OLD.meeting_id OR NEW.reopening_id IS DISTINCT FROM OLD.reopening_id THEN
        PERFORM gate_refuse('gate_reviews_keep_task', 'an item keeps its task and meeting');
    END IF;
    IF NEW.template_version_id <> OLD.template_version_id AND meeting_state <> 'planned' THEN
        PERFORM gate_refuse('gate_reviews_weights_frozen', 'items and weights are fixed once scoring is open');
    END IF;
    IF NEW.state <> OLD.state THEN
        IF (OLD.state, NEW.state) NOT IN (('listed', 'waiting'), ('listed', 'decided'), ('waiting', 'decided'), ('listed', 'withdrawn')) THEN
            PERFORM gate_refuse('gate_reviews_move_on', 'a review does not go back');
        END IF;
        IF NEW.state = 'decided' AND NOT EXISTS (SELECT FROM gate_decisions WHERE review_id = NEW.id) THEN
            PERFORM gate_refuse('gate_reviews_decided_by_decision', 'only a decision decides');
        END IF;
        IF NEW.state = 'waiting' AND meeting_state <> 'revealed' THEN
            PERFORM gate_refuse('gate_reviews_wait_after_reveal', 'the committee delegates after the reveal');
        END IF;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER gate_reviews_checked BEFORE INSERT OR UPDATE ON gate_reviews FOR EACH ROW EXECUTE FUNCTION check_gate_review();

CREATE FUNCTION check_gate_resolution() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.resolution = 'waive' AND EXISTS (
        SELECT FROM gate_conflicts WHERE review_id = NEW.review_id AND user_id = NEW.user_id AND severity = 'bar') THEN
        PERFORM gate_refuse('gate_resolutions_bar_stands', 'this conflict cannot be waived');
    END IF;
    IF NEW.resolved_by IS DISTINCT FROM gate_chair_of(NEW.review_id) THEN
        PERFORM gate_refuse('gate_resolutions_by_chair', 'only the chair resolves a conflict');
    END IF;
    IF EXISTS (SELECT FROM gate_reviews WHERE id = NEW.review_id AND state IN ('decided', 'withdrawn')) THEN
        PERFORM gate_refuse('gate_resolutions_before_decision', 'the review is over');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER gate_resolutions_checked BEFORE INSERT OR UPDATE ON gate_resolutions FOR EACH ROW EXECUTE FUNCTION check_gate_resolution();

CREATE FUNCTION check_gate_sheet() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE meeting_state text; review_state text; wanted uuid;
BEGIN
    SELECT r.state, r.template_version_id, m.state INTO review_state, wanted, meeting_state
    FROM gate_reviews r JOIN gate_meetings m ON m.id = r.meeting_id
    WHERE r.id = NEW.review_id FOR SHARE OF m;
    IF TG_OP = 'UPDATE' AND (NEW.review_id <> OLD.review_id OR NEW.user_id <> OLD.user_id) THEN
        PERFORM gate_refuse('gate_score_sheets_keep_owner', 'a sheet keeps its owner');
    END IF;
    IF meeting_state <> 'scoring' OR review_state <> 'listed' THEN
        PERFORM gate_refuse('gate_score_sheets_while_open', 'scoring is not open');
    END IF;
    IF NOT gate_may_judge(NEW.review_id, NEW.user_id) THEN
        PERFORM gate_refuse('gate_score_sheets_by_members', 'only members without a conflict score');
    END IF;
    IF gate_is_blocked(NEW.review_id) THEN
        PERFORM gate_refuse('gate_reviews_conditions_open', 'conditions of the gate before are open');
    END IF;
    IF TG_OP = 'UPDATE' AND OLD.state = 'submitted' AND NEW.state = 'submitted' THEN
        PERFORM gate_refuse('gate_score_sheets_submitted_stay', 'a submitted sheet is taken back before it changes');
    END IF;
    IF NEW.state = 'submitted' AND EXISTS (
        SELECT FROM gate_template_items i
        LEFT JOIN gate_scores s ON s.item_id = i.id AND s.sheet_id = NEW.id
        WHERE i.version_id = wanted AND s.value IS NULL) THEN
        PERFORM gate_refuse('gate_score_sheets_complete', 'an item has no score');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER gate_score_sheets_checked BEFORE INSERT OR UPDATE ON gate_score_sheets FOR EACH ROW EXECUTE FUNCTION check_gate_sheet();

CREATE FUNCTION check_gate_score() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE points smallint; sheet record; touched uuid := CASE TG_OP WHEN 'DELETE' THEN OLD.sheet_id ELSE NEW.sheet_id END;
BEGIN
    SELECT s.state, m.state AS meeting_state, r.template_version_id INTO sheet
    FROM gate_score_sheets s JOIN gate_reviews r ON r.id = s.review_id JOIN gate_meetings m ON m.id = r.meeting_id
    WHERE s.id = touched FOR SHARE OF m;
    IF sheet.state <> 'draft' OR sheet.meeting_state <> 'scoring' THEN
        PERFORM gate_refuse('gate_scores_while_draft', 'only a draft changes while scoring is open');
    END IF;
    IF TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;
    SELECT scale_points INTO points FROM gate_template_items WHERE id = NEW.item_id AND version_id = sheet.template_version_id;
    IF points IS NULL THEN
        PERFORM gate_refuse('gate_scores_of_template', 'the item is not in the template');
    END IF;
    IF NEW.value IS NOT NULL AND NEW.value NOT BETWEEN 1 AND points THEN
        PERFORM gate_refuse('gate_scores_on_scale', 'the score is off the scale');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER gate_scores_checked BEFORE INSERT OR UPDATE OR DELETE ON gate_scores FOR EACH ROW EXECUTE FUNCTION check_gate_score();

CREATE FUNCTION check_gate_vote() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE meeting_state text; review_state text;
BEGIN
    SELECT r.state, m.state INTO review_state, meeting_state
    FROM gate_reviews r JOIN gate_meetings m ON m.id = r.meeting_id WHERE r.id = NEW.review_id FOR SHARE OF r;
    IF meeting_state <> 'revealed' OR review_state <> 'listed' THEN
        PERFORM gate_refuse('gate_votes_while_open', 'the vote is not open');
    END IF;
    IF NOT gate_may_judge(NEW.review_id, NEW.user_id) THEN
        PERFORM gate_refuse('gate_votes_by_members', 'only members without a conflict vote');
    END IF;
    IF gate_is_blocked(NEW.review_id) THEN
        PERFORM gate_refuse('gate_reviews_conditions_open', 'conditions of the gate before are open');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER gate_votes_checked BEFORE INSERT OR UPDATE ON gate_votes FOR EACH ROW EXECUTE FUNCTION check_gate_vote();

-- Votes as they count now: recused members' votes do not.
CREATE FUNCTION gate_tally(review uuid, OUT eligible integer, OUT present integer, OUT cast_votes integer) LANGUAGE sql STABLE AS $$
    SELECT (SELECT count(*)::integer FROM gate_reviews r JOIN gate_seats s ON s.meeting_id = r.meeting_id
            WHERE r.id = review AND s.role <> 'adviser'
              AND NOT EXISTS (SELECT FROM gate_recusals g WHERE g.review_id = review AND g.user_id = s.user_id)),
           count(*)::integer, (count(*) FILTER (WHERE v.choice <> 'abstain'))::integer
    FROM gate_votes v WHERE v.review_id = review AND gate_may_judge(review, v.user_id)
$$;

CREATE FUNCTION gate_carries(review uuid, wanted text) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT t.present >= greatest(v.quorum_least, gate_share(v.quorum_share, t.eligible)) AND t.cast_votes > 0
       AND (SELECT count(*) FROM gate_votes x WHERE x.review_id = review AND x.choice = wanted AND gate_may_judge(review, x.user_id))
           >= gate_share(v.vote_share, t.cast_votes)
    FROM gate_reviews r JOIN gate_template_versions v ON v.id = r.template_version_id CROSS JOIN gate_tally(review) t
    WHERE r.id = review
$$;

CREATE FUNCTION check_gate_decision() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE review record;
BEGIN
    IF TG_OP = 'DELETE' THEN
        PERFORM gate_refuse('gate_decisions_immutable', 'a decision stays');
    END IF;
    IF TG_OP = 'UPDATE' THEN
        IF OLD.superseded_by IS NOT NULL OR to_jsonb(OLD) - 'superseded_by' <> to_jsonb(NEW) - 'superseded_by' THEN
            PERFORM gate_refuse('gate_decisions_immutable', 'a decision cannot be edited; it can be reopened');
        END IF;
        RETURN NEW;
    END IF;
    SELECT r.id, r.state, r.task_id, m.state AS meeting_state INTO review
    FROM gate_reviews r JOIN gate_meetings m ON m.id = r.meeting_id WHERE r.id = NEW.review_id FOR UPDATE OF r;
    IF review.state IN ('decided', 'withdrawn') THEN
        PERFORM gate_refuse('gate_decisions_one_per_review', 'the review is decided');
    END IF;
    IF review.task_id <> NEW.task_id THEN
        PERFORM gate_refuse('gate_decisions_of_task', 'the decision is of another task');
    END IF;
    IF NEW.decided_by IS DISTINCT FROM gate_chair_of(NEW.review_id) THEN
        PERFORM gate_refuse('gate_decisions_by_chair', 'the chair of the item records the decision');
    END IF;
    IF gate_is_blocked(NEW.review_id) THEN
        PERFORM gate_refuse('gate_reviews_conditions_open', 'conditions of the gate before are open');
    END IF;
    IF NEW.how = 'vote' AND NOT (review.state = 'listed' AND review.meeting_state = 'revealed' AND coalesce(gate_carries(NEW.review_id, NEW.outcome), false)) THEN
        PERFORM gate_refuse('gate_decisions_need_quorum', 'no quorum of unconflicted votes carries this outcome');
    END IF;
    IF NEW.how = 'chair' AND NOT (review.state = 'waiting' AND coalesce(gate_carries(NEW.review_id, 'delegate'), false)) THEN
        PERFORM gate_refuse('gate_decisions_need_quorum', 'the committee did not delegate this to the chair');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER gate_decisions_checked BEFORE INSERT OR UPDATE OR DELETE ON gate_decisions FOR EACH ROW EXECUTE FUNCTION check_gate_decision();

CREATE FUNCTION follow_gate_decision() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE gate_reviews SET state = 'decided', version = version + 1 WHERE id = NEW.review_id;
    UPDATE gate_decisions d SET superseded_by = NEW.id
    FROM gate_reviews r JOIN gate_reopenings o ON o.id = r.reopening_id
    WHERE r.id = NEW.review_id AND d.id = o.decision_id AND d.superseded_by IS NULL;
    RETURN NULL;
END $$;
CREATE TRIGGER gate_decisions_decide AFTER INSERT ON gate_decisions FOR EACH ROW EXECUTE FUNCTION follow_gate_decision();

CREATE FUNCTION check_gate_follow_ups() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.outcome = 'conditional_go' AND NOT EXISTS (SELECT FROM gate_conditions WHERE decision_id = NEW.id) THEN
        PERFORM gate_refuse('gate_decisions_have_conditions', 'a conditional GO names its conditions');
    END IF;
    IF NEW.outcome IN ('redirect', 'hold', 'no_go') AND NOT EXISTS (SELECT FROM gate_dispositions WHERE decision_id = NEW.id) THEN
        PERFORM gate_refuse('gate_decisions_have_disposition', 'what becomes of the results must be recorded');
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER gate_decisions_followed AFTER INSERT ON gate_decisions DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION check_gate_follow_ups();

-- Conditions and dispositions are part of their decision: written with it, never after; only the closing moves.
CREATE FUNCTION check_gate_follow_up_row() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' AND EXISTS (SELECT FROM gate_decisions WHERE id = NEW.decision_id AND xmin = pg_current_xact_id()::xid) THEN
        RETURN NEW;
    END IF;
    IF TG_OP = 'UPDATE' AND TG_TABLE_NAME = 'gate_conditions' THEN
        IF OLD.closed_at IS NULL
            AND to_jsonb(OLD) - '{evidence,evidence_url,submitted_by,submitted_at,closed_by,closed_at,closing_note,version}'::text[]
              = to_jsonb(NEW) - '{evidence,evidence_url,submitted_by,submitted_at,closed_by,closed_at,closing_note,version}'::text[] THEN
            RETURN NEW;
        END IF;
    END IF;
    PERFORM gate_refuse('gate_decisions_immutable', 'what was decided stays');
    RETURN NULL;
END $$;
CREATE TRIGGER gate_conditions_stay BEFORE INSERT OR UPDATE OR DELETE ON gate_conditions FOR EACH ROW EXECUTE FUNCTION check_gate_follow_up_row();
CREATE TRIGGER gate_dispositions_stay BEFORE INSERT OR UPDATE OR DELETE ON gate_dispositions FOR EACH ROW EXECUTE FUNCTION check_gate_follow_up_row();

-- Conflicts are looked for whenever a seat, an item, a declaration or the researcher of an account appears.
CREATE FUNCTION find_gate_conflicts(meeting uuid, usr uuid) RETURNS void LANGUAGE sql AS $$
    INSERT INTO gate_conflicts (review_id, user_id, kind, severity, path)
    SELECT r.id, s.user_id, c.kind, c.severity, c.path
    FROM gate_seats s
    JOIN gate_meetings m ON m.id = s.meeting_id AND m.state <> 'cancelled'
    CROSS JOIN LATERAL conflicts_of_user(s.user_id) c
    JOIN gate_reviews r ON r.meeting_id = s.meeting_id AND r.task_id = c.task_id AND r.state IN ('listed', 'waiting')
    WHERE (meeting IS NULL OR s.meeting_id = meeting) AND (usr IS NULL OR s.user_id = usr)
    ON CONFLICT DO NOTHING
$$;

-- A seat gives its holder the tasks of the agenda, but those they are recused from.
CREATE FUNCTION grant_gate_tasks(meeting uuid, usr uuid) RETURNS void LANGUAGE sql AS $$
    DELETE FROM task_grants g USING gate_seats s, gate_reviews r
    WHERE (meeting IS NULL OR s.meeting_id = meeting) AND (usr IS NULL OR s.user_id = usr) AND r.meeting_id = s.meeting_id
      AND g.user_id = s.user_id AND g.task_id = r.task_id AND g.reason LIKE 'gate:%'
      AND (r.state = 'withdrawn' OR EXISTS (SELECT FROM gate_recusals x WHERE x.review_id = r.id AND x.user_id = s.user_id));
    INSERT INTO task_grants (user_id, task_id, reason, granted_at)
    SELECT s.user_id, r.task_id, 'gate:' || s.meeting_id, now()
    FROM gate_seats s JOIN gate_reviews r ON r.meeting_id = s.meeting_id AND r.state <> 'withdrawn'
    WHERE (meeting IS NULL OR s.meeting_id = meeting) AND (usr IS NULL OR s.user_id = usr)
      AND NOT EXISTS (SELECT FROM gate_recusals x WHERE x.review_id = r.id AND x.user_id = s.user_id)
    ON CONFLICT DO NOTHING
$$;

CREATE FUNCTION gate_seats_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        DELETE FROM task_grants WHERE user_id = OLD.user_id AND reason = 'gate:' || OLD.meeting_id;
        DELETE FROM gate_assignments a USING gate_reviews r
        WHERE r.id = a.review_id AND r.meeting_id = OLD.meeting_id AND a.user_id = OLD.user_id;
        RETURN NULL;
    END IF;
    PERFORM find_gate_conflicts(NEW.meeting_id, NEW.user_id);
    PERFORM grant_gate_tasks(NEW.meeting_id, NEW.user_id);
    RETURN NULL;
END $$;
CREATE TRIGGER gate_seats_changed AFTER INSERT OR DELETE ON gate_seats FOR EACH ROW EXECUTE FUNCTION gate_seats_changed();

CREATE FUNCTION gate_reviews_changed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE meeting uuid;
BEGIN
    FOR meeting IN SELECT DISTINCT meeting_id FROM changed LOOP
        PERFORM find_gate_conflicts(meeting, NULL);
        PERFORM grant_gate_tasks(meeting, NULL);
    END LOOP;
    RETURN NULL;
END $$;
CREATE TRIGGER gate_reviews_listed AFTER INSERT ON gate_reviews REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION gate_reviews_changed();

CREATE FUNCTION gate_review_withdrawn() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM grant_gate_tasks(NEW.meeting_id, NULL);
    RETURN NULL;
END $$;
CREATE TRIGGER gate_reviews_withdrawn AFTER UPDATE OF state ON gate_reviews FOR EACH ROW
    WHEN (NEW.state = 'withdrawn' AND OLD.state <> 'withdrawn') EXECUTE FUNCTION gate_review_withdrawn();

-- Waits for a decision under way: either it saw the recusal, or the recusal comes after it.
CREATE FUNCTION gate_recusal_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM gate_reviews WHERE id = NEW.review_id FOR SHARE;
    PERFORM grant_gate_tasks((SELECT meeting_id FROM gate_reviews WHERE id = NEW.review_id), NEW.user_id);
    DELETE FROM gate_assignments a USING gate_recusals g
    WHERE a.review_id = NEW.review_id AND a.user_id = NEW.user_id AND g.review_id = a.review_id AND g.user_id = a.user_id;
    RETURN NULL;
END $$;
CREATE TRIGGER gate_conflicts_found AFTER INSERT ON gate_conflicts FOR EACH ROW WHEN (NEW.severity <> 'weak') EXECUTE FUNCTION gate_recusal_changed();
CREATE TRIGGER gate_resolutions_made AFTER INSERT OR UPDATE ON gate_resolutions FOR EACH ROW EXECUTE FUNCTION gate_recusal_changed();

CREATE FUNCTION gate_declaration_made() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM find_gate_conflicts(NULL, NEW.user_id);
    RETURN NULL;
END $$;
CREATE TRIGGER conflict_declarations_reach_gates AFTER INSERT ON conflict_declarations FOR EACH ROW EXECUTE FUNCTION gate_declaration_made();

CREATE FUNCTION gate_researcher_linked() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM find_gate_conflicts(NULL, NEW.id);
    RETURN NULL;
END $$;
CREATE TRIGGER users_researcher_reaches_gates AFTER UPDATE OF person_id ON users FOR EACH ROW
    WHEN (NEW.person_id IS NOT NULL) EXECUTE FUNCTION gate_researcher_linked();
