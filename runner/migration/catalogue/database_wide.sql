-- What lies in the database, but in no schema
SELECT 'pg_extension'::regclass::oid, e.oid, 0, 'extension', quote_ident(e.extname), NULL::text, NULL::text,
       'version ' || quote_literal(e.extversion) || ' in schema ' || e.extnamespace::regnamespace,
       e.extowner, NULL::aclitem[], NULL::aclitem[]
FROM pg_extension e

UNION ALL
SELECT 0, 0, 0, 'dependency', 'of ' || o.type || ' ' || o.identity || ' on extension ' || quote_ident(e.extname),
       NULL, NULL, '', NULL, NULL, NULL
FROM pg_extension e
JOIN pg_depend d ON d.refclassid = 'pg_extension'::regclass AND d.refobjid = e.oid AND d.deptype = 'x'
CROSS JOIN LATERAL pg_identify_object(d.classid, d.objid, d.objsubid) o

UNION ALL
SELECT 'pg_publication'::regclass, p.oid, 0, 'publication', quote_ident(p.pubname), NULL, NULL,
       'of ' || concat_ws(', ', CASE WHEN p.puballtables THEN 'all tables' END, CASE WHEN p.pubinsert THEN 'insert' END,
                          CASE WHEN p.pubupdate THEN 'update' END, CASE WHEN p.pubdelete THEN 'delete' END,
                          CASE WHEN p.pubtruncate THEN 'truncate' END)
       || CASE WHEN p.pubviaroot THEN ' via partition root' ELSE '' END
       || CASE WHEN p.pubgencols <> 'n' THEN ' with generated columns' ELSE '' END  -- since 18
       , p.pubowner, NULL, NULL
FROM pg_publication p
WHERE NOT EXISTS (SELECT FROM member m WHERE m.objid = p.oid AND m.classid = 'pg_publication'::regclass)

UNION ALL
SELECT 'pg_publication_rel'::regclass, r.oid, 0, 'publication table', r.prrelid::regclass || ' in ' || quote_ident(p.pubname),
       'publication ' || quote_ident(p.pubname), 'table ' || r.prrelid::regclass,
       ''
       || coalesce(' (' || (SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY a.attname) FROM pg_attribute a  -- since 15
                            WHERE a.attrelid = r.prrelid AND a.attnum = ANY (r.prattrs)) || ')', '')  -- since 15
       || coalesce(' where ' || pg_get_expr(r.prqual, r.prrelid), '')  -- since 15
       , NULL, NULL, NULL
FROM pg_publication_rel r
JOIN pg_publication p ON p.oid = r.prpubid

UNION ALL  -- since 15
SELECT 'pg_publication_namespace'::regclass, n.oid, 0, 'publication schema',  -- since 15
       n.pnnspid::regnamespace || ' in ' || quote_ident(p.pubname),  -- since 15
       'publication ' || quote_ident(p.pubname), 'schema ' || n.pnnspid::regnamespace, '', NULL, NULL, NULL  -- since 15
FROM pg_publication_namespace n JOIN pg_publication p ON p.oid = n.pnpubid  -- since 15

UNION ALL
-- Only a superuser may read how a subscription connects; version 13 hides its number, too, so that comments
-- are found from 14 on.
SELECT 'pg_subscription'::regclass,
       0,  -- until 13
       s.oid,  -- since 14
       0, 'subscription', quote_ident(s.subname), NULL, NULL,
       CASE WHEN s.subenabled THEN 'enabled' ELSE 'disabled' END
       || ' publications ' || (SELECT string_agg(quote_ident(p), ', ' ORDER BY p COLLATE "C") FROM unnest(s.subpublications) p)
       || coalesce(' slot ' || quote_ident(s.subslotname), ' no slot')
       || ' commit ' || s.subsynccommit  -- since 14
       || CASE WHEN s.subbinary THEN ' binary' ELSE '' END  -- since 14
       || ' streaming ' || s.substream::text  -- since 14; "char" since 16
       || CASE WHEN s.subtwophasestate <> 'd' THEN ' two phase' ELSE '' END  -- since 15
       || CASE WHEN s.subdisableonerr THEN ' disable on error' ELSE '' END  -- since 15
       || CASE WHEN s.subpasswordrequired THEN '' ELSE ' no password required' END  -- since 16
       || CASE WHEN s.subrunasowner THEN ' run as owner' ELSE '' END  -- since 16
       || ' origin ' || s.suborigin  -- since 16
       || CASE WHEN s.subfailover THEN ' failover' ELSE '' END  -- since 17
       || CASE WHEN has_column_privilege('pg_subscription', 'subconninfo', 'select') THEN
            coalesce(' connection ' || substring(query_to_xml(format(
              $sql$SELECT $digest(subconninfo)$ AS digest FROM pg_subscription WHERE subname = %L AND subdbid = %s$sql$,
              s.subname, s.subdbid), false, true, '')::text FROM '<digest>(.*)</digest>'), '') ELSE '' END,
       s.subowner, NULL, NULL
