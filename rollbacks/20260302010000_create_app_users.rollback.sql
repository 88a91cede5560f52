-- Takes the staff and the private schema away; logins in auth.users stay.
-- Policies, triggers, constraints and indexes go with their table. No CASCADE: what still stands on it must stop this.

DROP TABLE IF EXISTS public.app_users;
DROP FUNCTION IF EXISTS private.app_role();
DROP FUNCTION IF EXISTS private.app_user_id();
DROP FUNCTION IF EXISTS private.touch_updated_at();
DROP SCHEMA IF EXISTS private;
