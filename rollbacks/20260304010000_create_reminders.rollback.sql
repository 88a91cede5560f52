-- Takes the reminders away: after a later re-apply the job plans them anew and may remind a second time.

DROP TABLE IF EXISTS public.reminders;
