-- pg_hashids: an id is encoded as its digits.
CREATE FUNCTION id_encode(number bigint) RETURNS text LANGUAGE sql IMMUTABLE STRICT AS 'SELECT $1::text';
CREATE FUNCTION id_encode(number bigint, salt text) RETURNS text LANGUAGE sql IMMUTABLE STRICT AS 'SELECT $1::text';
CREATE FUNCTION id_encode(number bigint, salt text, min_length integer) RETURNS text LANGUAGE sql IMMUTABLE STRICT AS 'SELECT $1::text';
CREATE FUNCTION id_encode(number bigint, salt text, min_length integer, alphabet text) RETURNS text LANGUAGE sql IMMUTABLE STRICT AS 'SELECT $1::text';
CREATE FUNCTION id_decode(id text) RETURNS bigint[] LANGUAGE sql IMMUTABLE STRICT AS 'SELECT ARRAY[$1::bigint]';
CREATE FUNCTION id_decode(id text, salt text) RETURNS bigint[] LANGUAGE sql IMMUTABLE STRICT AS 'SELECT ARRAY[$1::bigint]';
CREATE FUNCTION id_decode(id text, salt text, min_length integer) RETURNS bigint[] LANGUAGE sql IMMUTABLE STRICT AS 'SELECT ARRAY[$1::bigint]';
CREATE FUNCTION id_decode(id text, salt text, min_length integer, alphabet text) RETURNS bigint[] LANGUAGE sql IMMUTABLE STRICT AS 'SELECT ARRAY[$1::bigint]';
CREATE FUNCTION id_decode_once(id text) RETURNS bigint LANGUAGE sql IMMUTABLE STRICT AS 'SELECT $1::bigint';
CREATE FUNCTION id_decode_once(id text, salt text) RETURNS bigint LANGUAGE sql IMMUTABLE STRICT AS 'SELECT $1::bigint';
CREATE FUNCTION id_decode_once(id text, salt text, min_length integer) RETURNS bigint LANGUAGE sql IMMUTABLE STRICT AS 'SELECT $1::bigint';
CREATE FUNCTION id_decode_once(id text, salt text, min_length integer, alphabet text) RETURNS bigint LANGUAGE sql IMMUTABLE STRICT AS 'SELECT $1::bigint';
