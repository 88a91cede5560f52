-- Operators; shells that only another one's COMMUTATOR or NEGATOR made do nothing yet
SELECT 'pg_operator'::regclass::oid, o.oid, 0, 'operator', o.oid::regoperator::text, NULL::text, NULL::text,
       'function ' || o.oprcode::oid::regprocedure
       || CASE WHEN o.oprcom <> 0 THEN ' commutator ' || o.oprcom::regoperator ELSE '' END
       || CASE WHEN o.oprnegate <> 0 THEN ' negator ' || o.oprnegate::regoperator ELSE '' END
       || CASE WHEN o.oprrest <> 0 THEN ' restrict ' || o.oprrest ELSE '' END
       || CASE WHEN o.oprjoin <> 0 THEN ' join ' || o.oprjoin ELSE '' END
       || CASE WHEN o.oprcanhash THEN ' hashes' ELSE '' END
       || CASE WHEN o.oprcanmerge THEN ' merges' ELSE '' END,
       o.oprowner, NULL::aclitem[], NULL::aclitem[]
FROM pg_operator o
WHERE o.oprcode <> 0 AND o.oprnamespace = ANY ((SELECT schemas FROM scope)::oid[])
  AND NOT EXISTS (SELECT FROM member m WHERE m.objid = o.oid AND m.classid = 'pg_operator'::regclass)

UNION ALL
SELECT 'pg_opclass'::regclass, c.oid, 0, 'operator class',
       c.opcnamespace::regnamespace || '.' || quote_ident(c.opcname) || ' using ' || quote_ident(am.amname),
       'operator family ' || f.opfnamespace::regnamespace || '.' || quote_ident(f.opfname) || ' using ' || quote_ident(am.amname),
       NULL,
       CASE WHEN c.opcdefault THEN 'default ' ELSE '' END || 'for ' || format_type(c.opcintype, NULL)
       || ' family ' || f.opfnamespace::regnamespace || '.' || quote_ident(f.opfname)
       || CASE WHEN c.opckeytype <> 0 THEN ' storage ' || format_type(c.opckeytype, NULL) ELSE '' END,
       c.opcowner, NULL, NULL
FROM pg_opclass c
JOIN pg_opfamily f ON f.oid = c.opcfamily
JOIN pg_am am ON am.oid = c.opcmethod
WHERE c.opcnamespace = ANY ((SELECT schemas FROM scope)::oid[])
  AND NOT EXISTS (SELECT FROM member m WHERE m.objid = c.oid AND m.classid = 'pg_opclass'::regclass)

UNION ALL
SELECT 'pg_opfamily'::regclass, f.oid, 0, 'operator family',
       f.opfnamespace::regnamespace || '.' || quote_ident(f.opfname) || ' using ' || quote_ident(am.amname), NULL, NULL,
       coalesce((SELECT string_agg(part, ', ' ORDER BY part COLLATE "C")
                 FROM (SELECT format('operator %s %s', o.amopstrategy, o.amopopr::regoperator)
                              || CASE WHEN o.amopsortfamily <> 0 THEN
                                   (SELECT format(' for order by %s.%I', s.opfnamespace::regnamespace, s.opfname)
                                    FROM pg_opfamily s WHERE s.oid = o.amopsortfamily) ELSE '' END AS part
                       FROM pg_amop o WHERE o.amopfamily = f.oid
                       UNION ALL
                       SELECT format('function %s (%s, %s) %s', p.amprocnum, format_type(p.amproclefttype, NULL),
                                     format_type(p.amprocrighttype, NULL), p.amproc::oid::regprocedure)
                       FROM pg_amproc p WHERE p.amprocfamily = f.oid) parts), ''),
       f.opfowner, NULL, NULL
FROM pg_opfamily f
JOIN pg_am am ON am.oid = f.opfmethod
WHERE f.opfnamespace = ANY ((SELECT schemas FROM scope)::oid[])
  AND NOT EXISTS (SELECT FROM member m WHERE m.objid = f.oid AND m.classid = 'pg_opfamily'::regclass)

UNION ALL
SELECT 'pg_am'::regclass, a.oid, 0, 'access method', quote_ident(a.amname), NULL, NULL,
       CASE a.amtype WHEN 't' THEN 'table' ELSE 'index' END || ' handler ' || a.amhandler::oid::regprocedure,
       NULL, NULL, NULL
FROM pg_am a
WHERE a.oid >= 16384 AND NOT EXISTS (SELECT FROM member m WHERE m.objid = a.oid AND m.classid = 'pg_am'::regclass)

UNION ALL
SELECT 'pg_ts_config'::regclass, c.oid, 0, 'text search configuration',
       c.cfgnamespace::regnamespace || '.' || quote_ident(c.cfgname), NULL, NULL,
       'parser ' || p.prsnamespace::regnamespace || '.' || quote_ident(p.prsname)
       || coalesce(' mapping (' ||
          (SELECT string_agg(format('%s to %s', token.alias, m.mapdict::regdictionary), ', ' ORDER BY m.maptokentype, m.mapseqno)
           FROM pg_ts_config_map m JOIN ts_token_type(c.cfgparser) token ON token.tokid = m.maptokentype
           WHERE m.mapcfg = c.oid) || ')', ''),
       c.cfgowner, NULL, NULL
FROM pg_ts_config c
JOIN pg_ts_parser p ON p.oid = c.cfgparser
WHERE c.cfgnamespace = ANY ((SELECT schemas FROM scope)::oid[])
  AND NOT EXISTS (SELECT FROM member m WHERE m.objid = c.oid AND m.classid = 'pg_ts_config'::regclass)

UNION ALL
SELECT 'pg_ts_dict'::regclass, d.oid, 0, 'text search dictionary',
       d.dictnamespace::regnamespace || '.' || quote_ident(d.dictname), NULL, NULL,
       format('template %s.%I', t.tmplnamespace::regnamespace, t.tmplname) || coalesce(' options ' || d.dictinitoption, ''),
       d.dictowner, NULL, NULL
FROM pg_ts_dict d
JOIN pg_ts_template t ON t.oid = d.dicttemplate
WHERE d.dictnamespace = ANY ((SELECT schemas FROM scope)::oid[])
  AND NOT EXISTS (SELECT FROM member m WHERE m.objid = d.oid AND m.classid = 'pg_ts_dict'::regclass)

UNION ALL
SELECT 'pg_ts_template'::regclass, t.oid, 0, 'text search template',
       t.tmplnamespace::regnamespace || '.' || quote_ident(t.tmplname), NULL, NULL,
       format('init %s lexize %s', t.tmplinit, t.tmpllexize), NULL, NULL, NULL
FROM pg_ts_template t
WHERE t.tmplnamespace = ANY ((SELECT schemas FROM scope)::oid[])
  AND NOT EXISTS (SELECT FROM member m WHERE m.objid = t.oid AND m.classid = 'pg_ts_template'::regclass)

UNION ALL
SELECT 'pg_ts_parser'::regclass, p.oid, 0, 'text search parser',
       p.prsnamespace::regnamespace || '.' || quote_ident(p.prsname), NULL, NULL,
       format('start %s gettoken %s end %s headline %s lextypes %s', p.prsstart, p.prstoken, p.prsend, p.prsheadline,
              p.prslextype), NULL, NULL, NULL
FROM pg_ts_parser p
WHERE p.prsnamespace = ANY ((SELECT schemas FROM scope)::oid[])
  AND NOT EXISTS (SELECT FROM member m WHERE m.objid = p.oid AND m.classid = 'pg_ts_parser'::regclass)
