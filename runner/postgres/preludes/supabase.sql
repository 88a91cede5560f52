-- What a hosted Supabase project takes for granted: its roles, schemas, functions, rights and default extensions.
-- Runs as superuser in a fresh database (PostgreSQL 13 to 17), statement by statement, before any migration.
--
-- Roles belong to the whole server: one that exists is left as it is. Everything else is this database's own.
--
-- Where this differs from a hosted project, and why:
--   * Supabase patches the server (supautils) so that `postgres`, no superuser, may put triggers and policies on the
--     tables of auth, storage and realtime. Here, as on older projects, `postgres` is a member of the roles that own
--     them. So it may do more than today's projects allow, for example ALTER TABLE storage.objects.
--   * An extension that the server lacks, and has no stand-in for, is left out: CREATE EXTENSION fails as it should.
--   * Indexes that only make the services faster, and length checks on their own columns, are left out.
SET client_min_messages = error;

-- Roles ---------------------------------------------------------------------------------------------------------------
-- One block under one lock: two shadows on one server must not create the same role at the same time.
DO $do$
DECLARE
  wanted record;
  setting text;
BEGIN
  LOCK TABLE pg_catalog.pg_auth_members IN SHARE ROW EXCLUSIVE MODE;
  FOR wanted IN
    SELECT * FROM (VALUES
      ('postgres', 'LOGIN CREATEDB CREATEROLE BYPASSRLS REPLICATION', '{}'::text[]),
      ('anon', 'NOLOGIN', ARRAY['statement_timeout = ''3s''']),
      ('authenticated', 'NOLOGIN', ARRAY['statement_timeout = ''8s''']),
      ('service_role', 'NOLOGIN BYPASSRLS', '{}'),
      ('authenticator', 'LOGIN NOINHERIT', ARRAY['statement_timeout = ''8s''', 'lock_timeout = ''8s''']),
      -- hosted: may log in; a superuser without password must not be able to, on a server that others use
      ('supabase_admin', 'NOLOGIN SUPERUSER CREATEDB CREATEROLE BYPASSRLS REPLICATION',
       ARRAY['search_path = "$user", public, auth, extensions']),
      ('supabase_auth_admin', 'LOGIN NOINHERIT CREATEROLE',
       ARRAY['search_path = auth', 'idle_in_transaction_session_timeout = 60000']),
      ('supabase_storage_admin', 'LOGIN NOINHERIT CREATEROLE', ARRAY['search_path = storage']),
      ('supabase_functions_admin', 'LOGIN NOINHERIT CREATEROLE', ARRAY['search_path = supabase_functions']),
      ('supabase_realtime_admin', 'NOLOGIN NOINHERIT', '{}'),
      ('supabase_replication_admin', 'LOGIN REPLICATION', '{}'),
      ('supabase_read_only_user', 'LOGIN BYPASSRLS', ARRAY['default_transaction_read_only = on']),
      ('dashboard_user', 'NOLOGIN CREATEDB CREATEROLE REPLICATION', '{}'),
      ('pgbouncer', 'LOGIN', '{}')
    ) AS roles(name, attributes, settings)
  LOOP
    CONTINUE WHEN EXISTS (SELECT FROM pg_roles WHERE rolname = wanted.name);
    EXECUTE format('CREATE ROLE %I %s', wanted.name, wanted.attributes);
    FOREACH setting IN ARRAY wanted.settings LOOP
      EXECUTE format('ALTER ROLE %I SET %s', wanted.name, setting);
    END LOOP;
  END LOOP;

  FOR wanted IN
    SELECT * FROM (VALUES
      ('anon', 'authenticator'), ('authenticated', 'authenticator'), ('service_role', 'authenticator'),
      ('authenticator', 'supabase_storage_admin'),
      ('anon', 'postgres'), ('authenticated', 'postgres'), ('service_role', 'postgres'), ('authenticator', 'postgres'),
      ('supabase_auth_admin', 'postgres'), ('supabase_storage_admin', 'postgres'),
      ('supabase_functions_admin', 'postgres'), ('supabase_realtime_admin', 'postgres'),
      ('pg_monitor', 'postgres'), ('pg_signal_backend', 'postgres'), ('pg_read_all_data', 'postgres'),
      ('pg_create_subscription', 'postgres'), ('pg_read_all_data', 'supabase_read_only_user'),
      -- migrations run as the owner of the database, whatever its name
      ('postgres', (SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = current_database()))
    ) AS memberships(role, member)
    WHERE role <> member
      AND EXISTS (SELECT FROM pg_roles WHERE rolname = role)  -- the pg_… ones depend on the server's version
      AND NOT EXISTS (SELECT FROM pg_roles WHERE rolname = member AND rolsuper)
  LOOP
    CONTINUE WHEN EXISTS (
      SELECT FROM pg_auth_members
      WHERE roleid = to_regrole(quote_ident(wanted.role)) AND member = to_regrole(quote_ident(wanted.member)));
    -- from 16 on CREATEROLE is not enough to change these roles' settings, which hosted projects may
    EXECUTE format('GRANT %I TO %I %s', wanted.role, wanted.member,
      CASE WHEN wanted.member = 'postgres' AND current_setting('server_version_num')::int >= 160000
           THEN 'WITH ADMIN OPTION' ELSE '' END);
  END LOOP;

  -- the settings for superusers that hosted projects may change; before 15 there is no such right to give
  IF current_setting('server_version_num')::int >= 150000
     AND NOT (SELECT rolsuper FROM pg_roles WHERE rolname = 'postgres') THEN
    EXECUTE 'GRANT SET ON PARAMETER session_replication_role, log_lock_waits, log_min_messages, track_io_timing, '
      'pgrst.db_schemas, pgrst.db_extra_search_path, pgrst.db_max_rows, pgrst.db_pre_request, pgrst.db_plan_enabled, '
      'pgrst.db_aggregates_enabled, pgrst.db_root_spec, pgrst.db_tx_end, pgrst.db_hoisted_tx_settings, '
      'pgrst.db_prepared_statements, pgrst.jwt_aud, pgrst.jwt_role_claim_key, pgrst.openapi_mode, '
      'pgrst.openapi_security_active, pgrst.openapi_server_proxy_uri, pgrst.server_timing_enabled TO postgres';
  END IF;
END
$do$;

