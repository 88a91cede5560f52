-- Takes the payments away; the invoices they paid keep their status.

-- runner:allow drop-locks-other-table -- public.invoices is locked for this one statement
DROP TABLE IF EXISTS public.payments;
