# Short names for what is done every day. Each target is one call of ./runnerw, which sets up and builds what is missing.

.PHONY: check db-start db-stop db-reset test

# Execute the pending migrations on a throw-away PostgreSQL and give a verdict.
check:
	./runnerw run migrate:check

# Start the local database; `./runnerw db url` says where it listens.
db-start:
	./runnerw db start

# Stop the local database; its data stays.
db-stop:
	./runnerw db stop

# Empty the local database.
db-reset:
	./runnerw db reset

# Build and pass all tests; `./runnerw test <filter>` runs some.
test:
	./runnerw test