-- Database, schemas ---------------------------------------------------------------------------------------------------
DO $do$
BEGIN
  EXECUTE format('ALTER DATABASE %I SET search_path = "$user", public, extensions', current_database());
  EXECUTE format('GRANT ALL ON DATABASE %I TO postgres, dashboard_user, supabase_admin', current_database());
  EXECUTE format('GRANT CREATE ON DATABASE %I TO supabase_auth_admin, supabase_storage_admin', current_database());
  -- from 15 on the schema public is the database owner's by itself
  IF current_setting('server_version_num')::int < 150000 THEN
    EXECUTE format('ALTER SCHEMA public OWNER TO %I',
      (SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = current_database()));
  END IF;
END
$do$;

CREATE SCHEMA auth AUTHORIZATION supabase_admin;
CREATE SCHEMA storage AUTHORIZATION supabase_admin;
CREATE SCHEMA realtime AUTHORIZATION supabase_admin;
CREATE SCHEMA vault AUTHORIZATION supabase_admin;
CREATE SCHEMA graphql AUTHORIZATION supabase_admin;
CREATE SCHEMA graphql_public AUTHORIZATION supabase_admin;
CREATE SCHEMA extensions AUTHORIZATION postgres;
CREATE SCHEMA supabase_functions AUTHORIZATION supabase_admin;
CREATE SCHEMA pgbouncer AUTHORIZATION pgbouncer;

GRANT USAGE ON SCHEMA public, extensions, auth, storage, realtime, graphql, graphql_public, supabase_functions
  TO postgres, anon, authenticated, service_role;
GRANT CREATE ON SCHEMA public TO postgres;
GRANT ALL ON SCHEMA extensions, auth, storage TO postgres, dashboard_user WITH GRANT OPTION;
GRANT ALL ON SCHEMA auth TO supabase_auth_admin;
GRANT ALL ON SCHEMA storage TO supabase_storage_admin WITH GRANT OPTION;
GRANT ALL ON SCHEMA realtime TO supabase_realtime_admin, postgres WITH GRANT OPTION;
GRANT ALL ON SCHEMA supabase_functions TO supabase_functions_admin, postgres;
GRANT USAGE ON SCHEMA graphql, graphql_public TO postgres WITH GRANT OPTION;
GRANT USAGE ON SCHEMA vault TO postgres, service_role;

-- What is created later is open to the API's roles; row level security is what protects it.
DO $do$
DECLARE
  creator name;
  kind text;
BEGIN
  FOR creator IN
    SELECT 'postgres' UNION SELECT 'supabase_admin'
    UNION SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = current_database()
  LOOP
    FOREACH kind IN ARRAY ARRAY['TABLES', 'FUNCTIONS', 'SEQUENCES'] LOOP
      EXECUTE format('ALTER DEFAULT PRIVILEGES FOR ROLE %I IN SCHEMA public, storage, graphql, graphql_public '
        'GRANT ALL ON %s TO postgres, anon, authenticated, service_role', creator, kind);
      EXECUTE format('ALTER DEFAULT PRIVILEGES FOR ROLE %I IN SCHEMA extensions '
        'GRANT ALL ON %s TO postgres WITH GRANT OPTION', creator, kind);
    END LOOP;
  END LOOP;
  FOREACH kind IN ARRAY ARRAY['TABLES', 'FUNCTIONS', 'SEQUENCES'] LOOP
    EXECUTE format('ALTER DEFAULT PRIVILEGES FOR ROLE supabase_auth_admin IN SCHEMA auth '
      'GRANT ALL ON %s TO postgres, dashboard_user', kind);
    EXECUTE format('ALTER DEFAULT PRIVILEGES FOR ROLE supabase_admin IN SCHEMA realtime '
      'GRANT ALL ON %s TO postgres, dashboard_user', kind);
  END LOOP;
END
$do$;

-- Extensions ----------------------------------------------------------------------------------------------------------
-- A managed service gives `postgres` the use of what an extension brings, whoever created the extension. Only where
-- that is known to be harmless, and only what is the extension's own: dblink_connect_u, say, would let a migration
-- become superuser. pgmq's functions create tables as the caller and add them to the extension, so there `postgres` has
-- to own all of it, for which PostgreSQL has no command.
CREATE FUNCTION extensions.grant_extension_access() RETURNS event_trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $fn$
DECLARE
  member record;
  rights text;
BEGIN
  -- pg_cron writes its table as the extension's owner
  UPDATE pg_extension SET extowner = CASE extname WHEN 'pgmq' THEN 'postgres' ELSE current_user END::regrole
  WHERE extname IN ('pgmq', 'pg_cron')
    AND oid IN (SELECT objid FROM pg_event_trigger_ddl_commands() WHERE classid = 'pg_extension'::regclass);
  FOR member IN
    SELECT d.classid, d.objid, e.extname, o.type AS object_type, o.identity, n.nspname, f.fdwname, r.relkind,
      r.oid::regclass = to_regclass('cron.job') AS read_only
    FROM pg_event_trigger_ddl_commands() AS c
    JOIN pg_extension AS e ON c.classid = 'pg_extension'::regclass AND e.oid = c.objid
    JOIN pg_depend AS d ON d.refclassid = 'pg_extension'::regclass AND d.refobjid = e.oid AND d.deptype = 'e'
    CROSS JOIN pg_identify_object(d.classid, d.objid, 0) AS o
    LEFT JOIN pg_namespace AS n ON d.classid = 'pg_namespace'::regclass AND n.oid = d.objid
    LEFT JOIN pg_foreign_data_wrapper AS f ON d.classid = 'pg_foreign_data_wrapper'::regclass AND f.oid = d.objid
    LEFT JOIN pg_class AS r ON d.classid = 'pg_class'::regclass AND r.oid = d.objid
    LEFT JOIN pg_type AS t ON d.classid = 'pg_type'::regclass AND t.oid = d.objid
    LEFT JOIN pg_class AS rows_of ON rows_of.oid = t.typrelid
    -- since 18 the types of tables' rows and of arrays are members, too; they follow those they are of
    WHERE coalesce(rows_of.relkind = 'c', t.typcategory <> 'A', true)
      AND e.extname IN ('pg_cron', 'pg_net', 'pg_graphql', 'pgmq', 'pgsodium', 'supabase_vault', 'pg_partman',
                        'postgis_topology', 'postgis_tiger_geocoder', 'postgres_fdw', 'wrappers')
  LOOP
    IF member.extname = 'pgmq' THEN
      EXECUTE format('ALTER %s %s OWNER TO postgres', replace(member.object_type, 'composite ', ''),
                     member.identity);
      CONTINUE;
    END IF;
    rights := CASE
      WHEN member.nspname IS NOT NULL THEN format('ALL ON SCHEMA %I', member.nspname)
      WHEN member.fdwname IS NOT NULL THEN format('USAGE ON FOREIGN DATA WRAPPER %I', member.fdwname)
      WHEN member.read_only THEN 'SELECT ON cron.job'
      WHEN member.relkind = 'S' THEN format('ALL ON SEQUENCE %s', member.objid::regclass)
      WHEN member.relkind IN ('r', 'p', 'v', 'm', 'f') THEN format('ALL ON TABLE %s', member.objid::regclass)
      WHEN member.classid = 'pg_proc'::regclass THEN format('EXECUTE ON ROUTINE %s', member.objid::regprocedure)
    END;
    CONTINUE WHEN rights IS NULL;
    EXECUTE format('GRANT %s TO postgres WITH GRANT OPTION', rights);
    IF member.nspname = 'net' THEN
      GRANT USAGE ON SCHEMA net TO supabase_functions_admin, anon, authenticated, service_role;
    END IF;
  END LOOP;
