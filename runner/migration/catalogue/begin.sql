-- A catalogue snapshot is one SELECT, made of this file, the arms of the other files joined by UNION ALL, and
-- end.sql. A line that ends in "since N" or "until N" (in a comment) is meant for these major versions only.
--
-- Rules that every arm keeps:
--   * search_path is empty here, so casts to regclass and the like, and pg_get_*def, qualify every name.
--   * text that is sorted is sorted by COLLATE "C": the order must not depend on the database.
--   * pg_depend is read through its indexes only, and functions are called for rows that are wanted, not before.
WITH
scope AS MATERIALIZED (
  SELECT array_agg(oid) AS schemas FROM pg_namespace
  WHERE nspname !~ '^pg_' AND nspname <> 'information_schema' AND nspname <> ALL ($excluded_schemas$)
),
member AS MATERIALIZED (  -- what belongs to an extension
  SELECT classid, objid, refobjid FROM pg_depend
  WHERE refclassid = 'pg_extension'::regclass AND deptype = 'e'
),
relation AS MATERIALIZED (  -- what has columns; named once, because everything on it repeats the name
  SELECT c.oid, c.relkind, c.relname, c.relispartition, c.oid::regclass::text AS name,
         CASE c.relkind WHEN 'v' THEN 'view ' WHEN 'm' THEN 'materialized view ' WHEN 'f' THEN 'foreign table '
              WHEN 'c' THEN 'type ' ELSE 'table ' END || c.oid::regclass AS key
  FROM pg_class c
  WHERE c.relkind IN ('r', 'p', 'f', 'v', 'm', 'c') AND c.relnamespace = ANY ((SELECT schemas FROM scope)::oid[])
    AND NOT EXISTS (SELECT FROM member m WHERE m.objid = c.oid AND m.classid = 'pg_class'::regclass)
),
comment AS MATERIALIZED (
  SELECT classoid, objoid, objsubid, description FROM pg_description
  UNION ALL SELECT classoid, objoid, 0, description FROM pg_shdescription
)
SELECT o.kind, o.identity, o.parent, o.implied_by, o.definition, o.part,
       o.owner::regrole::text, o.acl::text, o.base_acl::text, comment.description, label.labels
FROM (
