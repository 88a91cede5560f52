-- What has to be known about tables to make rows for them: one row a fact, of seven columns whose meaning
-- runner/migration/row_shape.cpp knows by the first. $wanted$ is a query of their numbers. Names are written
-- out, because the session's search_path is not ours to change here.
WITH RECURSIVE wanted (oid) AS (
  SELECT DISTINCT coalesce(pg_partition_root(c.oid), c.oid)::oid
  FROM pg_catalog.pg_class c
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  WHERE c.oid IN ($wanted$) AND c.relkind IN ('r', 'p') AND c.relpersistence <> 't'
    AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' AND n.nspname <> $excluded_schema$
  UNION  -- what their foreign keys reach
  SELECT coalesce(pg_partition_root(k.confrelid), k.confrelid)::oid
  FROM wanted w JOIN pg_catalog.pg_constraint k ON k.conrelid = w.oid AND k.contype = 'f'
),
col AS (
  SELECT a.*, pg_get_expr(d.adbin, d.adrelid) AS default_text
  FROM wanted w
  JOIN pg_catalog.pg_attribute a ON a.attrelid = w.oid AND a.attnum > 0 AND NOT a.attisdropped
  LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
),
type (oid) AS (
  SELECT atttypid FROM col
  UNION
  SELECT part.oid
  FROM type u
  JOIN pg_catalog.pg_type t ON t.oid = u.oid
  CROSS JOIN LATERAL (
    SELECT t.typbasetype AS oid WHERE t.typtype = 'd'
    UNION ALL SELECT t.typelem WHERE t.typcategory = 'A'
    UNION ALL SELECT r.rngsubtype FROM pg_catalog.pg_range r WHERE r.rngtypid = t.oid
    UNION ALL SELECT r.rngtypid FROM pg_catalog.pg_range r WHERE r.rngmultitypid = t.oid  -- since 14
    UNION ALL SELECT a.atttypid FROM pg_catalog.pg_attribute a
              WHERE t.typtype = 'c' AND a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped
  ) part
)
SELECT 'table' AS fact, c.oid::text AS of, format('%I.%I', n.nspname, c.relname) AS a, c.relkind::text AS b,
       ''::text AS c, ''::text AS d, ''::text AS e
FROM wanted w JOIN pg_catalog.pg_class c ON c.oid = w.oid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
UNION ALL
SELECT 'column', attrelid::text, attnum::text, quote_ident(attname), atttypid::text || ' ' || atttypmod,
       CASE WHEN attnotnull THEN 'not null' ELSE '' END,
       CASE WHEN attgenerated <> '' THEN 'generated' WHEN attidentity <> '' OR default_text LIKE 'nextval(%' THEN 'counted'
            WHEN default_text IS NOT NULL THEN 'default' ELSE '' END
FROM col
UNION ALL
SELECT 'check', k.conrelid::text, array_to_string(k.conkey, ' '), pg_get_constraintdef(k.oid), '', '', ''
FROM wanted w JOIN pg_catalog.pg_constraint k ON k.conrelid = w.oid AND k.contype = 'c' AND k.conkey IS NOT NULL
UNION ALL
SELECT 'unique', i.indrelid::text, array_to_string(i.indkey, ' '), '', '', '', ''
FROM wanted w JOIN pg_catalog.pg_index i ON i.indrelid = w.oid AND i.indisunique
UNION ALL
SELECT 'reference', k.conrelid::text, array_to_string(k.conkey, ' '), k.confrelid::text, format('%I.%I', n.nspname, c.relname),
       (SELECT string_agg(quote_ident(a.attname), E'\x1f' ORDER BY key.place)
        FROM unnest(k.confkey) WITH ORDINALITY key (attnum, place)
        JOIN pg_catalog.pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = key.attnum), ''
FROM wanted w
JOIN pg_catalog.pg_constraint k ON k.conrelid = w.oid AND k.contype = 'f' AND k.conparentid = 0
JOIN pg_catalog.pg_class c ON c.oid = k.confrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
UNION ALL
SELECT 'check', w.oid::text,  -- partitions at any depth, by the columns of the table that they are parts of
       (SELECT string_agg(mine.attnum::text, ' ')
        FROM unnest(p.partattrs::int2[]) key
        JOIN pg_catalog.pg_attribute a ON a.attrelid = p.partrelid AND a.attnum = key
        JOIN pg_catalog.pg_attribute mine ON mine.attrelid = w.oid AND mine.attname = a.attname),
       (SELECT string_agg(pg_get_expr(c.relpartbound, c.oid), ' ' ORDER BY c.oid)
        FROM pg_catalog.pg_inherits i JOIN pg_catalog.pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = p.partrelid),
       '', '', ''
FROM wanted w
CROSS JOIN LATERAL pg_partition_tree(w.oid) t
JOIN pg_catalog.pg_partitioned_table p ON p.partrelid = t.relid
UNION ALL
SELECT 'type', t.oid::text, t.typname,
       CASE WHEN t.typtype = 'b' AND t.typcategory = 'A' THEN 'a' ELSE t.typtype::text END,
       CASE t.typtype WHEN 'd' THEN t.typbasetype::text || ' ' || t.typtypmod
            WHEN 'r' THEN (SELECT rngsubtype::text FROM pg_catalog.pg_range WHERE rngtypid = t.oid)
            WHEN 'm' THEN (SELECT rngtypid::text FROM pg_catalog.pg_range WHERE rngmultitypid = t.oid)  -- since 14
            WHEN 'c' THEN (SELECT string_agg(a.atttypid || ' ' || a.atttypmod, E'\x1f' ORDER BY a.attnum)
                           FROM pg_catalog.pg_attribute a
                           WHERE a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped)
            ELSE t.typelem::text END,
       CASE t.typtype WHEN 'e' THEN (SELECT string_agg(enumlabel, E'\x1f' ORDER BY enumsortorder)
                                     FROM pg_catalog.pg_enum WHERE enumtypid = t.oid)
            WHEN 'd' THEN (SELECT string_agg(pg_get_constraintdef(k.oid), E'\x1f' ORDER BY k.oid)
                           FROM pg_catalog.pg_constraint k WHERE k.contypid = t.oid AND k.contype = 'c') END,
       CASE WHEN t.typnotnull THEN 'not null' ELSE '' END
FROM type u JOIN pg_catalog.pg_type t ON t.oid = u.oid
