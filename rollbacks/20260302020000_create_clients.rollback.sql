-- Takes the clients away, encrypted contacts included: nothing else holds a copy.

DROP TABLE IF EXISTS public.clients;
