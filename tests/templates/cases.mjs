// Tests of ci-templates/: `node cases.mjs CASE RUNNER TOOLS CACHE`. CMakeLists.txt finds the names by the calls of test().
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";

import { Project, junit, pipelines, sources, template, variables_of } from "./gitlab_project.mjs";
import { complaints, documents } from "./gitlab_schema.mjs";

const cases = new Map();
function test(name, body) {
  assert.ok(!cases.has(name), `two tests are called ${name}`);
  cases.set(name, body);
}

const made = [];
function project(options) {
  made.push(new Project(options));
  return made.at(-1);
}

const everything = {
  "check-stage": "verify",
  "migrate-stage": "change",
  "rollback-stage": "change",
  "job-prefix": "orders:",
  image: "registry.example.com/runner:1",
  command: "/opt/runner/bin/runner",
  "pipeline-file": "db/pipeline.yml",
  "shadow-service": [{ name: "postgres:15", alias: "shadow" }],
  "shadow-url": "postgresql://postgres@shadow/postgres",
  "rollback-without-version": "refuse",
  environment: "orders/production",
  "resource-group": "orders",
};

test("ResolvesToWhatTheSchemaOfGitlabAllows", () => {
  for (const inputs of [{}, everything]) {
    const ci = { stages: ["verify", "change", "build", "test", "deploy"], include: [{ local: template, inputs }] };
    const [resolved] = documents(project({ ci }).resolved());
    assert.deepEqual(complaints(resolved), []);
  }
});

test("TellsItsInputsAsTheSchemaOfGitlabAllows", () => {
  const [spec, jobs] = documents(fs.readFileSync(path.join(sources, template), "utf8"));
  assert.deepEqual(complaints(spec), []);
  for (const [name, input] of Object.entries(spec.spec.inputs)) {
    assert.ok(input.description, `input ${name} has no description`);
    assert.ok("default" in input, `input ${name} has no default`);
    assert.ok(JSON.stringify(jobs).includes(`$[[ inputs.${name} ]]`), `input ${name} does nothing`);
  }
});

test("LeavesTheKeywordsOfAllJobsToTheProject", () => {
  const [, jobs] = documents(fs.readFileSync(path.join(sources, template), "utf8"));
  for (const keyword of ["default", "stages", "variables", "workflow", "image", "services", "cache", "before_script"])
    assert.ok(!(keyword in jobs), `${keyword} would reach jobs that are not ours`);
});

test("WouldBeCaughtIfTheSchemaOfGitlabForbadeIt", () => {
  const bad = project({ change_template: (text) => text.replace("interruptible: true", "interruptible: sometimes") });
  const shown = bad.gitlab_ci_local(["--preview", "--json-schema-validation=false"], pipelines.main);
  assert.deepEqual(complaints(documents(shown.out)[0]), ["/migrate:check/interruptible: must be boolean"]);
});

test("HasItsJobsWhereTheyBelong", () => {
  const repository = project();
  const jobs = Object.entries(pipelines).map(([kind, variables]) => [kind, repository.jobs(variables)]);
  const check = { "migrate:check": "on_success" };
  const all = { ...check, migrate: "on_success", "migrate:rollback": "manual, may fail" };
  assert.deepEqual(Object.fromEntries(jobs), {
    merge_request: check,
    main: all,
    started_by_hand: all,
    branch: {},
    tag: {},
    schedule: {},
  });
});

test("HasNoJobsWhereItIsDisabled", () => {
  const repository = project();
  const jobs = (kind, value) => repository.jobs({ ...pipelines[kind], RUNNER_DISABLED: value });
  assert.deepEqual(jobs("merge_request", "true"), {});
  assert.deepEqual(jobs("main", "Yes"), {});
  assert.deepEqual(jobs("main", "1"), {});
  assert.notDeepEqual(jobs("main", "false"), {});
  assert.notDeepEqual(jobs("merge_request", "0"), {});
});