END
$fn$;
CREATE EVENT TRIGGER issue_extension_access ON ddl_command_end WHEN TAG IN ('CREATE EXTENSION')
  EXECUTE FUNCTION extensions.grant_extension_access();

-- Dropping or altering pg_cron is `postgres`'s right all the same.
CREATE FUNCTION extensions.lend_cron() RETURNS event_trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $fn$
BEGIN
  UPDATE pg_extension
  SET extowner = CASE TG_EVENT WHEN 'ddl_command_start' THEN 'postgres' ELSE current_user END::regrole
  WHERE extname = 'pg_cron';
END
$fn$;
CREATE EVENT TRIGGER lend_cron_before ON ddl_command_start WHEN TAG IN ('ALTER EXTENSION', 'DROP EXTENSION', 'COMMENT')
  EXECUTE FUNCTION extensions.lend_cron();
CREATE EVENT TRIGGER lend_cron_after ON ddl_command_end WHEN TAG IN ('ALTER EXTENSION', 'DROP EXTENSION', 'COMMENT')
  EXECUTE FUNCTION extensions.lend_cron();

DO $do$
DECLARE
  extension record;
BEGIN
  FOR extension IN
    SELECT wanted.name, wanted.place
    FROM (VALUES ('uuid-ossp', 'extensions', 1), ('pgcrypto', 'extensions', 2), ('pg_stat_statements', 'extensions', 3),
                 ('pgjwt', 'extensions', 4), ('pg_graphql', 'graphql', 5), ('supabase_vault', 'vault', 6)
         ) AS wanted(name, place, turn)
    JOIN pg_available_extensions USING (name)
    WHERE name <> 'pgjwt' OR current_setting('server_version_num')::int < 170000  -- newer projects have none
    ORDER BY wanted.turn
  LOOP
    EXECUTE format('CREATE EXTENSION IF NOT EXISTS %I WITH SCHEMA %I', extension.name, extension.place);
  END LOOP;
  -- hosted projects may drop them
  UPDATE pg_extension SET extowner = 'postgres'::regrole WHERE extname <> 'plpgsql';
END
$do$;

-- auth ----------------------------------------------------------------------------------------------------------------
SET ROLE supabase_auth_admin;
CREATE TYPE auth.aal_level AS ENUM ('aal1', 'aal2', 'aal3');
CREATE TYPE auth.code_challenge_method AS ENUM ('s256', 'plain');
CREATE TYPE auth.factor_status AS ENUM ('unverified', 'verified');
CREATE TYPE auth.factor_type AS ENUM ('totp', 'webauthn', 'phone');
CREATE TYPE auth.oauth_authorization_status AS ENUM ('pending', 'approved', 'denied', 'expired');
CREATE TYPE auth.oauth_client_type AS ENUM ('public', 'confidential');
CREATE TYPE auth.oauth_registration_type AS ENUM ('dynamic', 'manual');
CREATE TYPE auth.oauth_response_type AS ENUM ('code');
CREATE TYPE auth.one_time_token_type AS ENUM ('confirmation_token', 'reauthentication_token', 'recovery_token',
  'email_change_token_new', 'email_change_token_current', 'phone_change_token');

CREATE TABLE auth.users (
  instance_id uuid, id uuid CONSTRAINT users_pkey PRIMARY KEY,
  aud varchar(255), role varchar(255), email varchar(255), encrypted_password varchar(255),
  email_confirmed_at timestamptz, invited_at timestamptz,
  confirmation_token varchar(255), confirmation_sent_at timestamptz,
  recovery_token varchar(255), recovery_sent_at timestamptz,
  email_change_token_new varchar(255), email_change varchar(255), email_change_sent_at timestamptz,
  last_sign_in_at timestamptz, raw_app_meta_data jsonb, raw_user_meta_data jsonb, is_super_admin boolean,
  created_at timestamptz, updated_at timestamptz,
  phone text DEFAULT NULL CONSTRAINT users_phone_key UNIQUE, phone_confirmed_at timestamptz,
  phone_change text DEFAULT '', phone_change_token varchar(255) DEFAULT '', phone_change_sent_at timestamptz,
  confirmed_at timestamptz GENERATED ALWAYS AS (least(email_confirmed_at, phone_confirmed_at)) STORED,
  email_change_token_current varchar(255) DEFAULT '',
  email_change_confirm_status smallint DEFAULT 0 CHECK (email_change_confirm_status BETWEEN 0 AND 2),
  banned_until timestamptz, reauthentication_token varchar(255) DEFAULT '', reauthentication_sent_at timestamptz,
  is_sso_user boolean NOT NULL DEFAULT false, deleted_at timestamptz, is_anonymous boolean NOT NULL DEFAULT false
);
-- an address is unique among those who did not come by single sign-on; tokens are, where they are not blank or a number
CREATE UNIQUE INDEX users_email_partial_key ON auth.users (email) WHERE NOT is_sso_user;
CREATE UNIQUE INDEX confirmation_token_idx ON auth.users (confirmation_token) WHERE confirmation_token !~ '^[0-9 ]*$';
CREATE UNIQUE INDEX recovery_token_idx ON auth.users (recovery_token) WHERE recovery_token !~ '^[0-9 ]*$';
CREATE UNIQUE INDEX email_change_token_current_idx ON auth.users (email_change_token_current)
  WHERE email_change_token_current !~ '^[0-9 ]*$';
CREATE UNIQUE INDEX email_change_token_new_idx ON auth.users (email_change_token_new)
  WHERE email_change_token_new !~ '^[0-9 ]*$';
