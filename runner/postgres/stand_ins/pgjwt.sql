-- pgjwt: tokens have no signature, and none is valid.
CREATE FUNCTION url_encode(data bytea) RETURNS text LANGUAGE sql IMMUTABLE AS
  $fn$ SELECT translate(encode($1, 'base64'), E'+/=\n', '-_') $fn$;
CREATE FUNCTION url_decode(data text) RETURNS bytea LANGUAGE sql IMMUTABLE AS
  $fn$ SELECT decode(rpad(translate($1, '-_', '+/'), (length($1) + 3) / 4 * 4, '='), 'base64') $fn$;
CREATE FUNCTION algorithm_sign(signables text, secret text, algorithm text) RETURNS text LANGUAGE sql IMMUTABLE AS $fn$ SELECT ''::text $fn$;
CREATE FUNCTION sign(payload json, secret text, algorithm text DEFAULT 'HS256') RETURNS text LANGUAGE sql IMMUTABLE AS
  $fn$ SELECT translate(encode(convert_to($1::text, 'UTF8'), 'base64'), E'+/=\n', '-_') $fn$;
CREATE FUNCTION try_cast_double(inp text) RETURNS double precision LANGUAGE plpgsql IMMUTABLE AS
  $fn$ BEGIN RETURN $1::double precision; EXCEPTION WHEN OTHERS THEN RETURN NULL; END $fn$;
CREATE FUNCTION verify(token text, secret text, algorithm text DEFAULT 'HS256') RETURNS TABLE (header json, payload json, valid boolean)
  LANGUAGE sql IMMUTABLE AS 'SELECT NULL::json, NULL::json, false';
