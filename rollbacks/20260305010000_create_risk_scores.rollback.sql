-- Takes the history of scores away; clients keep the category that it last gave them.
-- The table goes first: its trigger holds the function.

DROP TABLE IF EXISTS public.risk_scores;
DROP FUNCTION IF EXISTS private.apply_risk_score();
