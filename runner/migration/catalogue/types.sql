-- Enums, domains, ranges and base types; array types follow from their elements
SELECT 'pg_type'::regclass::oid, t.oid, 0, CASE t.typtype WHEN 'd' THEN 'domain' ELSE 'type' END, t.oid::regtype::text,
       NULL::text, NULL::text,
       CASE
       WHEN NOT t.typisdefined THEN 'shell'
       WHEN t.typtype = 'e' THEN
         (SELECT 'enum (' || coalesce(string_agg(quote_literal(e.enumlabel), ', ' ORDER BY e.enumsortorder), '') || ')'
          FROM pg_enum e WHERE e.enumtypid = t.oid)
       WHEN t.typtype = 'd' THEN
         format_type(t.typbasetype, t.typtypmod)
         || CASE WHEN t.typcollation <> (SELECT b.typcollation FROM pg_type b WHERE b.oid = t.typbasetype)
            THEN ' collate ' || t.typcollation::regcollation ELSE '' END
         || coalesce(' default ' || coalesce(pg_get_expr(t.typdefaultbin, 0), quote_literal(t.typdefault)), '')
         || CASE WHEN t.typnotnull THEN ' not null' ELSE '' END
         || coalesce((SELECT ' named ' || quote_ident(n.conname) FROM pg_constraint n  -- since 17
                      WHERE n.contypid = t.oid AND n.contype = 'n' AND n.conname <> t.typname || '_not_null'), '')  -- since 17
       WHEN t.typtype = 'r' THEN
         (SELECT 'range of ' || format_type(r.rngsubtype, NULL)
                 || ' operator class ' || o.opcnamespace::regnamespace || '.' || quote_ident(o.opcname)
                 || CASE WHEN r.rngcollation <> 0 THEN ' collate ' || r.rngcollation::regcollation ELSE '' END
                 || CASE WHEN r.rngcanonical <> 0 THEN ' canonical ' || r.rngcanonical::regprocedure ELSE '' END
                 || CASE WHEN r.rngsubdiff <> 0 THEN ' difference ' || r.rngsubdiff::regprocedure ELSE '' END
                 || ' multirange ' || r.rngmultitypid::regtype  -- since 14
          FROM pg_range r JOIN pg_opclass o ON o.oid = r.rngsubopc WHERE r.rngtypid = t.oid)
       ELSE
         format('base: input %s output %s receive %s send %s', t.typinput, t.typoutput, t.typreceive, t.typsend)
         || format(' modifiers %s %s analyze %s', t.typmodin, t.typmodout, t.typanalyze)
         || ' subscript ' || t.typsubscript  -- since 14
         || format(' length %s by value %s align %s storage %s category %s preferred %s delimiter %s', t.typlen,
                   t.typbyval, t.typalign, t.typstorage, t.typcategory, t.typispreferred, t.typdelim)
         || CASE WHEN t.typelem <> 0 THEN ' element ' || format_type(t.typelem, NULL) ELSE '' END
         || coalesce(' default ' || quote_literal(t.typdefault), '')
         || CASE WHEN t.typcollation <> 0 THEN ' collatable' ELSE '' END
       END,
       t.typowner, t.typacl, CASE WHEN t.typacl IS NOT NULL THEN acldefault('T', t.typowner) END
FROM pg_type t
WHERE t.typtype IN ('e', 'd', 'r', 'b', 'p') AND t.typnamespace = ANY ((SELECT schemas FROM scope)::oid[])
  AND NOT (t.typelem <> 0 AND EXISTS (SELECT FROM pg_type e WHERE e.oid = t.typelem AND e.typarray = t.oid))
  AND NOT EXISTS (SELECT FROM member m WHERE m.objid = t.oid AND m.classid = 'pg_type'::regclass)

UNION ALL
SELECT 'pg_type'::regclass, t.oid, 0, 'type', t.oid::regtype::text, NULL, NULL,
       'as (' || coalesce((SELECT string_agg(
            quote_ident(a.attname) || ' ' || format_type(a.atttypid, a.atttypmod)
            || CASE WHEN a.attcollation <> 0 AND a.attcollation <> (SELECT b.typcollation FROM pg_type b WHERE b.oid = a.atttypid)
               THEN ' collate ' || a.attcollation::regcollation ELSE '' END, ', ' ORDER BY a.attnum)
          FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped), '') || ')',
       t.typowner, t.typacl, CASE WHEN t.typacl IS NOT NULL THEN acldefault('T', t.typowner) END
