-- The people who work with SIRA, as they are before any of them can log in. Their logins are made by
-- `runner seed auth-users`, which links them by e-mail.
INSERT INTO public.app_users (email, full_name, role) VALUES
  ('admin@sira.example.co.id', 'Ayu Lestari', 'ADMIN'),
  ('finance@sira.example.co.id', 'Budi Santoso', 'FINANCE'),
  ('collector@sira.example.co.id', 'Citra Dewi', 'COLLECTOR'),
  ('viewer@sira.example.co.id', 'Dimas Pratama', 'VIEWER')
ON CONFLICT (email) DO UPDATE SET full_name = EXCLUDED.full_name, role = EXCLUDED.role;
