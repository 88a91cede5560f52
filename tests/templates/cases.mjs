// Tests of ci-templates/: `node cases.mjs CASE RUNNER TOOLS CACHE`. CMakeLists.txt finds the names by the calls of test().
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";

import { Project, junit, pipelines, sources, template } from "./gitlab_project.mjs";
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
  "job-prefix": "orders:",
  image: "registry.example.com/runner:1",
  command: "/opt/runner/bin/runner",
  "pipeline-file": "db/pipeline.yml",
  "shadow-service": [{ name: "postgres:15", alias: "shadow" }],
  "shadow-url": "postgresql://postgres@shadow/postgres",
};

test("ResolvesToWhatTheSchemaOfGitlabAllows", () => {
  for (const inputs of [{}, everything]) {
    const ci = { stages: ["verify", "build", "deploy"], include: [{ local: template, inputs }] };
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
  assert.deepEqual(Object.fromEntries(jobs), {
    merge_request: check,
    main: check,
    started_by_hand: check,
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
  const ci = { stages: ["verify", "build"], include: [{ local: template, inputs: everything }] };
  const [resolved] = documents(project({ ci }).resolved());
  const job = resolved["orders:migrate:check"];
  assert.equal(resolved["migrate:check"], undefined);
  assert.equal(job.stage, "verify");
  assert.equal(job.variables.RUNNER_IMAGE, "registry.example.com/runner:1");
  assert.deepEqual(job.services, [{ name: "postgres:15", alias: "shadow" }]);
});

test("CanBeIncludedForTwoDatabases", () => {
  const include = ["orders:", "billing:"].map((prefix) => ({ local: template, inputs: { "job-prefix": prefix } }));
  const names = Object.keys(project({ ci: { include } }).jobs(pipelines.merge_request));
  assert.deepEqual(names.sort(), ["billing:migrate:check", "orders:migrate:check"]);
});

test("RefusesAPrefixThatIsNoName", () => {
  const shown = project({ inputs: { "job-prefix": "a'b" } }).gitlab_ci_local(["--preview"], pipelines.main);
  assert.notEqual(shown.code, 0);
  assert.match(shown.out + shown.err, /job-prefix/);
});

test("TakesRulesFromItsInputs", () => {
  const rules = [{ if: '$CI_COMMIT_BRANCH == "feature"' }];
  const repository = project({ inputs: { "check-rules": rules } });
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
  assert.equal(resolved["migrate:check"].stage, "migrate");
  const [spec] = documents(fs.readFileSync(path.join(sources, template), "utf8"));
  for (const name of Object.keys(spec.spec.inputs)) assert.ok(section.includes(`\`${name}\``), `README lacks ${name}`);
});

test("PassesAGoodMigrationInAMergeRequest", () => {
  const repository = project();
  repository.propose("20260401000000_add_level", "ALTER TABLE public.invoices ADD COLUMN level integer;");
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
  fails("20260401000000_twice", "CREATE TABLE public.invoices (id int);", "dry-run", ":1:21: relation");
});

test("FailsACheckOverAMissingColumn", () => {
  const sql = "ALTER TABLE public.invoices ADD CONSTRAINT positive CHECK (amout > 0);";
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
