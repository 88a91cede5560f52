-- Every risk score ever computed, so that a change of category can be explained; clients carry the newest one's category.

CREATE TABLE public.risk_scores (
  id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  client_id     bigint NOT NULL REFERENCES public.clients (id) ON DELETE RESTRICT,
  score         numeric(5, 2) NOT NULL CHECK (score BETWEEN 0 AND 100),
  category      text NOT NULL CHECK (category IN ('LOW', 'MEDIUM', 'HIGH')),
  factors       jsonb NOT NULL DEFAULT '{}'::jsonb CHECK (jsonb_typeof(factors) = 'object'),
  model_version text NOT NULL CHECK (model_version <> ''),
  scored_at     timestamptz NOT NULL DEFAULT now()
);

COMMENT ON TABLE public.risk_scores IS 'History of risk scores, only ever added to.';
COMMENT ON COLUMN public.risk_scores.id IS 'Surrogate key.';
COMMENT ON COLUMN public.risk_scores.client_id IS 'Whom it rates.';
COMMENT ON COLUMN public.risk_scores.score IS 'From 0 (pays early) to 100 (does not pay).';
COMMENT ON COLUMN public.risk_scores.category IS 'Category that the model derived from the score.';
COMMENT ON COLUMN public.risk_scores.factors IS 'What the score rests on, by name: average days late, share overdue, …';
COMMENT ON COLUMN public.risk_scores.model_version IS 'Which rules computed it.';
COMMENT ON COLUMN public.risk_scores.scored_at IS 'When it was computed.';

CREATE INDEX risk_scores_client_id_scored_at_idx ON public.risk_scores (client_id, scored_at DESC);

-- Runs as its owner: whoever adds a score need not be allowed to change clients.
CREATE FUNCTION private.apply_risk_score() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
BEGIN
  -- A score that is delivered late must not overwrite a newer one.
  UPDATE public.clients AS c
     SET current_risk_category = NEW.category
   WHERE c.id = NEW.client_id
     AND c.current_risk_category <> NEW.category
     AND NOT EXISTS (SELECT FROM public.risk_scores AS s
                      WHERE s.client_id = NEW.client_id AND s.scored_at > NEW.scored_at);
  RETURN NULL;
END;
$$;
COMMENT ON FUNCTION private.apply_risk_score() IS 'Copies the newest score''s category to its client.';
REVOKE ALL ON FUNCTION private.apply_risk_score() FROM PUBLIC;

CREATE TRIGGER risk_scores_apply AFTER INSERT ON public.risk_scores
  FOR EACH ROW EXECUTE FUNCTION private.apply_risk_score();

REVOKE ALL ON TABLE public.risk_scores FROM anon, authenticated;
GRANT SELECT ON TABLE public.risk_scores TO authenticated;
GRANT ALL ON TABLE public.risk_scores TO service_role;

ALTER TABLE public.risk_scores ENABLE ROW LEVEL SECURITY;

CREATE POLICY risk_scores_select ON public.risk_scores FOR SELECT TO authenticated
  USING ((SELECT private.app_role()) IN ('ADMIN', 'FINANCE', 'VIEWER'));
