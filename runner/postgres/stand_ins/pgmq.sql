-- pgmq: queues are tables; messages are kept and read without locks or waiting.
CREATE TABLE pgmq.meta (
  queue_name varchar UNIQUE NOT NULL, is_partitioned boolean NOT NULL, is_unlogged boolean NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE TYPE pgmq.message_record AS (msg_id bigint, read_ct integer, enqueued_at timestamptz, vt timestamptz, message jsonb, headers jsonb);
CREATE TYPE pgmq.queue_record AS (queue_name varchar, is_partitioned boolean, is_unlogged boolean, created_at timestamptz);
CREATE TYPE pgmq.metrics_result AS (
  queue_name text, queue_length bigint, newest_msg_age_sec integer, oldest_msg_age_sec integer, total_messages bigint,
  scrape_time timestamptz, queue_visible_length bigint
);
CREATE FUNCTION pgmq.format_table_name(queue_name text, prefix text) RETURNS text LANGUAGE sql IMMUTABLE AS
  $fn$ SELECT lower($2 || '_' || $1) $fn$;
CREATE FUNCTION pgmq.validate_queue_name(queue_name text) RETURNS void LANGUAGE sql AS '';
CREATE FUNCTION pgmq.create_non_partitioned(queue_name text) RETURNS void LANGUAGE plpgsql AS $fn$
BEGIN
  EXECUTE format('CREATE TABLE IF NOT EXISTS pgmq.%I (msg_id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY, read_ct integer '
    'NOT NULL DEFAULT 0, enqueued_at timestamptz NOT NULL DEFAULT now(), vt timestamptz NOT NULL, message jsonb, headers jsonb)',
    pgmq.format_table_name($1, 'q'));
  EXECUTE format('CREATE TABLE IF NOT EXISTS pgmq.%I (msg_id bigint PRIMARY KEY, read_ct integer NOT NULL DEFAULT 0, enqueued_at '
    'timestamptz NOT NULL DEFAULT now(), archived_at timestamptz NOT NULL DEFAULT now(), vt timestamptz NOT NULL, message jsonb, '
    'headers jsonb)', pgmq.format_table_name($1, 'a'));
  INSERT INTO pgmq.meta (queue_name, is_partitioned, is_unlogged) VALUES ($1, false, false) ON CONFLICT DO NOTHING;
END
$fn$;
CREATE FUNCTION pgmq.create(queue_name text) RETURNS void LANGUAGE sql AS 'SELECT pgmq.create_non_partitioned($1)';
CREATE FUNCTION pgmq.create_unlogged(queue_name text) RETURNS void LANGUAGE sql AS 'SELECT pgmq.create_non_partitioned($1)';
CREATE FUNCTION pgmq.create_partitioned(queue_name text, partition_interval text DEFAULT '10000', retention_interval text DEFAULT '100000')
  RETURNS void LANGUAGE sql AS 'SELECT pgmq.create_non_partitioned($1)';
CREATE FUNCTION pgmq.convert_archive_partitioned(table_name text, partition_interval text DEFAULT '10000',
  retention_interval text DEFAULT '100000', leading_partition integer DEFAULT 10) RETURNS void LANGUAGE sql AS '';
CREATE FUNCTION pgmq.detach_archive(queue_name text) RETURNS void LANGUAGE sql AS '';
CREATE FUNCTION pgmq.drop_queue(queue_name text) RETURNS boolean LANGUAGE plpgsql AS $fn$
BEGIN
  EXECUTE format('DROP TABLE IF EXISTS pgmq.%I, pgmq.%I', pgmq.format_table_name($1, 'q'), pgmq.format_table_name($1, 'a'));
  DELETE FROM pgmq.meta AS m WHERE m.queue_name = $1;
  RETURN FOUND;
END
$fn$;
CREATE FUNCTION pgmq.drop_queue(queue_name text, partitioned boolean) RETURNS boolean LANGUAGE sql AS 'SELECT pgmq.drop_queue($1)';
CREATE FUNCTION pgmq.send(queue_name text, msg jsonb, headers jsonb, delay timestamptz) RETURNS SETOF bigint LANGUAGE plpgsql AS $fn$
BEGIN
  RETURN QUERY EXECUTE format('INSERT INTO pgmq.%I (vt, message, headers) VALUES ($1, $2, $3) RETURNING msg_id',
    pgmq.format_table_name($1, 'q')) USING $4, $2, $3;
END
$fn$;
CREATE FUNCTION pgmq.send(queue_name text, msg jsonb) RETURNS SETOF bigint LANGUAGE sql AS 'SELECT pgmq.send($1, $2, NULL, clock_timestamp())';
CREATE FUNCTION pgmq.send(queue_name text, msg jsonb, headers jsonb) RETURNS SETOF bigint LANGUAGE sql AS 'SELECT pgmq.send($1, $2, $3, clock_timestamp())';
CREATE FUNCTION pgmq.send(queue_name text, msg jsonb, delay integer) RETURNS SETOF bigint LANGUAGE sql AS
  'SELECT pgmq.send($1, $2, NULL, clock_timestamp() + make_interval(secs => $3))';
CREATE FUNCTION pgmq.send(queue_name text, msg jsonb, delay timestamptz) RETURNS SETOF bigint LANGUAGE sql AS 'SELECT pgmq.send($1, $2, NULL, $3)';
CREATE FUNCTION pgmq.send(queue_name text, msg jsonb, headers jsonb, delay integer) RETURNS SETOF bigint LANGUAGE sql AS
  'SELECT pgmq.send($1, $2, $3, clock_timestamp() + make_interval(secs => $4))';
CREATE FUNCTION pgmq.send_batch(queue_name text, msgs jsonb[]) RETURNS SETOF bigint LANGUAGE sql AS 'SELECT pgmq.send($1, m) FROM unnest($2) AS m';
CREATE FUNCTION pgmq.send_batch(queue_name text, msgs jsonb[], delay integer) RETURNS SETOF bigint LANGUAGE sql AS
  'SELECT pgmq.send($1, m, $3) FROM unnest($2) AS m';
CREATE FUNCTION pgmq.read(queue_name text, vt integer, qty integer, conditional jsonb DEFAULT '{}') RETURNS SETOF pgmq.message_record
  LANGUAGE plpgsql AS $fn$
BEGIN
  RETURN QUERY EXECUTE format('SELECT msg_id, read_ct, enqueued_at, vt, message, headers FROM pgmq.%I ORDER BY msg_id LIMIT $1',
    pgmq.format_table_name($1, 'q')) USING $3;
END
$fn$;
CREATE FUNCTION pgmq.read_with_poll(queue_name text, vt integer, qty integer, max_poll_seconds integer DEFAULT 5,
  poll_interval_ms integer DEFAULT 100, conditional jsonb DEFAULT '{}') RETURNS SETOF pgmq.message_record LANGUAGE sql AS
  'SELECT * FROM pgmq.read($1, $2, $3)';
CREATE FUNCTION pgmq.delete(queue_name text, msg_id bigint) RETURNS boolean LANGUAGE plpgsql AS $fn$
DECLARE
  gone bigint;
BEGIN
  EXECUTE format('DELETE FROM pgmq.%I WHERE msg_id = $1 RETURNING msg_id', pgmq.format_table_name($1, 'q')) INTO gone USING $2;
  RETURN gone IS NOT NULL;
END
$fn$;
CREATE FUNCTION pgmq.delete(queue_name text, msg_ids bigint[]) RETURNS SETOF bigint LANGUAGE sql AS
  'SELECT m FROM unnest($2) AS m WHERE pgmq.delete($1, m)';
CREATE FUNCTION pgmq.archive(queue_name text, msg_id bigint) RETURNS boolean LANGUAGE sql AS 'SELECT pgmq.delete($1, $2)';
CREATE FUNCTION pgmq.archive(queue_name text, msg_ids bigint[]) RETURNS SETOF bigint LANGUAGE sql AS 'SELECT pgmq.delete($1, $2)';
CREATE FUNCTION pgmq.pop(queue_name text) RETURNS SETOF pgmq.message_record LANGUAGE sql AS 'SELECT * FROM pgmq.read($1, 0, 1)';
CREATE FUNCTION pgmq.set_vt(queue_name text, msg_id bigint, vt integer) RETURNS SETOF pgmq.message_record LANGUAGE sql AS
  'SELECT * FROM pgmq.read($1, $3, 1)';
CREATE FUNCTION pgmq.purge_queue(queue_name text) RETURNS bigint LANGUAGE plpgsql AS $fn$
BEGIN
  EXECUTE format('TRUNCATE pgmq.%I', pgmq.format_table_name($1, 'q'));
  RETURN 0;
END
$fn$;
CREATE FUNCTION pgmq.list_queues() RETURNS SETOF pgmq.queue_record LANGUAGE sql AS
  'SELECT queue_name, is_partitioned, is_unlogged, created_at FROM pgmq.meta';
CREATE FUNCTION pgmq.metrics(queue_name text) RETURNS pgmq.metrics_result LANGUAGE sql AS
  'SELECT ROW($1, 0, NULL, NULL, 0, now(), 0)::pgmq.metrics_result';
CREATE FUNCTION pgmq.metrics_all() RETURNS SETOF pgmq.metrics_result LANGUAGE sql AS
  'SELECT (pgmq.metrics(queue_name)).* FROM pgmq.meta';
