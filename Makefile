# Short names for what is done every day. Each target is one call of ./runnerw, which sets up and builds what is missing.

.PHONY: check db-start db-stop db-migrate db-reset db-seed test

# Execute the pending migrations on a throw-away PostgreSQL and give a verdict.
check:
	./runnerw run migrate:check

# Start the local database; `./runnerw db url` says where it listens.
db-start:
	./runnerw db start

# Stop the local database; its data stays.
db-stop:
	./runnerw db stop

# Apply new migrations to the local database; its rows stay.
db-migrate:
	./runnerw run migrate

# Wipe the local database and migrate it.
db-reset:
	./runnerw db reset
	./runnerw run migrate

# Wipe the local database, migrate it, fill it (people, their accounts, clients, invoices, payments), and show how that
# spreads. The first line is there to find out whether ENCRYPTION_KEY is right before anything is wiped.
db-seed:
	./runnerw crypt encrypt </dev/null
	./runnerw db reset
	./runnerw run migrate
	./runnerw seed files
	./runnerw seed auth-users --via sql
	./runnerw seed all
	./runnerw seed report

# Build and pass all tests; `./runnerw test <filter>` runs some.
test:
	./runnerw test