test("TakesNamesAndStagesFromItsInputs", () => {
  const ci = { stages: ["verify", "change"], include: [{ local: template, inputs: everything }] };
  const [resolved] = documents(project({ ci }).resolved());
  const job = resolved["orders:migrate:check"];
  const rollback = resolved["orders:migrate:rollback"];
  assert.equal(resolved["orders:migrate"].stage, "change");
  assert.equal(rollback.stage, "change");
  assert.equal(rollback.resource_group, "orders");
  assert.equal(rollback.environment.name, "orders/production");
  assert.equal(resolved["migrate:check"], undefined);
  assert.equal(job.stage, "verify");
  assert.equal(job.variables.RUNNER_IMAGE, "registry.example.com/runner:1");
  assert.deepEqual(job.services, [{ name: "postgres:15", alias: "shadow" }]);
});

test("CanBeIncludedForTwoDatabases", () => {
  const include = ["orders:", "billing:"].map((prefix) => ({ local: template, inputs: { "job-prefix": prefix } }));
  const names = Object.keys(project({ ci: { include } }).jobs(pipelines.merge_request));
  assert.deepEqual(names.sort(), ["billing:migrate:check", "orders:migrate:check"]);
  const on_main = Object.keys(project({ ci: { include } }).jobs(pipelines.main));
  assert.equal(on_main.length, 6);
});

test("RefusesAPrefixThatIsNoName", () => {
  const shown = project({ inputs: { "job-prefix": "a'b" } }).gitlab_ci_local(["--preview"], pipelines.main);
  assert.notEqual(shown.code, 0);
  assert.match(shown.out + shown.err, /job-prefix/);
});

test("TakesRulesFromItsInputs", () => {
  const rules = [{ if: '$CI_COMMIT_BRANCH == "feature"' }];
  const never = [{ when: "never" }];
  const repository = project({ inputs: { "check-rules": rules, "migrate-rules": never, "rollback-rules": never } });
  assert.deepEqual(repository.jobs(pipelines.merge_request), {});
  assert.deepEqual(repository.jobs(pipelines.branch), { "migrate:check": "on_success" });
  assert.deepEqual(repository.jobs({ ...pipelines.branch, RUNNER_DISABLED: "true" }), {});
});

test("IsIncludedAsReadmeShows", () => {
  const readme = fs.readFileSync(path.join(sources, "README.md"), "utf8");
  const section = readme.slice(readme.indexOf("## In GitLab"));
  const [example] = documents(/```yaml\n([^`]*)```/.exec(section)[1]);
  assert.equal(example.include[0].file, template);
  const { inputs } = example.include[0];
  const repository = project({ ci: { ...example, include: [{ local: template, inputs }] } });
  const [resolved] = documents(repository.resolved());
  assert.deepEqual(complaints(resolved), []);
  assert.equal(resolved["migrate:check"].stage, "check");
  assert.equal(resolved.migrate.stage, "migrate");
  const [spec] = documents(fs.readFileSync(path.join(sources, template), "utf8"));
  for (const name of Object.keys(spec.spec.inputs)) assert.ok(section.includes(`\`${name}\``), `README lacks ${name}`);
});

test("PassesAGoodMigrationInAMergeRequest", () => {
  const repository = project();
  const column = ["ADD COLUMN level integer", "DROP COLUMN IF EXISTS level"];
  repository.propose("20260401000000_add_level", ...column.map((action) => `ALTER TABLE public.invoices ${action};`));
  const done = repository.run("migrate:check", repository.merge_request());
  assert.equal(done.code, 0, done.log);
  assert.match(done.log, /1 pending migration, 8 applied/);
  assert.match(done.log.trimEnd().split("\n").at(-1), /^migrate:check: passed: /);
  const report = junit(done, "migrate-check");
  assert.match(report, /classname="migrate:check\.dry-run" name="20260401000000_add_level"/);
  assert.doesNotMatch(report, /<failure|<error/);
});

