-- Schemas
SELECT 'pg_namespace'::regclass::oid AS class, n.oid AS object, 0 AS part,
       'schema' AS kind, quote_ident(n.nspname) AS identity, NULL::text AS parent, NULL::text AS implied_by,
       '' AS definition,
       n.nspowner AS owner, n.nspacl AS acl,
       CASE WHEN n.nspacl IS NOT NULL THEN acldefault('n', n.nspowner) END AS base_acl
FROM pg_namespace n
WHERE n.oid = ANY ((SELECT schemas FROM scope)::oid[])
  AND NOT EXISTS (SELECT FROM member m WHERE m.objid = n.oid AND m.classid = 'pg_namespace'::regclass)

UNION ALL
-- Tables and foreign tables
SELECT 'pg_class'::regclass, c.oid, 0,
       CASE c.relkind WHEN 'f' THEN 'foreign table' ELSE 'table' END, c.oid::regclass::text,
       CASE WHEN c.relispartition THEN
         (SELECT 'table ' || i.inhparent::regclass FROM pg_inherits i WHERE i.inhrelid = c.oid) END,
       NULL,
       CASE c.relpersistence WHEN 'u' THEN 'unlogged ' WHEN 't' THEN 'temporary ' ELSE '' END
       || CASE c.relkind WHEN 'f' THEN 'foreign table' ELSE 'table' END
       || CASE WHEN c.reloftype <> 0 THEN ' of ' || c.reloftype::regtype ELSE '' END
       || CASE WHEN c.relispartition THEN
            (SELECT ' partition of ' || i.inhparent::regclass || ' ' || pg_get_expr(c.relpartbound, c.oid)
                    || CASE WHEN i.inhdetachpending THEN ' detach pending' ELSE '' END  -- since 14
             FROM pg_inherits i WHERE i.inhrelid = c.oid)
          ELSE coalesce((SELECT ' inherits (' || string_agg(i.inhparent::regclass::text, ', ' ORDER BY i.inhseqno) || ')'
                         FROM pg_inherits i WHERE i.inhrelid = c.oid), '') END
       || CASE WHEN c.relkind = 'p' THEN ' partition by ' || pg_get_partkeydef(c.oid) ELSE '' END
       || CASE WHEN c.relam <> 0 AND am.amname <> 'heap' THEN ' using ' || quote_ident(am.amname) ELSE '' END
       || CASE WHEN c.reloptions IS NOT NULL OR toast.reloptions IS NOT NULL THEN
            (SELECT ' with (' || string_agg(word, ', ' ORDER BY word COLLATE "C") || ')'
             FROM (SELECT unnest(c.reloptions) AS word
                   UNION ALL SELECT 'toast.' || unnest(toast.reloptions)) options) ELSE '' END
       || CASE WHEN c.reltablespace <> 0 THEN
            (SELECT ' tablespace ' || quote_ident(spcname) FROM pg_tablespace WHERE oid = c.reltablespace) ELSE '' END
       || CASE WHEN c.relrowsecurity THEN ' row level security' ELSE '' END
       || CASE WHEN c.relforcerowsecurity THEN ' forced row level security' ELSE '' END
       || CASE c.relreplident WHEN 'f' THEN ' replica identity full' WHEN 'n' THEN ' replica identity nothing'
          WHEN 'i' THEN ' replica identity using an index' ELSE '' END
       || CASE WHEN c.relkind = 'f' THEN
            (SELECT ' server ' || quote_ident(s.srvname) || $options(t.ftoptions)$
             FROM pg_foreign_table t JOIN pg_foreign_server s ON s.oid = t.ftserver WHERE t.ftrelid = c.oid)
          ELSE '' END,
       c.relowner, c.relacl, CASE WHEN c.relacl IS NOT NULL THEN acldefault('r', c.relowner) END
FROM pg_class c
LEFT JOIN pg_am am ON am.oid = c.relam
LEFT JOIN pg_class toast ON toast.oid = c.reltoastrelid AND toast.reloptions IS NOT NULL
WHERE c.relkind IN ('r', 'p', 'f') AND c.relnamespace = ANY ((SELECT schemas FROM scope)::oid[])
  AND NOT EXISTS (SELECT FROM member m WHERE m.objid = c.oid AND m.classid = 'pg_class'::regclass)

UNION ALL
-- Views and materialized views
SELECT 'pg_class'::regclass, c.oid, 0,
       CASE c.relkind WHEN 'v' THEN 'view' ELSE 'materialized view' END, c.oid::regclass::text, NULL, NULL,
       CASE WHEN c.reloptions IS NOT NULL THEN
         (SELECT 'with (' || string_agg(word, ', ' ORDER BY word COLLATE "C") || ') '
          FROM unnest(c.reloptions) word) ELSE '' END
       || CASE WHEN c.relam <> 0 AND am.amname <> 'heap' THEN 'using ' || quote_ident(am.amname) || ' ' ELSE '' END
       || CASE WHEN c.reltablespace <> 0 THEN
            (SELECT 'tablespace ' || quote_ident(spcname) || ' ' FROM pg_tablespace WHERE oid = c.reltablespace)
          ELSE '' END
       || 'as ' || pg_get_viewdef(c.oid)
       || CASE WHEN c.relispopulated THEN '' ELSE ' with no data' END,
       c.relowner, c.relacl, CASE WHEN c.relacl IS NOT NULL THEN acldefault('r', c.relowner) END
FROM pg_class c
LEFT JOIN pg_am am ON am.oid = c.relam
WHERE c.relkind IN ('v', 'm') AND c.relnamespace = ANY ((SELECT schemas FROM scope)::oid[])
  AND NOT EXISTS (SELECT FROM member m WHERE m.objid = c.oid AND m.classid = 'pg_class'::regclass)

UNION ALL
-- Sequences; the last value is data, not schema
SELECT 'pg_class'::regclass, c.oid, 0, 'sequence', c.oid::regclass::text,
       'column ' || owner.name,
       NULL,
       CASE c.relpersistence WHEN 'u' THEN 'unlogged ' ELSE '' END
       || format('as %s start %s increment %s minimum %s maximum %s cache %s', s.seqtypid::regtype, s.seqstart,
                 s.seqincrement, s.seqmin, s.seqmax, s.seqcache)
       || CASE WHEN s.seqcycle THEN ' cycle' ELSE '' END
       || coalesce(CASE owner.deptype WHEN 'a' THEN ' owned by ' ELSE ' of identity ' END || owner.name, ''),
       c.relowner, c.relacl, CASE WHEN c.relacl IS NOT NULL THEN acldefault('s', c.relowner) END
FROM pg_sequence s
JOIN pg_class c ON c.oid = s.seqrelid
LEFT JOIN LATERAL (  -- LIMIT: else the planner may read all columns of all tables
  SELECT d.deptype, d.refobjid::regclass || '.' || quote_ident(a.attname) AS name
  FROM pg_depend d JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
  WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.objsubid = 0
    AND d.refclassid = 'pg_class'::regclass AND d.refobjsubid > 0 AND d.deptype IN ('a', 'i')
  LIMIT 1
) owner ON true
WHERE c.relnamespace = ANY ((SELECT schemas FROM scope)::oid[])
  AND NOT EXISTS (SELECT FROM member m WHERE m.objid = c.oid AND m.classid = 'pg_class'::regclass)
