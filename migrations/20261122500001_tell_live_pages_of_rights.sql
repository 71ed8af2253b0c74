-- Live pages must lose a viewer at once whose rights or session end: those who keep streams open are told.
CREATE FUNCTION tell_of_rights() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('nakadachi', '{"topic":"rights","part":"","version":0}');
    RETURN NULL;
END $$;
COMMENT ON FUNCTION tell_of_rights() IS 'Sent at commit, once per transaction; db::events hands it to every open stream, which then asks again.';

CREATE TRIGGER data_versions_tell_of_rights AFTER UPDATE ON data_versions
    FOR EACH ROW WHEN (NEW.name = 'accounts' AND NEW.version <> OLD.version) EXECUTE FUNCTION tell_of_rights();

CREATE TRIGGER sessions_tell_of_rights AFTER DELETE ON sessions
    FOR EACH STATEMENT EXECUTE FUNCTION tell_of_rights();
