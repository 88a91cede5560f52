-- The companies that owe money. Their contact's e-mail and phone are personal data: the application encrypts
-- them before SQL, so that neither a dump nor a statement log holds them in clear.

CREATE TABLE public.clients (
  id                    bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  company_name          text NOT NULL CHECK (company_name <> ''),
  -- One spelling only, or one company could be entered twice: fifteen digits as printed, or the sixteen in use since 2024.
  npwp                  text NOT NULL UNIQUE
                        CHECK (npwp ~ '^([0-9]{2}\.[0-9]{3}\.[0-9]{3}\.[0-9]-[0-9]{3}\.[0-9]{3}|[0-9]{16})$'),
  -- Text, because the application's encrypt() gives URL-safe base64 and bytea would have to be converted back on every read.
  -- The pattern is there to refuse plain text: no address and no phone number matches it.
  -- The nonce is random, so these cannot be searched; nobody does, a client is found by its npwp.
  pic_email             text CHECK (pic_email ~ '^[A-Za-z0-9_-]{38,}={0,2}$'),
  pic_phone             text CHECK (pic_phone ~ '^[A-Za-z0-9_-]{38,}={0,2}$'),
  company_type          text NOT NULL CHECK (company_type IN ('PT', 'CV', 'UD')),
  current_risk_category text NOT NULL DEFAULT 'MEDIUM' CHECK (current_risk_category IN ('LOW', 'MEDIUM', 'HIGH')),
  created_at            timestamptz NOT NULL DEFAULT now(),
  updated_at            timestamptz NOT NULL DEFAULT now()
);

COMMENT ON TABLE public.clients IS 'Companies that receive invoices.';
COMMENT ON COLUMN public.clients.id IS 'Surrogate key.';
COMMENT ON COLUMN public.clients.company_name IS 'Registered name; not unique, names repeat across cities.';
COMMENT ON COLUMN public.clients.npwp IS 'Indonesian tax number, the natural key.';
COMMENT ON COLUMN public.clients.pic_email IS 'E-mail of the person in charge: AES-256-GCM, URL-safe base64 of nonce, ciphertext and tag; null where unknown.';
COMMENT ON COLUMN public.clients.pic_phone IS 'Phone of the person in charge, encrypted like pic_email.';
COMMENT ON COLUMN public.clients.company_type IS 'Legal form: PT limited company, CV limited partnership, UD sole trader.';
COMMENT ON COLUMN public.clients.current_risk_category IS 'Category of the newest risk score; decides how early and how often reminders go out.';
COMMENT ON COLUMN public.clients.created_at IS 'When the row was made.';
COMMENT ON COLUMN public.clients.updated_at IS 'When the row last changed, kept by a trigger.';

CREATE TRIGGER clients_touch BEFORE UPDATE ON public.clients
  FOR EACH ROW EXECUTE FUNCTION private.touch_updated_at();

REVOKE ALL ON TABLE public.clients FROM anon, authenticated;
GRANT SELECT, INSERT, UPDATE ON TABLE public.clients TO authenticated;
GRANT ALL ON TABLE public.clients TO service_role;

ALTER TABLE public.clients ENABLE ROW LEVEL SECURITY;

-- A signed-in stranger has no app user and therefore no role.
CREATE POLICY clients_select ON public.clients FOR SELECT TO authenticated
  USING ((SELECT private.app_role()) IS NOT NULL);
CREATE POLICY clients_insert ON public.clients FOR INSERT TO authenticated
  WITH CHECK ((SELECT private.app_role()) IN ('ADMIN', 'FINANCE'));
CREATE POLICY clients_update ON public.clients FOR UPDATE TO authenticated
  USING ((SELECT private.app_role()) IN ('ADMIN', 'FINANCE'))
  WITH CHECK ((SELECT private.app_role()) IN ('ADMIN', 'FINANCE'));
