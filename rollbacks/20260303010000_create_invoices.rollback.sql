-- Takes the invoices away; clients stay.

-- runner:allow drop-locks-other-table -- public.clients is locked for this one statement
DROP TABLE IF EXISTS public.invoices;