FROM pg_subscription s
WHERE s.subdbid = (SELECT oid FROM pg_database WHERE datname = current_database())

UNION ALL
SELECT 'pg_foreign_data_wrapper'::regclass, w.oid, 0, 'foreign data wrapper', quote_ident(w.fdwname), NULL, NULL,
       CASE WHEN w.fdwhandler <> 0 THEN 'handler ' || w.fdwhandler::regprocedure ELSE 'no handler' END
       || CASE WHEN w.fdwvalidator <> 0 THEN ' validator ' || w.fdwvalidator::regprocedure ELSE '' END
       || $options(w.fdwoptions)$,
       w.fdwowner, w.fdwacl, CASE WHEN w.fdwacl IS NOT NULL THEN acldefault('F', w.fdwowner) END
FROM pg_foreign_data_wrapper w
WHERE NOT EXISTS (SELECT FROM member m WHERE m.objid = w.oid AND m.classid = 'pg_foreign_data_wrapper'::regclass)

UNION ALL
SELECT 'pg_foreign_server'::regclass, s.oid, 0, 'server', quote_ident(s.srvname), 'foreign data wrapper ' || quote_ident(w.fdwname), NULL,
       'wrapper ' || quote_ident(w.fdwname) || coalesce(' type ' || quote_literal(s.srvtype), '')
       || coalesce(' version ' || quote_literal(s.srvversion), '') || $options(s.srvoptions)$,
       s.srvowner, s.srvacl, CASE WHEN s.srvacl IS NOT NULL THEN acldefault('S', s.srvowner) END
FROM pg_foreign_server s
JOIN pg_foreign_data_wrapper w ON w.oid = s.srvfdw
WHERE NOT EXISTS (SELECT FROM member m WHERE m.objid = s.oid AND m.classid = 'pg_foreign_server'::regclass)

UNION ALL
-- Options are NULL for whom they do not concern
SELECT 'pg_user_mapping'::regclass, u.umid, 0, 'user mapping',
       'for ' || CASE u.umuser WHEN 0 THEN 'PUBLIC' ELSE u.umuser::regrole::text END || ' on ' || quote_ident(u.srvname),
       'server ' || quote_ident(u.srvname), NULL, '' || $options(u.umoptions)$, NULL, NULL, NULL
FROM pg_user_mappings u

UNION ALL
SELECT 'pg_default_acl'::regclass, d.oid, 0, 'default privileges',
       'of ' || d.defaclrole::regrole || ' for ' || CASE d.defaclobjtype WHEN 'r' THEN 'tables' WHEN 'S' THEN 'sequences'
         WHEN 'f' THEN 'functions' WHEN 'T' THEN 'types' WHEN 'n' THEN 'schemas' ELSE 'large objects' END
       || CASE WHEN d.defaclnamespace <> 0 THEN ' in ' || d.defaclnamespace::regnamespace ELSE '' END,
       CASE WHEN d.defaclnamespace <> 0 THEN 'schema ' || d.defaclnamespace::regnamespace END, NULL,
       coalesce((SELECT string_agg(item, ', ' ORDER BY item COLLATE "C")
                 FROM (SELECT lower(x.privilege_type) || CASE WHEN x.is_grantable THEN ' with grant option' ELSE '' END || ' to '
                              || CASE x.grantee WHEN 0 THEN 'PUBLIC' ELSE x.grantee::regrole::text END AS item
                       FROM aclexplode(d.defaclacl) x) items), 'none'),
       NULL, NULL, NULL
FROM pg_default_acl d
WHERE d.defaclnamespace = 0 OR d.defaclnamespace = ANY ((SELECT schemas FROM scope)::oid[])