/// What a bad migration leads to: the job's exit code, a JUnit failure at its place, and the way to see it again.
function fails(name, sql, step, place) {
  const repository = project();
  repository.propose(name, sql);
  const done = repository.run("migrate:check", repository.merge_request());
  assert.equal(done.code, 1, done.log);
  const failures = junit(done, "migrate-check").match(/<testcase [^>]*>\s*<failure>[^<]*/g) ?? [];
  assert.equal(failures.length, 1, done.log);
  assert.ok(failures[0].includes(`classname="migrate:check.${step}" name="${name}"`), failures[0]);
  assert.ok(failures[0].includes(`error: migrations/${name}.sql${place}`), failures[0]);
  const [meaning, again, verdict] = done.log.trimEnd().split("\n").slice(-3);
  assert.equal(meaning, "exit code 1: a check failed, or a migration's SQL was refused");
  assert.match(verdict, /^migrate:check: failed: /);
  const command = /^to see this again: runner (run migrate:check --base [0-9a-f]{40})$/.exec(again);
  assert.ok(command, again);
  assert.equal(repository.runner(...command[1].split(" ")).status, 1);
}

test("FailsASyntaxError", () => {
  fails("20260401000000_syntax", "CREATE TABEL public.notes (id int);", "dry-run", ":1:8: syntax error");
});

test("FailsAMissingColumn", () => {
  const sql = "UPDATE public.invoices SET due_date = now() WHERE due_dat IS NULL;";
  fails("20260401000000_column", sql, "dry-run", ":1:51: column");
});

test("FailsADuplicateTable", () => {
  fails("20260401000000_twice", "CREATE TABLE public.invoices (id int); ALTER TABLE public.invoices ENABLE ROW LEVEL SECURITY;", "dry-run", ":1:21: relation");
});

test("FailsACheckOverAMissingColumn", () => {
  const sql = "ALTER TABLE public.invoices ADD CONSTRAINT positive CHECK (amout > 0) NOT VALID;";
  fails("20260401000000_check", sql, "dry-run", ":1:60: column");
});

test("FailsAMigrationOlderThanTheNewestApplied", () => {
  fails("20260301000000_late", "CREATE TABLE public.late (id int);", "history", ": ");
});

test("ChecksTheWholeHistoryOnMainAndSoTheSecondTime", () => {
  const repository = project();
  for (const time of ["first", "second"]) {
    const done = repository.run("migrate:check", pipelines.main);
    assert.equal(done.code, 0, `${time}: ${done.log}`);
    assert.equal(junit(done, "migrate-check").match(/classname="migrate:check\.dry-run"/g).length, 8);
  }
});

test("KeepsPreparedServersInTheCacheOfGitlab", () => {
  const repository = project();
  const done = repository.run("migrate:check", { ...pipelines.main, RUNNER_CACHE_DIR: "" });
  assert.equal(done.code, 0, done.log);
  const kept = path.join(repository.root, ".gcl/cache/runner/.runner/cache");
  assert.ok(fs.readdirSync(kept).length > 0);
  // GitLab unpacks a cache as another user than the one it was packed by.
  const give_to_root = (folder) => {
    for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
      fs.lchownSync(path.join(folder, entry.name), process.getuid(), process.getgid());
      if (entry.isDirectory()) give_to_root(path.join(folder, entry.name));
    }
  };
  give_to_root(kept);
  const again = repository.run("migrate:check", { ...pipelines.main, RUNNER_CACHE_DIR: "" });
  assert.equal(again.code, 0, again.log);
});

test("LetsVariablesWinOverInputs", () => {
  const repository = project({ inputs: { "pipeline-file": "missing.yml", command: "/nowhere/runner" } });
  const done = repository.run("migrate:check", { ...pipelines.main, RUNNER_PIPELINE: "pipelines/default.yml" });
  assert.equal(done.code, 0, done.log);
  const without = repository.run("migrate:check", pipelines.main);
  assert.equal(without.code, 2, without.log);
  assert.match(without.log, /missing\.yml/);
});

