-- Takes the reminders away: after a later re-apply the job plans them anew and may remind a second time.

-- runner:allow drop-locks-other-table -- public.invoices is locked for this one statement
DROP TABLE IF EXISTS public.reminders;
