-- Takes the history of scores away; clients keep the category that it last gave them.
-- The table goes first: its trigger holds the function.

-- runner:allow drop-locks-other-table -- public.clients is locked for as long as these catalogue changes take
DROP TABLE IF EXISTS public.risk_scores;
DROP FUNCTION IF EXISTS private.apply_risk_score();
