-- Functions and procedures; the constructors of range types follow from their types
SELECT 'pg_proc'::regclass::oid, p.oid, 0, CASE p.prokind WHEN 'p' THEN 'procedure' ELSE 'function' END,
       p.oid::regprocedure::text, NULL::text, NULL::text, pg_get_functiondef(p.oid),
       p.proowner, p.proacl, CASE WHEN p.proacl IS NOT NULL THEN acldefault('f', p.proowner) END
FROM pg_proc p
WHERE p.prokind <> 'a' AND p.pronamespace = ANY ((SELECT schemas FROM scope)::oid[])
  AND NOT EXISTS (SELECT FROM member m WHERE m.objid = p.oid AND m.classid = 'pg_proc'::regclass)
  AND NOT EXISTS (SELECT FROM pg_depend d
                  WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'i')

UNION ALL
SELECT 'pg_proc'::regclass, p.oid, 0, 'aggregate', p.oid::regprocedure::text, NULL, NULL,
       format('(%s) returns %s: step %s state %s space %s', pg_get_function_arguments(p.oid),
              format_type(p.prorettype, NULL), a.aggtransfn::regprocedure, format_type(a.aggtranstype, NULL), a.aggtransspace)
       || CASE a.aggkind WHEN 'h' THEN ' hypothetical set' WHEN 'o' THEN ' ordered set' ELSE '' END
       || CASE WHEN a.aggkind <> 'n' THEN ' direct arguments ' || a.aggnumdirectargs ELSE '' END
       || coalesce(' initially ' || quote_literal(a.agginitval), '')
       || CASE WHEN a.aggfinalfn <> 0 THEN ' final ' || a.aggfinalfn::regprocedure ELSE '' END
       || CASE WHEN a.aggfinalextra THEN ' with extra arguments' ELSE '' END
       || format(' modify %s %s', a.aggfinalmodify, a.aggmfinalmodify)
       || CASE WHEN a.aggcombinefn <> 0 THEN ' combine ' || a.aggcombinefn::regprocedure ELSE '' END
       || CASE WHEN a.aggserialfn <> 0 THEN ' serialize ' || a.aggserialfn::regprocedure ELSE '' END
       || CASE WHEN a.aggdeserialfn <> 0 THEN ' deserialize ' || a.aggdeserialfn::regprocedure ELSE '' END
       || CASE WHEN a.aggmtransfn <> 0 THEN
            format(' moving step %s inverse %s state %s space %s', a.aggmtransfn::regprocedure,
                   a.aggminvtransfn::regprocedure, format_type(a.aggmtranstype, NULL), a.aggmtransspace)
            || coalesce(' initially ' || quote_literal(a.aggminitval), '')
            || CASE WHEN a.aggmfinalfn <> 0 THEN ' final ' || a.aggmfinalfn::regprocedure ELSE '' END
            || CASE WHEN a.aggmfinalextra THEN ' with extra arguments' ELSE '' END
          ELSE '' END
       || CASE WHEN a.aggsortop <> 0 THEN ' sorted by ' || a.aggsortop::regoperator ELSE '' END
       || CASE p.proparallel WHEN 's' THEN ' parallel safe' WHEN 'r' THEN ' parallel restricted' ELSE '' END,
       p.proowner, p.proacl, CASE WHEN p.proacl IS NOT NULL THEN acldefault('f', p.proowner) END
FROM pg_proc p
JOIN pg_aggregate a ON a.aggfnoid = p.oid
WHERE p.prokind = 'a' AND p.pronamespace = ANY ((SELECT schemas FROM scope)::oid[])
  AND NOT EXISTS (SELECT FROM member m WHERE m.objid = p.oid AND m.classid = 'pg_proc'::regclass)

UNION ALL
SELECT 'pg_language'::regclass, l.oid, 0, 'language', quote_ident(l.lanname), NULL, NULL,
       CASE WHEN l.lanpltrusted THEN 'trusted ' ELSE '' END || 'handler ' || l.lanplcallfoid::regprocedure
       || CASE WHEN l.laninline <> 0 THEN ' inline ' || l.laninline::regprocedure ELSE '' END
       || CASE WHEN l.lanvalidator <> 0 THEN ' validator ' || l.lanvalidator::regprocedure ELSE '' END,
       l.lanowner, l.lanacl, CASE WHEN l.lanacl IS NOT NULL THEN acldefault('l', l.lanowner) END
FROM pg_language l
WHERE l.lanispl AND NOT EXISTS (SELECT FROM member m WHERE m.objid = l.oid AND m.classid = 'pg_language'::regclass)

UNION ALL
SELECT 'pg_event_trigger'::regclass, e.oid, 0, 'event trigger', quote_ident(e.evtname), NULL, NULL,
       'on ' || e.evtevent
       || coalesce(' when tag in (' || (SELECT string_agg(tag, ', ' ORDER BY tag COLLATE "C") FROM unnest(e.evttags) tag) || ')', '')
       || ' execute ' || e.evtfoid::regprocedure
       || CASE e.evtenabled WHEN 'D' THEN ' disabled' WHEN 'R' THEN ' enabled replica' WHEN 'A' THEN ' enabled always' ELSE '' END,
       e.evtowner, NULL, NULL
FROM pg_event_trigger e
WHERE NOT EXISTS (SELECT FROM member m WHERE m.objid = e.oid AND m.classid = 'pg_event_trigger'::regclass)