test("GivesGitlabTheFindingsOfACheckAsCodeQuality", () => {
  const [resolved] = documents(project().resolved());
  assert.deepEqual(resolved["migrate:check"].artifacts.reports, {
    junit: "runner-report/*.junit.xml",
    codequality: "runner-report/migrate-check.codequality.json",
  });
  assert.equal(resolved["migrate"].artifacts.reports.codequality, undefined);
});

test("LetsOneJobAtATimeChangeTheDatabaseAndRetriesOnlyABusyOne", () => {
  const [resolved] = documents(project().resolved());
  for (const name of ["migrate", "migrate:rollback"]) {
    const job = resolved[name];
    assert.deepEqual(job.retry, { max: 2, exit_codes: [4] });
    assert.equal(job.resource_group, "production-database");
    assert.equal(job.interruptible, false);
    assert.deepEqual(job.environment, { name: "production", action: "access" });
    assert.equal(job.artifacts.when, "always");
    assert.equal(job.artifacts.reports.junit, "runner-report/*.junit.xml");
  }
  assert.deepEqual(resolved["migrate:rollback"].needs, []);
  assert.match(resolved["migrate:rollback"].manual_confirmation, /production/);
});

const applied = "SELECT version FROM supabase_migrations.schema_migrations ORDER BY version DESC LIMIT 1";

/// A project whose pipeline 1 applied the example and whose pipeline 2 applied one more migration.
function migrated() {
  const repository = project();
  const variables = { ...pipelines.main, DATABASE_URL: repository.database() };
  const first = repository.run("migrate", { ...variables, CI_PIPELINE_ID: "1" });
  assert.equal(first.code, 0, first.log);
  repository.write("migrations/20260401000000_add_notes.sql", "CREATE TABLE public.notes (id int);\n");
  repository.write("rollbacks/20260401000000_add_notes.rollback.sql", "DROP TABLE IF EXISTS public.notes;\n");
  repository.commit("Add notes");
  const second = repository.run("migrate", { ...variables, CI_PIPELINE_ID: "2" });
  assert.equal(second.code, 0, second.log);
  return { repository, variables: { ...variables, CI_PIPELINE_ID: "2" }, second };
}

test("AppliesOnMainAndHasNothingToDoTheSecondTime", () => {
  const { repository, variables, second } = migrated();
  assert.deepEqual(repository.query(applied), ["20260401000000"]);
  assert.equal(variables_of(second, "migrate").RUNNER_BATCH, "pipeline-2");
  assert.equal(variables_of(second, "migrate").RUNNER_VERSIONS, "20260401000000");
  assert.match(junit(second, "migrate"), /name="20260401000000_add_notes"/);
  const again = repository.run("migrate", variables);
  assert.equal(again.code, 0, again.log);
  assert.equal(variables_of(again, "migrate").RUNNER_VERSIONS, "20260401000000");
});

test("RollsBackWhatThePipelineAppliedAndThenHasNothingToDo", () => {
  const { repository, variables } = migrated();
  const before = repository.query("SELECT count(*) FROM supabase_migrations.schema_migrations");
  assert.deepEqual(before, ["9"]);
  for (const time of ["first", "second"]) {
    const done = repository.run("migrate:rollback", variables);
    assert.equal(done.code, 0, `${time}: ${done.log}`);
    assert.deepEqual(repository.query(applied), ["20260309060000"]);
    assert.equal(variables_of(done, "migrate-rollback").RUNNER_VERSION_COUNT, "0");
  }
  assert.deepEqual(repository.query("SELECT to_regclass('public.notes') IS NULL"), ["t"]);
});

