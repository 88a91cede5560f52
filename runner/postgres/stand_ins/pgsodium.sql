-- pgsodium: keys are numbers without a secret, and nothing is encrypted.
DO $do$
DECLARE
  role text;
BEGIN
  FOREACH role IN ARRAY ARRAY['pgsodium_keyiduser', 'pgsodium_keyholder', 'pgsodium_keymaker'] LOOP
    IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = role) THEN
      EXECUTE format('CREATE ROLE %I', role);
    END IF;
  END LOOP;
END
$do$;
CREATE TYPE pgsodium.key_status AS ENUM ('default', 'valid', 'invalid', 'expired');
CREATE TYPE pgsodium.key_type AS ENUM ('aead-ietf', 'aead-det', 'hmacsha512', 'hmacsha256', 'auth', 'shorthash', 'generichash', 'kdf',
                                       'secretbox', 'secretstream', 'stream_xchacha20');
CREATE SEQUENCE pgsodium.key_key_id_seq;
CREATE TABLE pgsodium.key (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(), status pgsodium.key_status DEFAULT 'valid', created timestamptz NOT NULL DEFAULT now(),
  expires timestamptz, key_type pgsodium.key_type, key_id bigint DEFAULT nextval('pgsodium.key_key_id_seq'),
  key_context bytea DEFAULT '\x7067736f6469756d', name text UNIQUE, associated_data text DEFAULT 'associated', raw_key bytea,
  raw_key_nonce bytea, parent_key uuid REFERENCES pgsodium.key, comment text, user_data text
);
CREATE VIEW pgsodium.valid_key AS
  SELECT id, name, status, key_type, key_id, key_context, created, expires, associated_data FROM pgsodium.key
  WHERE status IN ('valid', 'default') AND (expires IS NULL OR expires > now());
CREATE VIEW pgsodium.decrypted_key AS
  SELECT id, status, created, expires, key_type, key_id, key_context, name, associated_data, raw_key, raw_key AS decrypted_raw_key,
         raw_key_nonce, parent_key, comment
  FROM pgsodium.key;
CREATE FUNCTION pgsodium.create_key(key_type pgsodium.key_type DEFAULT 'aead-det', name text DEFAULT NULL, raw_key bytea DEFAULT NULL,
  raw_key_nonce bytea DEFAULT NULL, parent_key uuid DEFAULT NULL, key_context bytea DEFAULT '\x7067736f6469756d',
  expires timestamptz DEFAULT NULL, associated_data text DEFAULT '') RETURNS pgsodium.valid_key LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp AS $fn$
DECLARE
  made uuid;
  found pgsodium.valid_key;
BEGIN
  INSERT INTO pgsodium.key (key_type, name, raw_key, raw_key_nonce, parent_key, key_context, expires, associated_data)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING id INTO made;
  SELECT * INTO found FROM pgsodium.valid_key AS k WHERE k.id = made;
  RETURN found;
END
$fn$;
CREATE FUNCTION pgsodium.get_key_by_id(uuid) RETURNS pgsodium.valid_key LANGUAGE sql AS 'SELECT * FROM pgsodium.valid_key WHERE id = $1';
CREATE FUNCTION pgsodium.get_key_by_name(text) RETURNS pgsodium.valid_key LANGUAGE sql AS 'SELECT * FROM pgsodium.valid_key WHERE name = $1';
CREATE FUNCTION pgsodium.crypto_aead_det_keygen() RETURNS bytea LANGUAGE sql AS $fn$ SELECT decode(repeat('00', 32), 'hex') $fn$;
CREATE FUNCTION pgsodium.crypto_aead_det_noncegen() RETURNS bytea LANGUAGE sql AS $fn$ SELECT decode(repeat('00', 16), 'hex') $fn$;
CREATE FUNCTION pgsodium.crypto_secretbox_keygen() RETURNS bytea LANGUAGE sql AS $fn$ SELECT decode(repeat('00', 32), 'hex') $fn$;
CREATE FUNCTION pgsodium.crypto_secretbox_noncegen() RETURNS bytea LANGUAGE sql AS $fn$ SELECT decode(repeat('00', 24), 'hex') $fn$;
CREATE FUNCTION pgsodium.randombytes_buf(size integer) RETURNS bytea LANGUAGE sql AS $fn$ SELECT decode(repeat('00', $1), 'hex') $fn$;
CREATE FUNCTION pgsodium.randombytes_random() RETURNS integer LANGUAGE sql AS 'SELECT 0';
CREATE FUNCTION pgsodium.derive_key(key_id bigint, key_len integer DEFAULT 32, context bytea DEFAULT '\x7067736f6469756d') RETURNS bytea
  LANGUAGE sql AS $fn$ SELECT decode(repeat('00', $2), 'hex') $fn$;
CREATE FUNCTION pgsodium.crypto_aead_det_encrypt(message bytea, additional bytea, key bytea, nonce bytea DEFAULT NULL) RETURNS bytea
  LANGUAGE sql IMMUTABLE AS 'SELECT $1';
CREATE FUNCTION pgsodium.crypto_aead_det_encrypt(message bytea, additional bytea, key_uuid uuid) RETURNS bytea LANGUAGE sql AS 'SELECT $1';
CREATE FUNCTION pgsodium.crypto_aead_det_encrypt(message bytea, additional bytea, key_uuid uuid, nonce bytea) RETURNS bytea LANGUAGE sql AS 'SELECT $1';
CREATE FUNCTION pgsodium.crypto_aead_det_encrypt(message bytea, additional bytea, key_id bigint, context bytea DEFAULT '\x7067736f6469756d',
  nonce bytea DEFAULT NULL) RETURNS bytea LANGUAGE sql AS 'SELECT $1';
CREATE FUNCTION pgsodium.crypto_aead_det_decrypt(ciphertext bytea, additional bytea, key bytea, nonce bytea DEFAULT NULL) RETURNS bytea
  LANGUAGE sql IMMUTABLE AS 'SELECT $1';
CREATE FUNCTION pgsodium.crypto_aead_det_decrypt(message bytea, additional bytea, key_uuid uuid) RETURNS bytea LANGUAGE sql AS 'SELECT $1';
CREATE FUNCTION pgsodium.crypto_aead_det_decrypt(message bytea, additional bytea, key_uuid uuid, nonce bytea) RETURNS bytea LANGUAGE sql AS 'SELECT $1';
CREATE FUNCTION pgsodium.crypto_aead_det_decrypt(message bytea, additional bytea, key_id bigint, context bytea DEFAULT '\x7067736f6469756d',
  nonce bytea DEFAULT NULL) RETURNS bytea LANGUAGE sql AS 'SELECT $1';
CREATE FUNCTION pgsodium.crypto_secretbox(message bytea, nonce bytea, key bytea) RETURNS bytea LANGUAGE sql IMMUTABLE AS 'SELECT $1';
CREATE FUNCTION pgsodium.crypto_secretbox_open(ciphertext bytea, nonce bytea, key bytea) RETURNS bytea LANGUAGE sql IMMUTABLE AS 'SELECT $1';
CREATE FUNCTION pgsodium.crypto_auth_hmacsha256(message bytea, key_uuid uuid) RETURNS bytea LANGUAGE sql AS 'SELECT $1';
CREATE FUNCTION pgsodium.crypto_generichash(message bytea, key bytea DEFAULT NULL) RETURNS bytea LANGUAGE sql IMMUTABLE AS 'SELECT $1';
