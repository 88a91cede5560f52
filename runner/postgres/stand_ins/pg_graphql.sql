-- pg_graphql: every query is answered by an error.
CREATE SEQUENCE graphql.seq_schema_version AS integer CYCLE;
CREATE FUNCTION graphql.get_schema_version() RETURNS integer LANGUAGE sql SECURITY DEFINER AS 'SELECT last_value::integer FROM graphql.seq_schema_version';
CREATE FUNCTION graphql.increment_schema_version() RETURNS event_trigger LANGUAGE plpgsql SECURITY DEFINER AS
  $fn$ BEGIN PERFORM pg_catalog.nextval('graphql.seq_schema_version'); END $fn$;
CREATE FUNCTION graphql.comment_directive(comment_ text) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $fn$ SELECT '{}'::jsonb $fn$;
CREATE FUNCTION graphql.exception(message text) RETURNS text LANGUAGE plpgsql AS $fn$ BEGIN RAISE EXCEPTION '%', $1; END $fn$;
CREATE FUNCTION graphql._internal_resolve(query text, variables jsonb DEFAULT '{}', "operationName" text DEFAULT NULL,
  extensions jsonb DEFAULT NULL) RETURNS jsonb LANGUAGE sql AS
  $fn$ SELECT jsonb_build_object('data', NULL, 'errors', jsonb_build_array(jsonb_build_object('message', 'pg_graphql is not installed here'))) $fn$;
CREATE FUNCTION graphql.resolve(query text, variables jsonb DEFAULT '{}', "operationName" text DEFAULT NULL,
  extensions jsonb DEFAULT NULL) RETURNS jsonb LANGUAGE sql AS 'SELECT graphql._internal_resolve($1, $2, $3, $4)';
