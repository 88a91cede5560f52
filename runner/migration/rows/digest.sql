-- Digests of the rows of tables: one row for each column, and one called '' for whole rows. A value's hash is seeded
-- with the hash of its row's primary key, so that values that were swapped between rows are seen; where there is no
-- key, with the row's own. `number` is what stays when something is renamed. `pairs` holds key and value of each row where there are few, to count what differs.
CREATE OR REPLACE FUNCTION pg_temp.runner_digest(tables text[])
RETURNS TABLE (name text, col text, number text, key text, row_count bigint, value_count bigint, digest text,
               pairs text, part_of text)
LANGUAGE plpgsql
SET TimeZone = 'UTC' SET DateStyle = 'ISO, MDY' SET IntervalStyle = 'postgres' SET extra_float_digits = 1
SET bytea_output = 'hex' SET lc_monetary = 'C' SET row_security = off AS $function$
#variable_conflict use_column
DECLARE
  few CONSTANT bigint := 1000;
  wanted record;
  names text[];
  numbers int[];
  hashes text[];
  source text;
  counts bigint[];
  sums text[];
  lists text[];
  rows bigint;
BEGIN
  FOR wanted IN
    SELECT c.oid, format('%I.%I', n.nspname, c.relname) AS shown, c.relkind,
           (SELECT format('%I.%I', rn.nspname, r.relname)
            FROM pg_catalog.pg_class r JOIN pg_catalog.pg_namespace rn ON rn.oid = r.relnamespace
            WHERE c.relispartition AND r.oid = pg_partition_root(c.oid)) AS part_of,
           (SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY k.place)
            FROM pg_catalog.pg_index i
            CROSS JOIN LATERAL unnest(i.indkey) WITH ORDINALITY k (number, place)
            JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.number
            WHERE i.indrelid = c.oid AND i.indisprimary) AS keys
    FROM (SELECT DISTINCT to_regclass(t) AS oid FROM unnest(tables) t) u
    JOIN pg_catalog.pg_class c ON c.oid = u.oid
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p')
    ORDER BY 2
  LOOP
    -- By name: the order of columns is no part of the data.
    SELECT array_agg(quote_ident(a.attname) ORDER BY a.attname COLLATE "C"),
           array_agg(format('hashtextextended(coalesce(%1$s::text, ''''), "runner key" + (%1$s IS NOT NULL)::int)',
                            quote_ident(a.attname)) ORDER BY a.attname COLLATE "C"),
           array_agg(a.attnum::int ORDER BY a.attname COLLATE "C")
    INTO names, hashes, numbers
    FROM pg_catalog.pg_attribute a WHERE a.attrelid = wanted.oid AND a.attnum > 0 AND NOT a.attisdropped;
    names := coalesce(names, '{}');
    source := format('(SELECT *, hashtextextended(ROW(%s)::text, 0) AS "runner key" FROM %s%s) t',
                     coalesce(wanted.keys, array_to_string(names, ', ')),
                     CASE wanted.relkind WHEN 'r' THEN 'ONLY ' ELSE '' END, wanted.shown);
    hashes := hashes || format('hashtextextended(ROW(%s)::text, 0)', array_to_string(names, ', '));
    EXECUTE (SELECT format('SELECT count(*), ARRAY[%s, count(*)]::bigint[], ARRAY[%s]::text[] FROM %s',
                           coalesce(string_agg(format('count(CASE WHEN %s IS NOT NULL THEN 1 END)', names[i]), ', ' ORDER BY i)
                                    FILTER (WHERE i <= cardinality(names)), '0'),
                           string_agg('coalesce(sum(' || hashes[i] || '), 0)', ', ' ORDER BY i), source)
             FROM generate_series(1, cardinality(hashes)) i)
    INTO rows, counts, sums;
    lists := NULL;
    IF rows <= few THEN
      EXECUTE (SELECT format('SELECT ARRAY[%s] FROM %s', string_agg(format(
                        'string_agg("runner key" || '':'' || %s, '' '')', hashes[i]), ', ' ORDER BY i), source)
               FROM generate_series(1, cardinality(hashes)) i)
      INTO lists;
    END IF;
    RETURN QUERY SELECT wanted.shown, coalesce(names[i], ''), coalesce(numbers[i]::text, wanted.oid::text),
                        coalesce(wanted.keys, ''), rows,
                        counts[CASE WHEN cardinality(names) = 0 THEN 2 ELSE i END], sums[i], coalesce(lists[i], ''),
                        coalesce(wanted.part_of, '')
                 FROM generate_series(1, cardinality(hashes)) i;
  END LOOP;
END
$function$
