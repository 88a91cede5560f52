-- Takes the staff and the private schema away; logins in auth.users stay.
-- Policies, triggers, constraints and indexes go with their table. No CASCADE: what still stands on it must stop this.

-- runner:allow drop-locks-other-table -- auth.users is locked for as long as these catalogue changes take
DROP TABLE IF EXISTS public.app_users;
DROP FUNCTION IF EXISTS private.app_role();
DROP FUNCTION IF EXISTS private.app_user_id();
DROP FUNCTION IF EXISTS private.touch_updated_at();
DROP SCHEMA IF EXISTS private;
