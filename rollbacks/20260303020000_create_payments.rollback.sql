-- Takes the payments away; the invoices they paid keep their status.

DROP TABLE IF EXISTS public.payments;
