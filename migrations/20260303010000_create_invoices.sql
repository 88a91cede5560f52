-- What each client owes, and until when: the table that the reminder job reads.
-- Row level security is on and there is no policy: until staff are let in, only the back end (service_role) sees invoices.

CREATE TABLE public.invoices (
  id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  -- An invoice is a legal record: a client that has one cannot be deleted.
  client_id      bigint NOT NULL REFERENCES public.clients (id) ON DELETE RESTRICT,
  invoice_number text NOT NULL UNIQUE CHECK (invoice_number <> ''),
  amount         numeric(15, 2) NOT NULL CHECK (amount > 0),
  issue_date     date NOT NULL,
  due_date       date NOT NULL,
  -- The code decides by these, so it does not depend on the wording of the books. Seeds map:
  -- Belum Dibayar → UNPAID, Dibayar Sebagian → PARTIAL, Lunas → PAID, Overdue/Gagal Bayar → OVERDUE.
  status         text NOT NULL DEFAULT 'UNPAID' CHECK (status IN ('UNPAID', 'PARTIAL', 'PAID', 'OVERDUE')),
  created_at     timestamptz NOT NULL DEFAULT now()
);

COMMENT ON TABLE public.invoices IS 'Invoices, one row each.';
COMMENT ON COLUMN public.invoices.id IS 'Surrogate key.';
COMMENT ON COLUMN public.invoices.client_id IS 'Who owes it.';
COMMENT ON COLUMN public.invoices.invoice_number IS 'Number printed on the invoice, the natural key.';
COMMENT ON COLUMN public.invoices.amount IS 'Total in rupiah, tax included.';
COMMENT ON COLUMN public.invoices.issue_date IS 'Date printed on the invoice.';
COMMENT ON COLUMN public.invoices.due_date IS 'Last day on which a payment is in time.';
COMMENT ON COLUMN public.invoices.status IS 'UNPAID, PARTIAL, PAID or OVERDUE (past due, nothing paid).';
COMMENT ON COLUMN public.invoices.created_at IS 'When the row was made.';

CREATE INDEX invoices_client_id_idx ON public.invoices (client_id);
-- The job asks every morning what is due; three quarters of all invoices are paid and never interest it.
CREATE INDEX invoices_open_due_date_idx ON public.invoices (due_date) WHERE status <> 'PAID';

REVOKE ALL ON TABLE public.invoices FROM anon, authenticated;
GRANT SELECT, INSERT, UPDATE ON TABLE public.invoices TO authenticated;
GRANT ALL ON TABLE public.invoices TO service_role;

ALTER TABLE public.invoices ENABLE ROW LEVEL SECURITY;
