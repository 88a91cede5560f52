-- pgvector: types, operators and operator classes by name. Values are kept as the text that they were written as;
-- nothing is measured: distances are NULL.
DO $do$
DECLARE
  kind text;
BEGIN
  FOREACH kind IN ARRAY ARRAY['vector', 'halfvec', 'sparsevec'] LOOP
    EXECUTE format('CREATE TYPE %I', kind);
    EXECUTE format('CREATE FUNCTION %I(cstring, oid, integer) RETURNS %I LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS ''textin''', kind || '_in', kind);
    EXECUTE format('CREATE FUNCTION %I(%I) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS ''textout''', kind || '_out', kind);
    EXECUTE format('CREATE FUNCTION %I(cstring[]) RETURNS integer LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS ''varchartypmodin''', kind || '_typmod_in');
    EXECUTE format('CREATE FUNCTION %I(internal, oid, integer) RETURNS %I LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS ''textrecv''', kind || '_recv', kind);
    EXECUTE format('CREATE FUNCTION %I(%I) RETURNS bytea LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS ''textsend''', kind || '_send', kind);
    EXECUTE format('CREATE FUNCTION %I(integer) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS ''varchartypmodout''', kind || '_typmod_out');
    EXECUTE format('CREATE TYPE %1$I (INPUT = %2$I, OUTPUT = %3$I, TYPMOD_IN = %4$I, TYPMOD_OUT = %5$I, RECEIVE = %6$I, SEND = %7$I, STORAGE = external)',
                   kind, kind || '_in', kind || '_out', kind || '_typmod_in', kind || '_typmod_out', kind || '_recv', kind || '_send');
    -- order and equality of the texts
    EXECUTE format('CREATE FUNCTION %1$I(a %2$I, b %2$I) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS ''SELECT $1::text < $2::text''', kind || '_lt', kind);
    EXECUTE format('CREATE FUNCTION %1$I(a %2$I, b %2$I) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS ''SELECT $1::text <= $2::text''', kind || '_le', kind);
    EXECUTE format('CREATE FUNCTION %1$I(a %2$I, b %2$I) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS ''SELECT $1::text = $2::text''', kind || '_eq', kind);
    EXECUTE format('CREATE FUNCTION %1$I(a %2$I, b %2$I) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS ''SELECT $1::text <> $2::text''', kind || '_ne', kind);
    EXECUTE format('CREATE FUNCTION %1$I(a %2$I, b %2$I) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS ''SELECT $1::text >= $2::text''', kind || '_ge', kind);
    EXECUTE format('CREATE FUNCTION %1$I(a %2$I, b %2$I) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS ''SELECT $1::text > $2::text''', kind || '_gt', kind);
    EXECUTE format('CREATE FUNCTION %1$I(a %2$I, b %2$I) RETURNS integer LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS ''SELECT CASE WHEN $1::text = $2::text THEN 0 WHEN $1::text < $2::text THEN -1 ELSE 1 END''', kind || '_cmp', kind);
    EXECUTE format('CREATE FUNCTION %1$I(a %2$I) RETURNS integer LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS ''SELECT pg_catalog.hashtext($1::text)''', kind || '_hash', kind);
    EXECUTE format('CREATE OPERATOR < (LEFTARG = %1$I, RIGHTARG = %1$I, FUNCTION = %2$I, COMMUTATOR = >, NEGATOR = >=)', kind, kind || '_lt');
    EXECUTE format('CREATE OPERATOR <= (LEFTARG = %1$I, RIGHTARG = %1$I, FUNCTION = %2$I, COMMUTATOR = >=, NEGATOR = >)', kind, kind || '_le');
    EXECUTE format('CREATE OPERATOR = (LEFTARG = %1$I, RIGHTARG = %1$I, FUNCTION = %2$I, COMMUTATOR = =, NEGATOR = <>, HASHES, MERGES)', kind, kind || '_eq');
    EXECUTE format('CREATE OPERATOR <> (LEFTARG = %1$I, RIGHTARG = %1$I, FUNCTION = %2$I, COMMUTATOR = <>, NEGATOR = =)', kind, kind || '_ne');
    EXECUTE format('CREATE OPERATOR >= (LEFTARG = %1$I, RIGHTARG = %1$I, FUNCTION = %2$I, COMMUTATOR = <=, NEGATOR = <)', kind, kind || '_ge');
    EXECUTE format('CREATE OPERATOR > (LEFTARG = %1$I, RIGHTARG = %1$I, FUNCTION = %2$I, COMMUTATOR = <, NEGATOR = <=)', kind, kind || '_gt');
    EXECUTE format('CREATE OPERATOR CLASS %2$I DEFAULT FOR TYPE %1$I USING btree AS OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =, OPERATOR 4 >=, OPERATOR 5 >, FUNCTION 1 %3$I(%1$I, %1$I)',
                   kind, kind || '_ops', kind || '_cmp');
    -- distances
    EXECUTE format('CREATE FUNCTION l2_distance(%1$I, %1$I) RETURNS double precision LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS ''SELECT NULL::double precision''', kind);
    EXECUTE format('CREATE FUNCTION inner_product(%1$I, %1$I) RETURNS double precision LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS ''SELECT NULL::double precision''', kind);
    EXECUTE format('CREATE FUNCTION cosine_distance(%1$I, %1$I) RETURNS double precision LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS ''SELECT NULL::double precision''', kind);
    EXECUTE format('CREATE FUNCTION l1_distance(%1$I, %1$I) RETURNS double precision LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS ''SELECT NULL::double precision''', kind);
    EXECUTE format('CREATE FUNCTION l2_normalize(%1$I) RETURNS %1$I LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS ''SELECT $1''', kind);
    EXECUTE format('CREATE FUNCTION %2$I(%1$I, %1$I) RETURNS double precision LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS ''SELECT NULL::double precision''', kind, kind || '_negative_inner_product');
    EXECUTE format('CREATE OPERATOR <-> (LEFTARG = %1$I, RIGHTARG = %1$I, FUNCTION = l2_distance, COMMUTATOR = <->)', kind);
    EXECUTE format('CREATE OPERATOR <#> (LEFTARG = %1$I, RIGHTARG = %1$I, FUNCTION = %2$I, COMMUTATOR = <#>)', kind, kind || '_negative_inner_product');
    EXECUTE format('CREATE OPERATOR <=> (LEFTARG = %1$I, RIGHTARG = %1$I, FUNCTION = cosine_distance, COMMUTATOR = <=>)', kind);
    EXECUTE format('CREATE OPERATOR <+> (LEFTARG = %1$I, RIGHTARG = %1$I, FUNCTION = l1_distance, COMMUTATOR = <+>)', kind);
  END LOOP;

  FOREACH kind IN ARRAY ARRAY['vector', 'halfvec'] LOOP
    EXECUTE format('CREATE FUNCTION vector_dims(%1$I) RETURNS integer LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS ''SELECT pg_catalog.cardinality(pg_catalog.string_to_array($1::text, '''',''''))''', kind);
    EXECUTE format('CREATE FUNCTION %2$I(%1$I) RETURNS double precision LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS ''SELECT NULL::double precision''', kind, CASE kind WHEN 'vector' THEN 'vector_norm' ELSE 'l2_norm' END);
    EXECUTE format('CREATE FUNCTION subvector(%1$I, integer, integer) RETURNS %1$I LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS ''SELECT $1''', kind);
    EXECUTE format('CREATE FUNCTION binary_quantize(%1$I) RETURNS bit LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS ''SELECT NULL::bit''', kind);
    EXECUTE format('CREATE FUNCTION %2$I(%1$I, %1$I) RETURNS %1$I LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS ''SELECT $1''', kind, kind || '_add');
    EXECUTE format('CREATE FUNCTION %2$I(%1$I, %1$I) RETURNS %1$I LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS ''SELECT $1''', kind, kind || '_sub');
    EXECUTE format('CREATE FUNCTION %2$I(%1$I, %1$I) RETURNS %1$I LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS ''SELECT $1''', kind, kind || '_mul');
    EXECUTE format('CREATE FUNCTION %2$I(%1$I, %1$I) RETURNS %1$I LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS ''SELECT $1''', kind, kind || '_concat');
    EXECUTE format('CREATE OPERATOR + (LEFTARG = %1$I, RIGHTARG = %1$I, FUNCTION = %2$I, COMMUTATOR = +)', kind, kind || '_add');
    EXECUTE format('CREATE OPERATOR - (LEFTARG = %1$I, RIGHTARG = %1$I, FUNCTION = %2$I)', kind, kind || '_sub');
    EXECUTE format('CREATE OPERATOR * (LEFTARG = %1$I, RIGHTARG = %1$I, FUNCTION = %2$I, COMMUTATOR = *)', kind, kind || '_mul');
    EXECUTE format('CREATE OPERATOR || (LEFTARG = %1$I, RIGHTARG = %1$I, FUNCTION = %2$I)', kind, kind || '_concat');
    EXECUTE format('CREATE AGGREGATE sum(%1$I) (SFUNC = %2$I, STYPE = %1$I, PARALLEL = safe)', kind, kind || '_add');
    EXECUTE format('CREATE AGGREGATE avg(%1$I) (SFUNC = %2$I, STYPE = %1$I, PARALLEL = safe)', kind, kind || '_add');
    -- from and to arrays
    EXECUTE format('CREATE FUNCTION %2$I(%1$I, integer, boolean) RETURNS real[] LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS ''BEGIN RETURN translate($1::text, ''''[]'''', ''''{}''''); END''', kind, kind || '_to_float4');
    EXECUTE format('CREATE CAST (%1$I AS real[]) WITH FUNCTION %2$I(%1$I, integer, boolean) AS ASSIGNMENT', kind, kind || '_to_float4');
    DECLARE
      element text;
    BEGIN
      FOREACH element IN ARRAY ARRAY['integer', 'real', 'double precision', 'numeric'] LOOP
        EXECUTE format('CREATE FUNCTION %3$I(%2$s[], integer, boolean) RETURNS %1$I LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS ''BEGIN RETURN translate($1::text, ''''{}'''', ''''[]''''); END''', kind, element, 'array_to_' || kind);
        EXECUTE format('CREATE CAST (%2$s[] AS %1$I) WITH FUNCTION %3$I(%2$s[], integer, boolean) AS ASSIGNMENT', kind, element, 'array_to_' || kind);
      END LOOP;
    END;
  END LOOP;