CREATE UNIQUE INDEX reauthentication_token_idx ON auth.users (reauthentication_token)
  WHERE reauthentication_token !~ '^[0-9 ]*$';

CREATE TABLE auth.identities (
  provider_id text NOT NULL, user_id uuid NOT NULL REFERENCES auth.users ON DELETE CASCADE,
  identity_data jsonb NOT NULL, provider text NOT NULL,
  last_sign_in_at timestamptz, created_at timestamptz, updated_at timestamptz,
  email text GENERATED ALWAYS AS (lower(identity_data ->> 'email')) STORED,
  id uuid DEFAULT gen_random_uuid() PRIMARY KEY,
  CONSTRAINT identities_provider_id_provider_unique UNIQUE (provider_id, provider)
);
CREATE TABLE auth.instances (
  id uuid PRIMARY KEY, uuid uuid, raw_base_config text, created_at timestamptz, updated_at timestamptz
);
CREATE TABLE auth.audit_log_entries (
  instance_id uuid, id uuid PRIMARY KEY, payload json, created_at timestamptz, ip_address varchar(64) NOT NULL DEFAULT ''
);
CREATE TABLE auth.schema_migrations (version varchar(255) PRIMARY KEY);

CREATE TABLE auth.oauth_clients (
  id uuid PRIMARY KEY, client_secret_hash text, registration_type auth.oauth_registration_type NOT NULL,
  redirect_uris text NOT NULL, grant_types text NOT NULL, client_name text, client_uri text, logo_uri text,
  created_at timestamptz NOT NULL DEFAULT now(), updated_at timestamptz NOT NULL DEFAULT now(), deleted_at timestamptz,
  client_type auth.oauth_client_type NOT NULL DEFAULT 'confidential',
  token_endpoint_auth_method text NOT NULL
    CHECK (token_endpoint_auth_method IN ('client_secret_basic', 'client_secret_post', 'none'))
);
CREATE TABLE auth.oauth_client_states (
  id uuid PRIMARY KEY, provider_type text NOT NULL, code_verifier text, created_at timestamptz NOT NULL
);
CREATE TABLE auth.oauth_consents (
  id uuid PRIMARY KEY, user_id uuid NOT NULL REFERENCES auth.users ON DELETE CASCADE,
  client_id uuid NOT NULL REFERENCES auth.oauth_clients ON DELETE CASCADE,
  scopes text NOT NULL, granted_at timestamptz NOT NULL DEFAULT now(), revoked_at timestamptz,
  CONSTRAINT oauth_consents_user_client_unique UNIQUE (user_id, client_id)
);
CREATE TABLE auth.oauth_authorizations (
  id uuid PRIMARY KEY, authorization_id text NOT NULL UNIQUE,
  client_id uuid NOT NULL REFERENCES auth.oauth_clients ON DELETE CASCADE,
  user_id uuid REFERENCES auth.users ON DELETE CASCADE,
  redirect_uri text NOT NULL, scope text NOT NULL, state text, resource text, code_challenge text,
  code_challenge_method auth.code_challenge_method, response_type auth.oauth_response_type NOT NULL DEFAULT 'code',
  status auth.oauth_authorization_status NOT NULL DEFAULT 'pending', authorization_code text UNIQUE,
  created_at timestamptz NOT NULL DEFAULT now(), expires_at timestamptz NOT NULL DEFAULT now() + interval '3 minutes',
  approved_at timestamptz, nonce text
);
CREATE TABLE auth.custom_oauth_providers (
  id uuid DEFAULT gen_random_uuid() PRIMARY KEY, provider_type text NOT NULL CHECK (provider_type IN ('oauth2', 'oidc')),
  identifier text NOT NULL UNIQUE, name text NOT NULL, client_id text NOT NULL, client_secret text NOT NULL,
  acceptable_client_ids text[] NOT NULL DEFAULT '{}', scopes text[] NOT NULL DEFAULT '{}',
  pkce_enabled boolean NOT NULL DEFAULT true, attribute_mapping jsonb NOT NULL DEFAULT '{}',
  authorization_params jsonb NOT NULL DEFAULT '{}', enabled boolean NOT NULL DEFAULT true,
  email_optional boolean NOT NULL DEFAULT false, issuer text, discovery_url text,
  skip_nonce_check boolean NOT NULL DEFAULT false, cached_discovery jsonb, discovery_cached_at timestamptz,
  authorization_url text, token_url text, userinfo_url text, jwks_uri text,
  created_at timestamptz NOT NULL DEFAULT now(), updated_at timestamptz NOT NULL DEFAULT now(),
  custom_claims_allowlist text[] NOT NULL DEFAULT '{}'
);