test("RollsBackAVersionAndRefusesOneThatOthersStandOn", () => {
  const { repository, variables } = migrated();
  const refused = repository.run("migrate:rollback", { ...variables, MIGRATION_VERSION: "20260309060000" });
  assert.equal(refused.code, 5, refused.log);
  assert.deepEqual(repository.query(applied), ["20260401000000"]);
  const done = repository.run("migrate:rollback", { ...variables, MIGRATION_VERSION: "20260401000000" });
  assert.equal(done.code, 0, done.log);
  assert.deepEqual(repository.query(applied), ["20260309060000"]);
});

test("RefusesToRollBackWithoutAVersionWhereItIsTold", () => {
  const { repository, variables } = migrated();
  const refused = repository.run("migrate:rollback", { ...variables, RUNNER_WHEN_EMPTY: "refuse" });
  assert.equal(refused.code, 2, refused.log);
  assert.deepEqual(repository.query(applied), ["20260401000000"]);
});

test("ChangesNothingInAMergeRequestWhateverItsRulesSay", () => {
  const rules = [{ if: "$CI_MERGE_REQUEST_IID" }];
  const repository = project({ inputs: { "migrate-rules": rules, "rollback-rules": rules } });
  const variables = { ...repository.merge_request(), DATABASE_URL: repository.database(), MIGRATION_VERSION: "1" };
  for (const job of ["migrate", "migrate:rollback"]) {
    const done = repository.run(job, variables);
    assert.equal(done.code, 5, done.log);
  }
  assert.deepEqual(repository.query("SELECT to_regclass('supabase_migrations.schema_migrations') IS NULL"), ["t"]);
});

test("WantsTheAddressOfADatabaseToChange", () => {
  const done = project().run("migrate", { ...pipelines.main, CI: "true" });
  assert.equal(done.code, 2, done.log);
  assert.match(done.log, /DATABASE_URL/);
});

/// The job inputs' values, put where GitLab puts them.
function with_job_inputs(values) {
  const include = ["migrate", "rollback-inputs"].map((name) => ({ local: `ci-templates/${name}.gitlab-ci.yml` }));
  const file = "ci-templates/rollback-inputs.gitlab-ci.yml";
  const given = (text) => text.replaceAll(/\$\{\{ job\.inputs\.(\w+) \}\}/g, (_, name) => values[name] ?? "");
  return { ci: { include }, also: { [file]: given(fs.readFileSync(path.join(sources, file), "utf8")) } };
}

test("TakesTheVersionFromAJobInput", () => {
  const [spec, jobs] = documents(fs.readFileSync(path.join(sources, "ci-templates/rollback-inputs.gitlab-ci.yml"), "utf8"));
  assert.deepEqual(complaints(spec), []);
  const { version, allow } = Object.values(jobs)[0].inputs;
  for (const hostile of ["*", "../x", "1;drop", "1".repeat(21), "1\n2", "'"])
    assert.ok(!new RegExp(version.regex).test(hostile) && !new RegExp(allow.regex).test("';" + hostile), hostile);
  const repository = project(with_job_inputs({ version: "20260309060000" }));
  assert.deepEqual(complaints(documents(repository.resolved())[0]), []);
  const variables = { ...pipelines.main, DATABASE_URL: repository.database() };
  assert.equal(repository.run("migrate", { ...variables, CI_PIPELINE_ID: "1" }).code, 0);
  const done = repository.run("migrate:rollback", { ...variables, CI_PIPELINE_ID: "2" });
  assert.equal(done.code, 0, done.log);
  assert.deepEqual(repository.query(applied), ["20260306010000"]);
});

test("SaysThatAJobHasNoRunner", () => {
  const done = project().run("migrate:check", { ...pipelines.main, RUNNER_COMMAND: "no-such-runner" });
  assert.equal(done.code, 3, done.log);
  assert.match(done.log, /error: this job has no program 'no-such-runner'\nhint: .*RUNNER_IMAGE/);
});

const [, , name] = process.argv;
if (!cases.has(name)) {
  console.error(`there is no test '${name}'`);
  process.exit(2);
}
try {
  cases.get(name)();
} finally {
  for (const repository of made) repository.remove();
}