END
$do$;

CREATE CAST (vector AS halfvec) WITH INOUT AS ASSIGNMENT;
CREATE CAST (halfvec AS vector) WITH INOUT AS ASSIGNMENT;
CREATE CAST (vector AS sparsevec) WITH INOUT AS ASSIGNMENT;
CREATE CAST (sparsevec AS vector) WITH INOUT AS ASSIGNMENT;
CREATE CAST (halfvec AS sparsevec) WITH INOUT AS ASSIGNMENT;
CREATE CAST (sparsevec AS halfvec) WITH INOUT AS ASSIGNMENT;
CREATE FUNCTION hamming_distance(bit, bit) RETURNS double precision LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT NULL::double precision';
CREATE FUNCTION jaccard_distance(bit, bit) RETURNS double precision LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT NULL::double precision';
CREATE OPERATOR <~> (LEFTARG = bit, RIGHTARG = bit, FUNCTION = hamming_distance, COMMUTATOR = <~>);
CREATE OPERATOR <%> (LEFTARG = bit, RIGHTARG = bit, FUNCTION = jaccard_distance, COMMUTATOR = <%>);

-- Index access methods. A hash index keeps rows of any size and needs no order; what the real ones would do with the
-- rows is not known.
CREATE ACCESS METHOD hnsw TYPE INDEX HANDLER hashhandler;
CREATE ACCESS METHOD ivfflat TYPE INDEX HANDLER hashhandler;
CREATE FUNCTION bit_hash(bit) RETURNS integer LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT pg_catalog.hashtext($1::text)';
DO $do$
DECLARE
  class record;
BEGIN
  FOR class IN
    SELECT method, kind, kind || '_' || distance || '_ops' AS name, method = 'ivfflat' AND kind = 'vector' AND distance = 'l2' AS is_default
    FROM unnest(ARRAY['hnsw', 'ivfflat']) AS method, unnest(ARRAY['vector', 'halfvec', 'sparsevec']) AS kind,
         unnest(ARRAY['l2', 'ip', 'cosine', 'l1']) AS distance
  LOOP
    EXECUTE format('CREATE OPERATOR CLASS %I %s FOR TYPE %I USING %I AS OPERATOR 1 =, FUNCTION 1 %I(%I)', class.name,
                   CASE WHEN class.is_default THEN 'DEFAULT' END, class.kind, class.method, class.kind || '_hash', class.kind);
  END LOOP;
  FOR class IN SELECT method, name FROM unnest(ARRAY['hnsw', 'ivfflat']) AS method, unnest(ARRAY['bit_hamming_ops', 'bit_jaccard_ops']) AS name LOOP
    EXECUTE format('CREATE OPERATOR CLASS %I FOR TYPE bit USING %I AS OPERATOR 1 =, FUNCTION 1 bit_hash(bit)', class.name, class.method);
  END LOOP;
END
$do$;
