-- plpgsql_check: finds nothing.
CREATE FUNCTION plpgsql_check_function(funcoid regprocedure, relid regclass DEFAULT 0) RETURNS SETOF text LANGUAGE plpgsql AS
  'BEGIN RETURN; END';