CREATE TABLE auth.sessions (
  id uuid PRIMARY KEY, user_id uuid NOT NULL REFERENCES auth.users ON DELETE CASCADE,
  created_at timestamptz, updated_at timestamptz, factor_id uuid, aal auth.aal_level, not_after timestamptz,
  refreshed_at timestamp, user_agent text, ip inet, tag text,
  oauth_client_id uuid REFERENCES auth.oauth_clients ON DELETE CASCADE,
  refresh_token_hmac_key text, refresh_token_counter bigint, scopes text
);
CREATE TABLE auth.refresh_tokens (
  instance_id uuid, id bigserial PRIMARY KEY, token varchar(255) CONSTRAINT refresh_tokens_token_unique UNIQUE,
  user_id varchar(255), revoked boolean, created_at timestamptz, updated_at timestamptz, parent varchar(255),
  session_id uuid REFERENCES auth.sessions ON DELETE CASCADE
);
CREATE TABLE auth.one_time_tokens (
  id uuid PRIMARY KEY, user_id uuid NOT NULL REFERENCES auth.users ON DELETE CASCADE,
  token_type auth.one_time_token_type NOT NULL, token_hash text NOT NULL CHECK (token_hash <> ''), relates_to text NOT NULL,
  created_at timestamp NOT NULL DEFAULT now(), updated_at timestamp NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX one_time_tokens_user_id_token_type_key ON auth.one_time_tokens (user_id, token_type);
CREATE TABLE auth.flow_state (
  id uuid PRIMARY KEY, user_id uuid, auth_code text, code_challenge_method auth.code_challenge_method,
  code_challenge text, provider_type text NOT NULL, provider_access_token text, provider_refresh_token text,
  created_at timestamptz, updated_at timestamptz, authentication_method text NOT NULL, auth_code_issued_at timestamptz,
  invite_token text, referrer text, oauth_client_state_id uuid, linking_target_id uuid,
  email_optional boolean NOT NULL DEFAULT false
);
CREATE TABLE auth.mfa_factors (
  id uuid PRIMARY KEY, user_id uuid NOT NULL REFERENCES auth.users ON DELETE CASCADE, friendly_name text,
  factor_type auth.factor_type NOT NULL, status auth.factor_status NOT NULL,
  created_at timestamptz NOT NULL, updated_at timestamptz NOT NULL, secret text, phone text,
  last_challenged_at timestamptz UNIQUE, web_authn_credential jsonb, web_authn_aaguid uuid,
  last_webauthn_challenge_data jsonb
);
CREATE UNIQUE INDEX mfa_factors_user_friendly_name_unique ON auth.mfa_factors (friendly_name, user_id)
  WHERE trim(friendly_name) <> '';
CREATE UNIQUE INDEX unique_phone_factor_per_user ON auth.mfa_factors (user_id, phone);
CREATE TABLE auth.mfa_challenges (
  id uuid PRIMARY KEY,
  factor_id uuid NOT NULL CONSTRAINT mfa_challenges_auth_factor_id_fkey REFERENCES auth.mfa_factors ON DELETE CASCADE,
  created_at timestamptz NOT NULL, verified_at timestamptz, ip_address inet NOT NULL, otp_code text,
  web_authn_session_data jsonb
);
CREATE TABLE auth.mfa_amr_claims (
  session_id uuid NOT NULL REFERENCES auth.sessions ON DELETE CASCADE, created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL, authentication_method text NOT NULL, id uuid CONSTRAINT amr_id_pk PRIMARY KEY,
  CONSTRAINT mfa_amr_claims_session_id_authentication_method_pkey UNIQUE (session_id, authentication_method)
);
CREATE TABLE auth.webauthn_challenges (
  id uuid DEFAULT gen_random_uuid() PRIMARY KEY, user_id uuid REFERENCES auth.users ON DELETE CASCADE,
  challenge_type text NOT NULL CHECK (challenge_type IN ('signup', 'registration', 'authentication')),
  session_data jsonb NOT NULL, created_at timestamptz NOT NULL DEFAULT now(), expires_at timestamptz NOT NULL
);
CREATE TABLE auth.webauthn_credentials (
  id uuid DEFAULT gen_random_uuid() PRIMARY KEY, user_id uuid NOT NULL REFERENCES auth.users ON DELETE CASCADE,
  credential_id bytea NOT NULL, public_key bytea NOT NULL, attestation_type text NOT NULL DEFAULT '', aaguid uuid,
  sign_count bigint NOT NULL DEFAULT 0, transports jsonb NOT NULL DEFAULT '[]',
  backup_eligible boolean NOT NULL DEFAULT false, backed_up boolean NOT NULL DEFAULT false,
  friendly_name text NOT NULL DEFAULT '', created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(), last_used_at timestamptz
);
CREATE UNIQUE INDEX webauthn_credentials_credential_id_key ON auth.webauthn_credentials (credential_id);
CREATE TABLE auth.sso_providers (
  id uuid PRIMARY KEY, resource_id text, created_at timestamptz, updated_at timestamptz, disabled boolean
);
CREATE UNIQUE INDEX sso_providers_resource_id_idx ON auth.sso_providers (lower(resource_id));
CREATE TABLE auth.sso_domains (
  id uuid PRIMARY KEY, sso_provider_id uuid NOT NULL REFERENCES auth.sso_providers ON DELETE CASCADE,
  domain text NOT NULL CHECK (domain <> ''), created_at timestamptz, updated_at timestamptz
);
CREATE UNIQUE INDEX sso_domains_domain_idx ON auth.sso_domains (lower(domain));
CREATE TABLE auth.saml_providers (
  id uuid PRIMARY KEY, sso_provider_id uuid NOT NULL REFERENCES auth.sso_providers ON DELETE CASCADE,
  entity_id text NOT NULL UNIQUE, metadata_xml text NOT NULL, metadata_url text, attribute_mapping jsonb,
  created_at timestamptz, updated_at timestamptz, name_id_format text
);
CREATE TABLE auth.saml_relay_states (
  id uuid PRIMARY KEY, sso_provider_id uuid NOT NULL REFERENCES auth.sso_providers ON DELETE CASCADE,
  request_id text NOT NULL, for_email text, redirect_to text, created_at timestamptz, updated_at timestamptz,
  flow_state_id uuid REFERENCES auth.flow_state ON DELETE CASCADE
);

-- PostgREST hands over the token's claims: one setting each (the old way) or all of them as one JSON document.
CREATE FUNCTION auth.jwt() RETURNS jsonb LANGUAGE sql STABLE AS $fn$
  SELECT coalesce(nullif(current_setting('request.jwt.claim', true), ''),
                  nullif(current_setting('request.jwt.claims', true), ''))::jsonb
$fn$;
CREATE FUNCTION auth.uid() RETURNS uuid LANGUAGE sql STABLE AS $fn$
  SELECT coalesce(nullif(current_setting('request.jwt.claim.sub', true), ''),
                  nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub')::uuid
$fn$;
CREATE FUNCTION auth.role() RETURNS text LANGUAGE sql STABLE AS $fn$
  SELECT coalesce(nullif(current_setting('request.jwt.claim.role', true), ''),
                  nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'role')
$fn$;
CREATE FUNCTION auth.email() RETURNS text LANGUAGE sql STABLE AS $fn$
  SELECT coalesce(nullif(current_setting('request.jwt.claim.email', true), ''),
                  nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'email')
$fn$;
RESET ROLE;

GRANT SELECT ON ALL TABLES IN SCHEMA auth TO postgres WITH GRANT OPTION;
DO $do$
DECLARE
  closed regclass;
BEGIN
  FOR closed IN
    SELECT oid FROM pg_class
    WHERE relnamespace = 'auth'::regnamespace AND relkind = 'r' AND relname !~ '^(oauth_|custom_oauth|webauthn)'
  LOOP
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', closed);
  END LOOP;
END
$do$;

-- storage -------------------------------------------------------------------------------------------------------------
SET ROLE supabase_storage_admin;
CREATE TYPE storage.buckettype AS ENUM ('STANDARD', 'ANALYTICS', 'VECTOR');
CREATE TABLE storage.buckets (
  id text PRIMARY KEY, name text NOT NULL, owner uuid,
  created_at timestamptz DEFAULT now(), updated_at timestamptz DEFAULT now(), public boolean DEFAULT false,
  avif_autodetection boolean DEFAULT false, file_size_limit bigint, allowed_mime_types text[], owner_id text,
  type storage.buckettype NOT NULL DEFAULT 'STANDARD', versioning_status text NOT NULL DEFAULT 'DISABLED'
);
CREATE UNIQUE INDEX bname ON storage.buckets (name);
CREATE TABLE storage.objects (
  id uuid DEFAULT gen_random_uuid() PRIMARY KEY,
  bucket_id text CONSTRAINT "objects_bucketId_fkey" REFERENCES storage.buckets, name text, owner uuid,
  created_at timestamptz DEFAULT now(), updated_at timestamptz DEFAULT now(), last_accessed_at timestamptz DEFAULT now(),
  metadata jsonb, path_tokens text[] GENERATED ALWAYS AS (string_to_array(name, '/')) STORED,
  version text, owner_id text, user_metadata jsonb,
  archived_at timestamptz, is_delete_marker boolean NOT NULL DEFAULT false, is_versioned boolean NOT NULL DEFAULT false
);
CREATE UNIQUE INDEX bucketid_objname ON storage.objects (bucket_id, name);
CREATE INDEX name_prefix_search ON storage.objects (name text_pattern_ops);
CREATE TABLE storage.migrations (
  id integer PRIMARY KEY, name varchar(100) NOT NULL UNIQUE, hash varchar(40) NOT NULL,
  executed_at timestamp DEFAULT current_timestamp
);
CREATE TABLE storage.s3_multipart_uploads (
  id text PRIMARY KEY, in_progress_size bigint NOT NULL DEFAULT 0, upload_signature text NOT NULL,
  bucket_id text NOT NULL REFERENCES storage.buckets, key text COLLATE "C" NOT NULL, version text NOT NULL, owner_id text,
  created_at timestamptz NOT NULL DEFAULT now(), user_metadata jsonb, metadata jsonb
);
CREATE TABLE storage.s3_multipart_uploads_parts (
  id uuid DEFAULT gen_random_uuid() PRIMARY KEY,
  upload_id text NOT NULL REFERENCES storage.s3_multipart_uploads ON DELETE CASCADE, size bigint NOT NULL DEFAULT 0,
  part_number integer NOT NULL, bucket_id text NOT NULL REFERENCES storage.buckets, key text COLLATE "C" NOT NULL,
  etag text NOT NULL, owner_id text, version text NOT NULL, created_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE storage.buckets_analytics (
  name text NOT NULL, type storage.buckettype NOT NULL DEFAULT 'ANALYTICS', format text NOT NULL DEFAULT 'ICEBERG',
  created_at timestamptz NOT NULL DEFAULT now(), updated_at timestamptz NOT NULL DEFAULT now(),
  id uuid DEFAULT gen_random_uuid() PRIMARY KEY, deleted_at timestamptz
);
CREATE TABLE storage.buckets_vectors (
  id text PRIMARY KEY, type storage.buckettype NOT NULL DEFAULT 'VECTOR',
  created_at timestamptz NOT NULL DEFAULT now(), updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE storage.vector_indexes (
  id text DEFAULT gen_random_uuid() PRIMARY KEY, name text COLLATE "C" NOT NULL,
  bucket_id text NOT NULL REFERENCES storage.buckets_vectors, data_type text NOT NULL, dimension integer NOT NULL,
  distance_metric text NOT NULL, metadata_configuration jsonb,
  created_at timestamptz NOT NULL DEFAULT now(), updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX vector_indexes_name_bucket_id_idx ON storage.vector_indexes (name, bucket_id);

-- a/b/c.tar.gz: folders {a,b}, file c.tar.gz, extension gz
CREATE FUNCTION storage.foldername(name text) RETURNS text[] LANGUAGE plpgsql IMMUTABLE AS $fn$
DECLARE
  parts text[] := string_to_array(name, '/');
BEGIN
  RETURN parts[1:cardinality(parts) - 1];
END
$fn$;
CREATE FUNCTION storage.filename(name text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $fn$
DECLARE
  parts text[] := string_to_array(name, '/');
BEGIN
  RETURN parts[cardinality(parts)];
END
$fn$;
CREATE FUNCTION storage.extension(name text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $fn$
DECLARE
  parts text[] := string_to_array(storage.filename(name), '.');
BEGIN
  RETURN parts[cardinality(parts)];
END
$fn$;
CREATE FUNCTION storage.get_size_by_bucket() RETURNS TABLE (size bigint, bucket_id text) LANGUAGE plpgsql STABLE AS $fn$
BEGIN
  RETURN QUERY SELECT sum((o.metadata ->> 'size')::bigint)::bigint, o.bucket_id FROM storage.objects AS o GROUP BY 2;
END
$fn$;
-- tries an insert under the caller's policies and undoes it; the service reads the error's code
CREATE FUNCTION storage.can_insert_object(bucketid text, name text, owner uuid, metadata jsonb) RETURNS void
LANGUAGE plpgsql AS $fn$
BEGIN
  INSERT INTO storage.objects (bucket_id, name, owner, metadata) VALUES (bucketid, name, owner, metadata);
  RAISE SQLSTATE 'PT200' USING MESSAGE = 'ROLLBACK', DETAIL = 'rollback successful insert';
END
$fn$;
CREATE FUNCTION storage.operation() RETURNS text LANGUAGE plpgsql STABLE AS $fn$
BEGIN
  RETURN current_setting('storage.operation', true);
END
$fn$;
-- one level below a prefix: files have an id, folders none; upper and lower case make one folder when sorted by name
CREATE FUNCTION storage.search(prefix text, bucketname text, limits integer DEFAULT 100, levels integer DEFAULT 1,
  offsets integer DEFAULT 0, search text DEFAULT '', sortcolumn text DEFAULT 'name', sortorder text DEFAULT 'asc')
RETURNS TABLE (name text, id uuid, updated_at timestamptz, created_at timestamptz, last_accessed_at timestamptz,
               metadata jsonb)
LANGUAGE plpgsql STABLE AS $fn$
DECLARE
  wanted text := lower(coalesce(prefix, '') || coalesce(search, ''));
  level integer := greatest(1, cardinality(string_to_array(coalesce(prefix, ''), '/')));
  direction text := CASE WHEN lower(sortorder) = 'desc' THEN 'DESC' ELSE 'ASC' END;
  by_time boolean := lower(sortcolumn) IN ('updated_at', 'created_at', 'last_accessed_at');
  same_folder text := CASE WHEN by_time THEN 'path_tokens[$3]' ELSE 'lower(path_tokens[$3])' END;
  sorted text := CASE WHEN by_time THEN format('id IS NOT NULL, %I %s, name %s', lower(sortcolumn), direction, direction)
                      ELSE 'lower(name) COLLATE "C" ' || direction END;
BEGIN
  RETURN QUERY EXECUTE format(
    'WITH hit AS (SELECT * FROM storage.objects WHERE bucket_id = $1 AND starts_with(lower(name), $2)), entry AS (
       SELECT path_tokens[$3] AS name, id, updated_at, created_at, last_accessed_at, metadata
       FROM hit WHERE cardinality(path_tokens) = $3
       UNION ALL
       SELECT min(path_tokens[$3] COLLATE "C"), NULL, NULL, NULL, NULL, NULL
       FROM hit WHERE cardinality(path_tokens) > $3 GROUP BY %s)
     SELECT * FROM entry ORDER BY %s LIMIT $4 OFFSET $5', same_folder, sorted)
  USING bucketname, wanted, level, least(limits, 1500), offsets;
END
$fn$;
CREATE FUNCTION storage.update_updated_at_column() RETURNS trigger LANGUAGE plpgsql AS $fn$
BEGIN
  NEW.updated_at := now();
  RETURN NEW;
END
$fn$;
CREATE FUNCTION storage.enforce_bucket_name_length() RETURNS trigger LANGUAGE plpgsql AS $fn$
BEGIN
  IF length(NEW.name) > 100 THEN
    RAISE EXCEPTION 'bucket name "%" has % characters, the limit is 100', NEW.name, length(NEW.name);
  END IF;
  RETURN NEW;
END
$fn$;
-- Hosted projects refuse this, because the files themselves would stay behind.
CREATE FUNCTION storage.protect_delete() RETURNS trigger LANGUAGE plpgsql AS $fn$
BEGIN
  IF coalesce(current_setting('storage.allow_delete_query', true), 'false') <> 'true' THEN
    RAISE EXCEPTION USING ERRCODE = '42501',
      MESSAGE = format('a hosted project refuses DELETE on %I.%I', TG_TABLE_SCHEMA, TG_TABLE_NAME),
      HINT = 'Delete through the Storage API, or SET LOCAL storage.allow_delete_query = ''true'' and the files stay.';
  END IF;
  RETURN NULL;
END
$fn$;
CREATE TRIGGER update_objects_updated_at BEFORE UPDATE ON storage.objects
  FOR EACH ROW EXECUTE FUNCTION storage.update_updated_at_column();
CREATE TRIGGER enforce_bucket_name_length_trigger BEFORE INSERT OR UPDATE OF name ON storage.buckets
  FOR EACH ROW EXECUTE FUNCTION storage.enforce_bucket_name_length();
CREATE TRIGGER protect_buckets_delete BEFORE DELETE ON storage.buckets
  FOR EACH STATEMENT EXECUTE FUNCTION storage.protect_delete();
CREATE TRIGGER protect_objects_delete BEFORE DELETE ON storage.objects
  FOR EACH STATEMENT EXECUTE FUNCTION storage.protect_delete();
RESET ROLE;

DO $do$
DECLARE
  closed regclass;
BEGIN
  FOR closed IN SELECT oid FROM pg_class WHERE relnamespace = 'storage'::regnamespace AND relkind = 'r' LOOP
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', closed);
  END LOOP;
END
$do$;
GRANT ALL ON storage.buckets, storage.objects TO anon, authenticated, service_role;
GRANT ALL ON storage.buckets, storage.objects TO postgres WITH GRANT OPTION;
GRANT ALL ON storage.s3_multipart_uploads, storage.s3_multipart_uploads_parts TO service_role;
GRANT SELECT ON storage.s3_multipart_uploads, storage.s3_multipart_uploads_parts TO anon, authenticated;
GRANT ALL ON storage.buckets_analytics TO anon, authenticated, service_role;
GRANT SELECT ON storage.buckets_vectors, storage.vector_indexes TO anon, authenticated, service_role;

-- realtime ------------------------------------------------------------------------------------------------------------
CREATE TABLE realtime.schema_migrations (version bigint PRIMARY KEY, inserted_at timestamp(0));
SET ROLE supabase_realtime_admin;
CREATE TYPE realtime.equality_op AS ENUM ('eq', 'neq', 'lt', 'lte', 'gt', 'gte', 'in');
CREATE TYPE realtime.action AS ENUM ('INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'ERROR');
CREATE TYPE realtime.user_defined_filter AS (column_name text, op realtime.equality_op, value text);
CREATE FUNCTION realtime.to_regrole(role_name text) RETURNS regrole LANGUAGE sql IMMUTABLE AS $fn$
  SELECT role_name::regrole
$fn$;
CREATE TABLE realtime.subscription (
  id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT pk_subscription PRIMARY KEY, subscription_id uuid NOT NULL,
  entity regclass NOT NULL, filters realtime.user_defined_filter[] NOT NULL DEFAULT '{}', claims jsonb NOT NULL,
  claims_role regrole NOT NULL GENERATED ALWAYS AS (realtime.to_regrole(claims ->> 'role')) STORED,
  created_at timestamp NOT NULL DEFAULT timezone('utc', now())
);
-- hosted: one partition a day, made by the service; one for all of them here, so that messages have a place
CREATE TABLE realtime.messages (
  topic text NOT NULL, extension text NOT NULL, payload jsonb, event text, private boolean DEFAULT false,
  updated_at timestamp NOT NULL DEFAULT now(), inserted_at timestamp NOT NULL DEFAULT now(),
  id uuid DEFAULT gen_random_uuid(), binary_payload bytea, PRIMARY KEY (id, inserted_at),
  CONSTRAINT messages_payload_exclusive CHECK (payload IS NULL OR binary_payload IS NULL)
) PARTITION BY RANGE (inserted_at);
CREATE TABLE realtime.messages_default PARTITION OF realtime.messages DEFAULT;
ALTER TABLE realtime.messages ENABLE ROW LEVEL SECURITY;
CREATE FUNCTION realtime.topic() RETURNS text LANGUAGE sql STABLE AS $fn$
  SELECT nullif(current_setting('realtime.topic', true), '')
$fn$;
-- A message that can't be stored must not undo the write that it tells of.
CREATE FUNCTION realtime.send(payload jsonb, event text, topic text, private boolean DEFAULT true) RETURNS void
LANGUAGE plpgsql AS $fn$
DECLARE
  message_id uuid := gen_random_uuid();
BEGIN
  PERFORM set_config('realtime.topic', topic, true);
  INSERT INTO realtime.messages (id, payload, event, topic, private, extension)
  VALUES (message_id, jsonb_build_object('id', message_id) || payload, event, topic, private, 'broadcast');
EXCEPTION WHEN others THEN
  RAISE WARNING 'realtime.send could not store the message: %', SQLERRM;
END
$fn$;
CREATE FUNCTION realtime.send_binary(payload bytea, event text, topic text, private boolean DEFAULT true) RETURNS void
LANGUAGE plpgsql AS $fn$
BEGIN
  PERFORM set_config('realtime.topic', topic, true);
  INSERT INTO realtime.messages (binary_payload, event, topic, private, extension)
  VALUES (payload, event, topic, private, 'broadcast');
EXCEPTION WHEN others THEN
  RAISE WARNING 'realtime.send_binary could not store the message: %', SQLERRM;
END
$fn$;
CREATE FUNCTION realtime.broadcast_changes(topic_name text, event_name text, operation text, table_name text,
  table_schema text, new record, old record, level text DEFAULT 'ROW') RETURNS void
LANGUAGE plpgsql AS $fn$
BEGIN
  IF level = 'STATEMENT' THEN
    RAISE EXCEPTION 'realtime.broadcast_changes needs a trigger FOR EACH ROW';
  ELSIF operation NOT IN ('INSERT', 'UPDATE', 'DELETE') THEN
    RAISE EXCEPTION 'realtime.broadcast_changes knows INSERT, UPDATE and DELETE, not %', operation;
  END IF;
  PERFORM realtime.send(jsonb_build_object('old_record', old, 'record', new, 'operation', operation,
    'table', table_name, 'schema', table_schema), event_name, topic_name);
END
$fn$;
RESET ROLE;
GRANT SELECT, INSERT, UPDATE ON realtime.messages TO postgres, anon, authenticated, service_role;
GRANT SELECT ON realtime.subscription TO postgres, anon, authenticated, service_role;
GRANT ALL ON realtime.messages, realtime.subscription TO postgres, dashboard_user;

-- vault, graphql, webhooks --------------------------------------------------------------------------------------------
DO $do$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_extension WHERE extname = 'supabase_vault') THEN
    RETURN;
  END IF;
  REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA vault FROM PUBLIC;
  GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA vault TO postgres, service_role;
  GRANT SELECT, DELETE ON vault.secrets, vault.decrypted_secrets TO postgres WITH GRANT OPTION;
  GRANT SELECT, DELETE ON vault.secrets, vault.decrypted_secrets TO service_role;
END
$do$;

-- what a hosted project answers, too, while pg_graphql is off
DO $do$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_extension WHERE extname = 'pg_graphql') THEN
    CREATE FUNCTION graphql_public.graphql("operationName" text DEFAULT NULL, query text DEFAULT NULL,
      variables jsonb DEFAULT NULL, extensions jsonb DEFAULT NULL) RETURNS jsonb LANGUAGE sql AS $fn$
      SELECT jsonb_build_object('errors', jsonb_build_array(
        jsonb_build_object('message', 'pg_graphql extension is not enabled.')))
    $fn$;
  ELSIF to_regprocedure('graphql_public.graphql(text,text,jsonb,jsonb)') IS NULL THEN
    EXECUTE 'CREATE FUNCTION graphql_public.graphql("operationName" text DEFAULT NULL, query text DEFAULT NULL,
      variables jsonb DEFAULT NULL, extensions jsonb DEFAULT NULL) RETURNS jsonb LANGUAGE sql AS
      ''SELECT graphql.resolve(query := query, variables := coalesce(variables, ''''{}''''),
                               "operationName" := "operationName", extensions := extensions)''';
  END IF;
END
$do$;

-- Database webhooks: the trigger can be created without pg_net; when it fires without, it says so.
SET ROLE supabase_functions_admin;
CREATE TABLE supabase_functions.hooks (
  id bigserial PRIMARY KEY, hook_table_id integer NOT NULL, hook_name text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(), request_id bigint
);
CREATE FUNCTION supabase_functions.http_request() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = supabase_functions, pg_temp AS $fn$
DECLARE
  url text := TG_ARGV[0];
  method text := TG_ARGV[1];
  headers jsonb := coalesce(nullif(TG_ARGV[2], 'null'), '{"Content-Type": "application/json"}')::jsonb;
  params jsonb := coalesce(nullif(TG_ARGV[3], 'null'), '{}')::jsonb;
  timeout integer := coalesce(nullif(TG_ARGV[4], 'null'), '1000')::integer;
  request bigint;
BEGIN
  IF NOT EXISTS (SELECT FROM pg_catalog.pg_extension WHERE extname = 'pg_net') THEN
    RAISE EXCEPTION 'the webhook % on % needs the extension pg_net, which is not installed', TG_NAME, TG_RELID::regclass;
  ELSIF method = 'GET' THEN
    EXECUTE 'SELECT net.http_get($1, $2, $3, $4)' INTO request USING url, params, headers, timeout;
  ELSIF method = 'POST' THEN
    EXECUTE 'SELECT net.http_post($1, $2, $3, $4, $5)' INTO request
      USING url, jsonb_build_object('old_record', to_jsonb(OLD), 'record', to_jsonb(NEW), 'type', TG_OP,
        'table', TG_TABLE_NAME, 'schema', TG_TABLE_SCHEMA), params, headers, timeout;
  ELSE
    RAISE EXCEPTION 'the webhook % on % asks for the method %, use GET or POST', TG_NAME, TG_RELID::regclass, method;
  END IF;
  INSERT INTO supabase_functions.hooks (hook_table_id, hook_name, request_id) VALUES (TG_RELID::integer, TG_NAME, request);
  RETURN NEW;
END
$fn$;
RESET ROLE;
GRANT ALL ON ALL TABLES IN SCHEMA supabase_functions TO postgres, anon, authenticated, service_role;

-- Everything above that nobody owns by name ---------------------------------------------------------------------------
GRANT ALL ON ALL TABLES IN SCHEMA auth, storage, extensions TO postgres, dashboard_user;
GRANT ALL ON ALL SEQUENCES IN SCHEMA auth, storage, extensions TO postgres, dashboard_user;
GRANT ALL ON ALL ROUTINES IN SCHEMA auth, storage, extensions, realtime TO postgres, dashboard_user;

CREATE PUBLICATION supabase_realtime;
ALTER PUBLICATION supabase_realtime OWNER TO postgres;
RESET client_min_messages;
