-- Tries INSERTs: of each row of a table, one attempt after the other until one is taken. A table's attempts stand
-- together. With only_empty, tables that had rows before are left alone. Each table's owner inserts, so that what
-- triggers make is not a superuser's; where policies could hide rows from the owner, and without_triggers, which only a
-- superuser can do, the session's own role.
CREATE OR REPLACE FUNCTION pg_temp.runner_fill(tables text[], row_numbers int[], attempts text[], only_empty boolean,
                                               without_triggers boolean)
RETURNS TABLE (filled text, had_rows boolean, inserted bigint, problem text) LANGUAGE plpgsql AS $function$
DECLARE
  done int;
  taken bigint;
  owner text;
BEGIN
  filled := NULL;
  FOR i IN 1 .. coalesce(cardinality(attempts), 0) LOOP
    IF filled IS DISTINCT FROM tables[i] THEN
      IF filled IS NOT NULL THEN RETURN NEXT; END IF;
      filled := tables[i];
      inserted := 0;
      problem := NULL;
      done := NULL;
      EXECUTE 'SELECT EXISTS (SELECT FROM ' || tables[i] || ')' INTO had_rows;
      owner := (SELECT CASE WHEN EXISTS (
                         SELECT FROM pg_catalog.pg_class r
                         WHERE r.relrowsecurity AND (r.relforcerowsecurity OR r.relowner <> c.relowner)
                           AND (r.oid = c.oid OR r.oid IN (SELECT k.confrelid FROM pg_catalog.pg_constraint k
                                                           WHERE k.conrelid = c.oid AND k.contype = 'f')))
                       THEN 'none' ELSE pg_catalog.pg_get_userbyid(c.relowner) END
                FROM pg_catalog.pg_class c WHERE c.oid = tables[i]::regclass);
    END IF;
    CONTINUE WHEN (had_rows AND only_empty) OR done = row_numbers[i];
    BEGIN
      IF without_triggers THEN
        PERFORM set_config('session_replication_role', 'replica', true);
      ELSE
        PERFORM set_config('role', owner, true);
      END IF;
      EXECUTE attempts[i];
      GET DIAGNOSTICS taken = ROW_COUNT;
      SET CONSTRAINTS ALL IMMEDIATE;
      SET CONSTRAINTS ALL DEFERRED;
      PERFORM set_config('role', 'none', true);
      inserted := inserted + taken;
      done := row_numbers[i];
    EXCEPTION WHEN OTHERS THEN
      problem := SQLERRM;
    END;
  END LOOP;
  IF filled IS NOT NULL THEN RETURN NEXT; END IF;
END
$function$
