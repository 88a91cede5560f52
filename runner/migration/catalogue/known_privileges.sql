-- What belongs to an extension or to PostgreSQL itself is not listed, but who may use it: as far as that was
-- changed since it was made (pg_init_privs). The number is left out, so that nothing else is said about them.
SELECT 0::oid, 0::oid, 0,
       CASE c.relkind WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view' WHEN 'S' THEN 'sequence' ELSE 'table' END,
       c.oid::regclass::text, 'extension ' || quote_ident(e.extname), NULL::text, NULL::text, c.relowner, c.relacl,
       coalesce(i.initprivs, acldefault(CASE c.relkind WHEN 'S' THEN 's' ELSE 'r' END::"char", c.relowner))
FROM pg_class c
LEFT JOIN member m ON m.objid = c.oid AND m.classid = 'pg_class'::regclass
LEFT JOIN pg_extension e ON e.oid = m.refobjid
LEFT JOIN pg_init_privs i ON i.objoid = c.oid AND i.classoid = 'pg_class'::regclass AND i.objsubid = 0
WHERE c.relacl IS NOT NULL AND c.relacl IS DISTINCT FROM i.initprivs AND c.relpersistence <> 't'
  AND (e.oid IS NOT NULL OR c.relnamespace = 'pg_catalog'::regnamespace)

UNION ALL
SELECT 0::oid, 0::oid, 0,
       CASE p.prokind WHEN 'p' THEN 'procedure' WHEN 'a' THEN 'aggregate' ELSE 'function' END, p.oid::regprocedure::text,
       'extension ' || quote_ident(e.extname), NULL, NULL, p.proowner, p.proacl,
       coalesce(i.initprivs, acldefault('f', p.proowner))
FROM pg_proc p
LEFT JOIN member m ON m.objid = p.oid AND m.classid = 'pg_proc'::regclass
LEFT JOIN pg_extension e ON e.oid = m.refobjid
LEFT JOIN pg_init_privs i ON i.objoid = p.oid AND i.classoid = 'pg_proc'::regclass AND i.objsubid = 0
WHERE p.proacl IS NOT NULL AND p.proacl IS DISTINCT FROM i.initprivs
  AND (e.oid IS NOT NULL OR p.pronamespace = 'pg_catalog'::regnamespace)

UNION ALL
SELECT 0::oid, 0::oid, 0, 'schema', quote_ident(n.nspname), 'extension ' || quote_ident(e.extname), NULL, NULL,
       n.nspowner, n.nspacl, coalesce(i.initprivs, acldefault('n', n.nspowner))
FROM pg_namespace n
LEFT JOIN member m ON m.objid = n.oid AND m.classid = 'pg_namespace'::regclass
LEFT JOIN pg_extension e ON e.oid = m.refobjid
LEFT JOIN pg_init_privs i ON i.objoid = n.oid AND i.classoid = 'pg_namespace'::regclass AND i.objsubid = 0
WHERE n.nspacl IS NOT NULL AND n.nspacl IS DISTINCT FROM i.initprivs
  AND (e.oid IS NOT NULL OR n.nspname = 'pg_catalog')

UNION ALL
SELECT 0::oid, 0::oid, 0, CASE t.typtype WHEN 'd' THEN 'domain' ELSE 'type' END, t.oid::regtype::text,
       'extension ' || quote_ident(e.extname), NULL, NULL, t.typowner, t.typacl,
       coalesce(i.initprivs, acldefault('T', t.typowner))
FROM pg_type t
LEFT JOIN member m ON m.objid = t.oid AND m.classid = 'pg_type'::regclass
LEFT JOIN pg_extension e ON e.oid = m.refobjid
LEFT JOIN pg_init_privs i ON i.objoid = t.oid AND i.classoid = 'pg_type'::regclass AND i.objsubid = 0
WHERE t.typacl IS NOT NULL AND t.typacl IS DISTINCT FROM i.initprivs
  AND (e.oid IS NOT NULL OR t.typnamespace = 'pg_catalog'::regnamespace)

UNION ALL
SELECT 0::oid, 0::oid, 0, 'foreign data wrapper', quote_ident(w.fdwname),
       'extension ' || quote_ident(e.extname), NULL, NULL, w.fdwowner, w.fdwacl,
       coalesce(i.initprivs, acldefault('F', w.fdwowner))
FROM pg_foreign_data_wrapper w
JOIN member m ON m.objid = w.oid AND m.classid = 'pg_foreign_data_wrapper'::regclass
JOIN pg_extension e ON e.oid = m.refobjid
LEFT JOIN pg_init_privs i ON i.objoid = w.oid AND i.classoid = 'pg_foreign_data_wrapper'::regclass AND i.objsubid = 0
WHERE w.fdwacl IS NOT NULL AND w.fdwacl IS DISTINCT FROM i.initprivs

UNION ALL
-- Languages: the built-in ones and an extension's
SELECT 0::oid, 0::oid, 0, 'language', quote_ident(l.lanname), 'extension ' || quote_ident(e.extname), NULL, NULL,
       l.lanowner, l.lanacl, coalesce(i.initprivs, acldefault('l', l.lanowner))
FROM pg_language l
LEFT JOIN member m ON m.objid = l.oid AND m.classid = 'pg_language'::regclass
LEFT JOIN pg_extension e ON e.oid = m.refobjid
LEFT JOIN pg_init_privs i ON i.objoid = l.oid AND i.classoid = 'pg_language'::regclass AND i.objsubid = 0
WHERE l.lanacl IS NOT NULL AND l.lanacl IS DISTINCT FROM i.initprivs AND (e.oid IS NOT NULL OR NOT l.lanispl)
