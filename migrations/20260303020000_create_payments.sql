-- What was paid, when and how late: lateness feeds the risk score.

CREATE TABLE public.payments (
  id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  invoice_id   bigint NOT NULL REFERENCES public.invoices (id) ON DELETE RESTRICT,
  amount_paid  numeric(15, 2) NOT NULL CHECK (amount_paid > 0),
  -- A line of the books without a date is a missing payment, not a payment: it stays out.
  payment_date date NOT NULL,
  -- Stored, not derived: a due date that is moved later must not change how late a payment was.
  days_late    integer NOT NULL,
  -- As the bank statement writes it: no code decides by it.
  method       text NOT NULL CHECK (method IN ('Virtual Account', 'Transfer Bank', 'Giro')),
  created_at   timestamptz NOT NULL DEFAULT now(),
  -- A bank statement that is imported twice must not pay an invoice twice. It serves the foreign key as index, too.
  CONSTRAINT payments_natural_key UNIQUE (invoice_id, payment_date, amount_paid, method)
);

COMMENT ON TABLE public.payments IS 'Payments that arrived; an invoice may have several.';
COMMENT ON COLUMN public.payments.id IS 'Surrogate key.';
COMMENT ON COLUMN public.payments.invoice_id IS 'The invoice it pays.';
COMMENT ON COLUMN public.payments.amount_paid IS 'Amount in rupiah.';
COMMENT ON COLUMN public.payments.payment_date IS 'Day on which the bank booked it.';
COMMENT ON COLUMN public.payments.days_late IS 'Payment date minus due date at that time; negative when early.';
COMMENT ON COLUMN public.payments.method IS 'How it was paid, in the words of the bank statement.';
COMMENT ON COLUMN public.payments.created_at IS 'When the row was made.';

-- The risk score looks at the payments of the last months.
CREATE INDEX payments_payment_date_idx ON public.payments (payment_date);

REVOKE ALL ON TABLE public.payments FROM anon, authenticated;
GRANT SELECT, INSERT ON TABLE public.payments TO authenticated;
GRANT ALL ON TABLE public.payments TO service_role;

ALTER TABLE public.payments ENABLE ROW LEVEL SECURITY;

-- Whoever may see an invoice may see its payments: the policies of invoices decide inside the subquery.
CREATE POLICY payments_select ON public.payments FOR SELECT TO authenticated
  USING (EXISTS (SELECT FROM public.invoices AS i WHERE i.id = payments.invoice_id));
CREATE POLICY payments_insert ON public.payments FOR INSERT TO authenticated
  WITH CHECK ((SELECT private.app_role()) IN ('ADMIN', 'FINANCE'));
