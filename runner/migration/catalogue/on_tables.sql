-- Constraints of tables. Copies of a foreign key in partitions follow from the one that was written, inherited
-- checks from the parent's; NOT NULL stands in the column.
SELECT 'pg_constraint'::regclass, k.oid, 0, 'constraint', quote_ident(k.conname) || ' on ' || c.name, c.key,
       CASE WHEN k.conparentid <> 0 THEN
         (SELECT 'constraint ' || quote_ident(up.conname) || ' on ' || up.conrelid::regclass
          FROM pg_constraint up WHERE up.oid = k.conparentid) END,
       pg_get_constraintdef(k.oid)
       || CASE WHEN k.contype = 'f' AND EXISTS (SELECT FROM pg_trigger g WHERE g.tgconstraint = k.oid AND g.tgenabled <> 'O')
          THEN ' with its triggers disabled' ELSE '' END,
       NULL::oid, NULL::aclitem[], NULL::aclitem[]
FROM pg_constraint k
JOIN relation c ON c.oid = k.conrelid
WHERE k.contype NOT IN ('t', 'n')
  AND NOT (k.contype = 'f' AND k.conparentid <> 0)
  AND (k.conislocal OR k.contype <> 'c')

UNION ALL
-- Indexes. The columns of one behind a primary key or unique constraint stand in the constraint; what is left are
-- its options.
SELECT 'pg_class'::regclass, c.oid, 0, 'index', c.oid::regclass::text,
       CASE WHEN k.oid IS NOT NULL THEN 'constraint ' || quote_ident(k.conname) || ' on ' || t.name ELSE t.key END,
       CASE WHEN c.relispartition THEN
         (SELECT 'index ' || h.inhparent::regclass FROM pg_inherits h WHERE h.inhrelid = c.oid) END,
       CASE WHEN k.contype IN ('p', 'u') THEN 'index of the constraint' || coalesce(' with (' ||
            (SELECT string_agg(word, ', ' ORDER BY word COLLATE "C") FROM unnest(c.reloptions) word) || ')', '')
          ELSE pg_get_indexdef(c.oid) END
       || CASE WHEN c.reltablespace <> 0 THEN
            (SELECT ' tablespace ' || quote_ident(spcname) FROM pg_tablespace WHERE oid = c.reltablespace) ELSE '' END
       || CASE WHEN c.relispartition THEN
            (SELECT ' attached to ' || h.inhparent::regclass FROM pg_inherits h WHERE h.inhrelid = c.oid) ELSE '' END
       || CASE WHEN NOT i.indisvalid THEN ' invalid' ELSE '' END
       || CASE WHEN NOT i.indisready THEN ' not ready' ELSE '' END
       || CASE WHEN i.indisclustered THEN ' clustered' ELSE '' END
       || CASE WHEN i.indisreplident THEN ' replica identity' ELSE '' END
       || CASE WHEN i.indexprs IS NOT NULL THEN
            coalesce((SELECT ' statistics (' || string_agg(a.attnum || ': ' || a.attstattarget, ', ' ORDER BY a.attnum) || ')'
                      FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attstattarget >= 0), '') ELSE '' END,
       NULL, NULL, NULL
FROM pg_index i
JOIN pg_class c ON c.oid = i.indexrelid
JOIN relation t ON t.oid = i.indrelid
LEFT JOIN pg_constraint k ON k.conindid = c.oid AND k.contype IN ('p', 'u', 'x')
WHERE NOT EXISTS (SELECT FROM member m WHERE m.objid = c.oid AND m.classid = 'pg_class'::regclass)

UNION ALL
SELECT 'pg_trigger'::regclass, g.oid, 0, 'trigger', quote_ident(g.tgname) || ' on ' || c.name, c.key,
       CASE WHEN g.tgparentid <> 0 THEN
         (SELECT 'trigger ' || quote_ident(up.tgname) || ' on ' || up.tgrelid::regclass
          FROM pg_trigger up WHERE up.oid = g.tgparentid) END,
       pg_get_triggerdef(g.oid)
       || CASE g.tgenabled WHEN 'D' THEN ' disabled' WHEN 'R' THEN ' enabled replica' WHEN 'A' THEN ' enabled always' ELSE '' END,
       NULL, NULL, NULL
FROM pg_trigger g
JOIN relation c ON c.oid = g.tgrelid
WHERE NOT g.tgisinternal

UNION ALL
SELECT 'pg_rewrite'::regclass, r.oid, 0, 'rule', quote_ident(r.rulename) || ' on ' || c.name, c.key, NULL,
       pg_get_ruledef(r.oid)
       || CASE r.ev_enabled WHEN 'D' THEN ' disabled' WHEN 'R' THEN ' enabled replica' WHEN 'A' THEN ' enabled always' ELSE '' END,
       NULL, NULL, NULL
FROM pg_rewrite r
JOIN relation c ON c.oid = r.ev_class
WHERE r.rulename <> '_RETURN'

UNION ALL
SELECT 'pg_policy'::regclass, p.oid, 0, 'policy', quote_ident(p.polname) || ' on ' || c.name, c.key, NULL,
       CASE WHEN p.polpermissive THEN '' ELSE 'restrictive ' END
       || 'for ' || CASE p.polcmd WHEN 'r' THEN 'select' WHEN 'a' THEN 'insert' WHEN 'w' THEN 'update'
                    WHEN 'd' THEN 'delete' ELSE 'all' END
       || ' to ' || (SELECT string_agg(name, ', ' ORDER BY name COLLATE "C")
                     FROM (SELECT CASE role WHEN 0 THEN 'PUBLIC' ELSE role::regrole::text END AS name
                           FROM unnest(p.polroles) role) named)
       || CASE WHEN p.polqual IS NULL THEN '' ELSE ' using (' || pg_get_expr(p.polqual, p.polrelid) || ')' END
       || CASE WHEN p.polwithcheck IS NULL THEN '' ELSE ' with check (' || pg_get_expr(p.polwithcheck, p.polrelid) || ')' END,
       NULL, NULL, NULL
FROM pg_policy p
JOIN relation c ON c.oid = p.polrelid

UNION ALL
SELECT 'pg_statistic_ext'::regclass, x.oid, 0, 'statistics',
       x.stxnamespace::regnamespace || '.' || quote_ident(x.stxname), 'table ' || x.stxrelid::regclass, NULL,
       pg_get_statisticsobjdef(x.oid)
       || CASE WHEN x.stxstattarget >= 0 THEN ' statistics ' || x.stxstattarget ELSE '' END,
       x.stxowner, NULL, NULL
FROM pg_statistic_ext x
WHERE x.stxnamespace = ANY ((SELECT schemas FROM scope)::oid[])
  AND NOT EXISTS (SELECT FROM member m WHERE m.objid = x.oid AND m.classid = 'pg_statistic_ext'::regclass)
