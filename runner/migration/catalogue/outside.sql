-- What lies outside the database, and the database itself, whose name is no part of it
SELECT 'pg_authid'::regclass::oid, r.oid, 0, 'role', quote_ident(r.rolname), NULL::text, NULL::text,
       concat_ws(' ', CASE WHEN r.rolsuper THEN 'superuser' END, CASE WHEN r.rolcanlogin THEN 'login' ELSE 'nologin' END,
                 CASE WHEN NOT r.rolinherit THEN 'noinherit' END, CASE WHEN r.rolcreaterole THEN 'createrole' END,
                 CASE WHEN r.rolcreatedb THEN 'createdb' END, CASE WHEN r.rolreplication THEN 'replication' END,
                 CASE WHEN r.rolbypassrls THEN 'bypassrls' END,
                 CASE WHEN r.rolconnlimit >= 0 THEN 'connection limit ' || r.rolconnlimit END,
                 'valid until ' || r.rolvaliduntil),
       NULL::oid, NULL::aclitem[], NULL::aclitem[]
FROM pg_roles r
WHERE r.rolname !~ '^pg_' AND r.rolname <> ALL ($excluded_roles$)

UNION ALL
SELECT 0, 0, 0, 'membership', 'of ' || m.member::regrole || ' in ' || m.roleid::regrole
       || CASE WHEN m.grantor <> 10 THEN ' granted by ' || m.grantor::regrole ELSE '' END  -- since 16
       , 'role ' || m.member::regrole, 'role ' || m.roleid::regrole,
       CASE WHEN m.admin_option THEN 'with admin option' ELSE '' END
       || CASE WHEN m.inherit_option THEN '' ELSE ' without inherit' END  -- since 16
       || CASE WHEN m.set_option THEN '' ELSE ' without set' END  -- since 16
       , NULL, NULL, NULL
FROM pg_auth_members m

UNION ALL
-- A setting that PostgreSQL does not know may hold anything, such as an application's key
SELECT 0, 0, 0, 'setting',
       split_part(c.setting, '=', 1)
       || CASE WHEN s.setrole <> 0 THEN ' of role ' || s.setrole::regrole ELSE '' END
       || CASE WHEN s.setdatabase <> 0 THEN ' in this database' ELSE '' END,
       CASE WHEN s.setrole <> 0 THEN 'role ' || s.setrole::regrole END, NULL,
       CASE WHEN position('.' IN split_part(c.setting, '=', 1)) > 0
            THEN $digest(substr(c.setting, position('=' IN c.setting) + 1))$
            ELSE substr(c.setting, position('=' IN c.setting) + 1) END,
       NULL, NULL, NULL
FROM pg_db_role_setting s
CROSS JOIN LATERAL unnest(s.setconfig) c(setting)
WHERE s.setdatabase IN (0, (SELECT oid FROM pg_database WHERE datname = current_database()))

UNION ALL
SELECT 'pg_database'::regclass, d.oid, 0, 'database', '(this one)', NULL, NULL,
       concat_ws(' ', CASE WHEN NOT d.datallowconn THEN 'no connections' END, CASE WHEN d.datistemplate THEN 'template' END,
                 CASE WHEN d.datconnlimit >= 0 THEN 'connection limit ' || d.datconnlimit END),
       d.datdba, d.datacl, CASE WHEN d.datacl IS NOT NULL THEN acldefault('d', d.datdba) END
FROM pg_database d
WHERE d.datname = current_database()

UNION ALL
SELECT 'pg_tablespace'::regclass, t.oid, 0, 'tablespace', quote_ident(t.spcname), NULL, NULL,
       coalesce(array_to_string(t.spcoptions, ', '), ''),
       t.spcowner, t.spcacl, CASE WHEN t.spcacl IS NOT NULL THEN acldefault('t', t.spcowner) END
FROM pg_tablespace t
WHERE t.oid >= 16384

UNION ALL  -- since 15
SELECT 'pg_parameter_acl'::regclass, p.oid, 0, 'parameter', p.parname, NULL, NULL, NULL, 10::oid,  -- since 15
       p.paracl, acldefault('p', 10)  -- since 15
FROM pg_parameter_acl p  -- since 15
