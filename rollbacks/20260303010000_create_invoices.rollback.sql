-- Takes the invoices away; clients stay.

DROP TABLE IF EXISTS public.invoices;
