-- pg_tle: extensions are noted, and cannot be created from what was noted.
CREATE DOMAIN pgtle.password_types AS text;
CREATE TYPE pgtle.pg_tle_features AS ENUM ('passcheck', 'clientauth');
CREATE TABLE pgtle.feature_info (feature pgtle.pg_tle_features, schema_name text, proname text, obj_identity text);
CREATE FUNCTION pgtle.install_extension(name text, version text, description text, ext text, requires text[] DEFAULT NULL)
  RETURNS boolean LANGUAGE sql AS 'SELECT true';
CREATE FUNCTION pgtle.install_extension_version_sql(name text, version text, ext text) RETURNS boolean LANGUAGE sql AS 'SELECT true';
CREATE FUNCTION pgtle.install_update_path(name text, fromvers text, tovers text, ext text) RETURNS boolean LANGUAGE sql AS 'SELECT true';
CREATE FUNCTION pgtle.set_default_version(name text, version text) RETURNS boolean LANGUAGE sql AS 'SELECT true';
CREATE FUNCTION pgtle.uninstall_extension(extname text) RETURNS boolean LANGUAGE sql AS 'SELECT true';
CREATE FUNCTION pgtle.uninstall_extension(extname text, version text) RETURNS boolean LANGUAGE sql AS 'SELECT true';
CREATE FUNCTION pgtle.uninstall_extension_if_exists(extname text) RETURNS boolean LANGUAGE sql AS 'SELECT true';
CREATE FUNCTION pgtle.available_extensions(OUT name name, OUT default_version text, OUT comment text) RETURNS SETOF record
  LANGUAGE plpgsql AS 'BEGIN RETURN; END';
