-- Reminders that are planned and sent. The recipient is not copied here: it is read, decrypted, at the moment of sending.

CREATE TABLE public.reminders (
  id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  invoice_id    bigint NOT NULL REFERENCES public.invoices (id) ON DELETE RESTRICT,
  channel       text NOT NULL CHECK (channel IN ('EMAIL', 'WHATSAPP')),
  days_from_due integer NOT NULL,
  scheduled_for timestamptz NOT NULL,
  status        text NOT NULL DEFAULT 'SCHEDULED' CHECK (status IN ('SCHEDULED', 'SENT', 'FAILED', 'CANCELLED')),
  sent_at       timestamptz,
  attempts      integer NOT NULL DEFAULT 0 CHECK (attempts >= 0),
  last_error    text,
  created_at    timestamptz NOT NULL DEFAULT now(),
  updated_at    timestamptz NOT NULL DEFAULT now(),
  -- The job may run twice; a client must not be reminded twice. It serves the foreign key as index, too.
  CONSTRAINT reminders_once UNIQUE (invoice_id, channel, days_from_due),
  CONSTRAINT reminders_sent_at_when_sent CHECK ((status = 'SENT') = (sent_at IS NOT NULL))
);

COMMENT ON TABLE public.reminders IS 'One row per invoice, channel and day relative to the due date.';
COMMENT ON COLUMN public.reminders.id IS 'Surrogate key.';
COMMENT ON COLUMN public.reminders.invoice_id IS 'The invoice it is about.';
COMMENT ON COLUMN public.reminders.channel IS 'How it is sent.';
COMMENT ON COLUMN public.reminders.days_from_due IS 'Step of the reminder plan: days after the due date, negative before it.';
COMMENT ON COLUMN public.reminders.scheduled_for IS 'Earliest moment of sending.';
COMMENT ON COLUMN public.reminders.status IS 'SCHEDULED, SENT, FAILED (no attempt left) or CANCELLED (paid before it was due).';
COMMENT ON COLUMN public.reminders.sent_at IS 'When the provider accepted it; null unless SENT.';
COMMENT ON COLUMN public.reminders.attempts IS 'How often sending was tried.';
COMMENT ON COLUMN public.reminders.last_error IS 'What the provider said last, without the recipient.';
COMMENT ON COLUMN public.reminders.created_at IS 'When the row was made.';
COMMENT ON COLUMN public.reminders.updated_at IS 'When the row last changed, kept by a trigger.';

-- The sender takes the next ones that are due; those already handled do not weigh on the index.
CREATE INDEX reminders_queue_idx ON public.reminders (scheduled_for) WHERE status = 'SCHEDULED';

CREATE TRIGGER reminders_touch BEFORE UPDATE ON public.reminders
  FOR EACH ROW EXECUTE FUNCTION private.touch_updated_at();

-- The back end alone plans and sends.
REVOKE ALL ON TABLE public.reminders FROM anon, authenticated;
GRANT SELECT ON TABLE public.reminders TO authenticated;
GRANT ALL ON TABLE public.reminders TO service_role;

ALTER TABLE public.reminders ENABLE ROW LEVEL SECURITY;

CREATE POLICY reminders_select ON public.reminders FOR SELECT TO authenticated
  USING (EXISTS (SELECT FROM public.invoices AS i WHERE i.id = reminders.invoice_id));
