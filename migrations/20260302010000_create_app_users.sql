-- The people who work with SIRA, and what the row policies of every later table ask about them.
-- The role lives here and not in the JWT, so that taking it away works at once and not when the token expires.

-- Not exposed through the API: functions that read past row level security must not be callable from outside.
CREATE SCHEMA private;
COMMENT ON SCHEMA private IS 'Functions behind policies and triggers; not exposed through the API.';
GRANT USAGE ON SCHEMA private TO authenticated, service_role;

CREATE TABLE public.app_users (
  id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  email        text NOT NULL UNIQUE CHECK (email = lower(email)),
  full_name    text NOT NULL CHECK (full_name <> ''),
  -- Closed lists are text with a CHECK throughout: unlike a member of an enum, a new value can be taken back.
  role         text NOT NULL CHECK (role IN ('ADMIN', 'FINANCE', 'COLLECTOR', 'VIEWER')),
  -- Set to null rather than deleted with the account: what the person did stays attributable.
  auth_user_id uuid UNIQUE REFERENCES auth.users (id) ON DELETE SET NULL,
  is_active    boolean NOT NULL DEFAULT true,
  created_at   timestamptz NOT NULL DEFAULT now(),
  updated_at   timestamptz NOT NULL DEFAULT now()
);

COMMENT ON TABLE public.app_users IS 'Staff who use SIRA, one row a person.';
COMMENT ON COLUMN public.app_users.id IS 'Surrogate key.';
COMMENT ON COLUMN public.app_users.email IS 'Natural key, lower case as Supabase Auth stores it.';
COMMENT ON COLUMN public.app_users.full_name IS 'Name shown beside what the person did.';
COMMENT ON COLUMN public.app_users.role IS 'ADMIN manages people, FINANCE writes, COLLECTOR follows up assigned invoices, VIEWER reads.';
COMMENT ON COLUMN public.app_users.auth_user_id IS 'The login; null until the person is invited, and after the login is deleted.';
COMMENT ON COLUMN public.app_users.is_active IS 'False takes every right away while the row stays.';
COMMENT ON COLUMN public.app_users.created_at IS 'When the row was made.';
COMMENT ON COLUMN public.app_users.updated_at IS 'When the row last changed, kept by a trigger.';

CREATE FUNCTION private.touch_updated_at() RETURNS trigger
LANGUAGE plpgsql SET search_path = '' AS $$
BEGIN
  NEW.updated_at := now();
  RETURN NEW;
END;
$$;
COMMENT ON FUNCTION private.touch_updated_at() IS 'Keeps updated_at of the row that changes.';
REVOKE ALL ON FUNCTION private.touch_updated_at() FROM PUBLIC;

CREATE TRIGGER app_users_touch BEFORE UPDATE ON public.app_users
  FOR EACH ROW EXECUTE FUNCTION private.touch_updated_at();

-- Both run as their owner: a policy on app_users that reads app_users as the caller would call itself.
CREATE FUNCTION private.app_user_id() RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
  SELECT u.id FROM public.app_users AS u WHERE u.auth_user_id = (SELECT auth.uid()) AND u.is_active
$$;
COMMENT ON FUNCTION private.app_user_id() IS 'The active app user behind the caller''s token, null for everyone else.';
REVOKE ALL ON FUNCTION private.app_user_id() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION private.app_user_id() TO authenticated, service_role;

CREATE FUNCTION private.app_role() RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
  SELECT u.role FROM public.app_users AS u WHERE u.auth_user_id = (SELECT auth.uid()) AND u.is_active
$$;
COMMENT ON FUNCTION private.app_role() IS 'Role of the active app user behind the caller''s token, null for everyone else.';
REVOKE ALL ON FUNCTION private.app_role() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION private.app_role() TO authenticated, service_role;

-- Supabase grants everything on a new table to anon and authenticated; say what is meant instead.
REVOKE ALL ON TABLE public.app_users FROM anon, authenticated;
GRANT SELECT, INSERT, UPDATE ON TABLE public.app_users TO authenticated;
GRANT ALL ON TABLE public.app_users TO service_role;

ALTER TABLE public.app_users ENABLE ROW LEVEL SECURITY;

-- (SELECT …) makes the planner call the function once a query instead of once a row.
CREATE POLICY app_users_select ON public.app_users FOR SELECT TO authenticated
  USING (auth_user_id = (SELECT auth.uid()) OR (SELECT private.app_role()) = 'ADMIN');
CREATE POLICY app_users_insert ON public.app_users FOR INSERT TO authenticated
  WITH CHECK ((SELECT private.app_role()) = 'ADMIN');
CREATE POLICY app_users_update ON public.app_users FOR UPDATE TO authenticated
  USING ((SELECT private.app_role()) = 'ADMIN')
  WITH CHECK ((SELECT private.app_role()) = 'ADMIN');