FROM pg_class c
JOIN pg_type t ON t.oid = c.reltype
WHERE c.relkind = 'c' AND c.relnamespace = ANY ((SELECT schemas FROM scope)::oid[])
  AND NOT EXISTS (SELECT FROM member m WHERE m.objid = t.oid AND m.classid = 'pg_type'::regclass)

UNION ALL
SELECT 'pg_constraint'::regclass, k.oid, 0, 'constraint', quote_ident(k.conname) || ' on domain ' || t.oid::regtype,
       'domain ' || t.oid::regtype, NULL, pg_get_constraintdef(k.oid), NULL, NULL, NULL
FROM pg_constraint k
JOIN pg_type t ON t.oid = k.contypid
WHERE k.contype <> 'n' AND t.typnamespace = ANY ((SELECT schemas FROM scope)::oid[])
  AND NOT EXISTS (SELECT FROM member m WHERE m.objid = t.oid AND m.classid = 'pg_type'::regclass)

UNION ALL
-- to_jsonb reaches columns that only some versions have
SELECT 'pg_collation'::regclass, c.oid, 0, 'collation', c.collnamespace::regnamespace || '.' || quote_ident(c.collname),
       NULL, NULL,
       'provider ' || CASE c.collprovider WHEN 'i' THEN 'icu' WHEN 'c' THEN 'libc' WHEN 'b' THEN 'builtin' ELSE 'default' END
       || coalesce(' collate ' || quote_literal(c.collcollate), '') || coalesce(' ctype ' || quote_literal(c.collctype), '')
       || coalesce(' locale ' || quote_literal(coalesce(j.c ->> 'colllocale', j.c ->> 'colliculocale')), '')
       || coalesce(' rules ' || quote_literal(j.c ->> 'collicurules'), '')
       || CASE WHEN c.collisdeterministic THEN '' ELSE ' not deterministic' END
       || CASE WHEN c.collencoding >= 0 THEN ' encoding ' || pg_encoding_to_char(c.collencoding) ELSE '' END,
       c.collowner, NULL, NULL
FROM pg_collation c
CROSS JOIN LATERAL to_jsonb(c) AS j(c)
WHERE c.collnamespace = ANY ((SELECT schemas FROM scope)::oid[])
  AND NOT EXISTS (SELECT FROM member m WHERE m.objid = c.oid AND m.classid = 'pg_collation'::regclass)

UNION ALL
SELECT 'pg_conversion'::regclass, c.oid, 0, 'conversion', c.connamespace::regnamespace || '.' || quote_ident(c.conname),
       NULL, NULL,
       CASE WHEN c.condefault THEN 'default ' ELSE '' END
       || format('for %s to %s from %s', pg_encoding_to_char(c.conforencoding), pg_encoding_to_char(c.contoencoding),
                 c.conproc::oid::regprocedure),
       c.conowner, NULL, NULL
FROM pg_conversion c
WHERE c.connamespace = ANY ((SELECT schemas FROM scope)::oid[])
  AND NOT EXISTS (SELECT FROM member m WHERE m.objid = c.oid AND m.classid = 'pg_conversion'::regclass)

UNION ALL
-- Casts and transforms have no schema: 16384 is the first number that a user's object can have
SELECT 'pg_cast'::regclass, c.oid, 0, 'cast', format_type(c.castsource, NULL) || ' as ' || format_type(c.casttarget, NULL),
       NULL, NULL,
       CASE c.castmethod WHEN 'f' THEN 'with function ' || c.castfunc::regprocedure WHEN 'i' THEN 'with inout'
            ELSE 'without function' END
       || CASE c.castcontext WHEN 'a' THEN ' as assignment' WHEN 'i' THEN ' as implicit' ELSE '' END,
       NULL, NULL, NULL
FROM pg_cast c
WHERE c.oid >= 16384
  AND NOT EXISTS (SELECT FROM member m WHERE m.objid = c.oid AND m.classid = 'pg_cast'::regclass)

UNION ALL
SELECT 'pg_transform'::regclass, x.oid, 0, 'transform', format_type(x.trftype, NULL) || ' for ' || quote_ident(l.lanname),
       NULL, NULL,
       format('from sql %s to sql %s', x.trffromsql::oid::regprocedure, x.trftosql::oid::regprocedure),
       NULL, NULL, NULL
FROM pg_transform x
JOIN pg_language l ON l.oid = x.trflang
WHERE NOT EXISTS (SELECT FROM member m WHERE m.objid = x.oid AND m.classid = 'pg_transform'::regclass)
