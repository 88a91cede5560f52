-- Who changed or deleted money, and what was there before. Inserts are not logged: the row itself says them.
-- Clients stay out: their ciphertext, copied here, would be missed when the key is rotated.

CREATE TABLE public.audit_log (
  id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  table_name  text NOT NULL,
  row_id      bigint NOT NULL,
  action      text NOT NULL CHECK (action IN ('UPDATE', 'DELETE')),
  old_row     jsonb NOT NULL,
  new_row     jsonb,
  -- No foreign key: the log outlives the account.
  actor_id    uuid,
  actor_role  text NOT NULL,
  occurred_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT audit_log_new_row_when_updated CHECK ((action = 'UPDATE') = (new_row IS NOT NULL))
);

COMMENT ON TABLE public.audit_log IS 'Changes to rows that stand for money, written by triggers alone.';
COMMENT ON COLUMN public.audit_log.id IS 'Surrogate key, in the order of writing.';
COMMENT ON COLUMN public.audit_log.table_name IS 'Table of the row, in schema public.';
COMMENT ON COLUMN public.audit_log.row_id IS 'The row''s id.';
COMMENT ON COLUMN public.audit_log.action IS 'UPDATE or DELETE.';
COMMENT ON COLUMN public.audit_log.old_row IS 'The row before.';
COMMENT ON COLUMN public.audit_log.new_row IS 'The row after; null for DELETE.';
COMMENT ON COLUMN public.audit_log.actor_id IS 'auth.uid() of the caller; null for the back end and for SQL sessions.';
COMMENT ON COLUMN public.audit_log.actor_role IS 'auth.role() of the caller, or the login role of a session without a token.';
COMMENT ON COLUMN public.audit_log.occurred_at IS 'Start of the transaction that did it.';

CREATE INDEX audit_log_row_idx ON public.audit_log (table_name, row_id);
CREATE INDEX audit_log_occurred_at_idx ON public.audit_log (occurred_at);

-- Nobody writes here but the trigger below, which runs as the owner; the back end cannot cover its tracks either.
REVOKE ALL ON TABLE public.audit_log FROM anon, authenticated, service_role;
GRANT SELECT ON TABLE public.audit_log TO authenticated, service_role;

ALTER TABLE public.audit_log ENABLE ROW LEVEL SECURITY;

CREATE POLICY audit_log_select ON public.audit_log FOR SELECT TO authenticated
  USING ((SELECT private.app_role()) = 'ADMIN');

CREATE FUNCTION private.write_audit() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
BEGIN
  INSERT INTO public.audit_log (table_name, row_id, action, old_row, new_row, actor_id, actor_role)
  VALUES (TG_TABLE_NAME, OLD.id, TG_OP, to_jsonb(OLD), CASE TG_OP WHEN 'UPDATE' THEN to_jsonb(NEW) END,
          auth.uid(), coalesce(auth.role(), session_user));
  RETURN NULL;
END;
$$;
COMMENT ON FUNCTION private.write_audit() IS 'Logs an UPDATE or DELETE of a table whose key is id.';
REVOKE ALL ON FUNCTION private.write_audit() FROM PUBLIC;

-- Payments only: a second existing table would be locked by the same transaction. Invoices follow in their own migration.
CREATE TRIGGER payments_audit AFTER UPDATE OR DELETE ON public.payments
  FOR EACH ROW EXECUTE FUNCTION private.write_audit();
