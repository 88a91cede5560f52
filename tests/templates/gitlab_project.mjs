// A git repository that includes a template, and the calls of gitlab-ci-local on it.
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

export const sources = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");
const [, , , runner, tools, cache] = process.argv;
export const template = "ci-templates/migrate.gitlab-ci.yml";

/// What GitLab sets for each kind of pipeline; null: not set.
export const pipelines = {
  merge_request: { CI_PIPELINE_SOURCE: "merge_request_event", CI_MERGE_REQUEST_IID: "7", CI_COMMIT_BRANCH: null },
  main: { CI_PIPELINE_SOURCE: "push", CI_COMMIT_BRANCH: "main" },
  started_by_hand: { CI_PIPELINE_SOURCE: "web", CI_COMMIT_BRANCH: "main" },
  branch: { CI_PIPELINE_SOURCE: "push", CI_COMMIT_BRANCH: "feature" },
  tag: { CI_PIPELINE_SOURCE: "push", CI_COMMIT_TAG: "v1", CI_COMMIT_BRANCH: null },
  schedule: { CI_PIPELINE_SOURCE: "schedule", CI_COMMIT_BRANCH: "main" },
};

function variable_options(variables) {
  return Object.entries(variables).flatMap(([name, value]) =>
    value === null ? ["--unset-variable", name] : ["--variable", `${name}=${value}`],
  );
}

export class Project {
  /// The example's migrations, this repository's templates, and an .gitlab-ci.yml with these includes.
  constructor({ inputs = {}, ci = undefined, change_template = (text) => text, also = {} } = {}) {
    this.root = fs.mkdtempSync(path.join(os.tmpdir(), "runner-template-"));
    this.home = fs.mkdtempSync(path.join(os.tmpdir(), "runner-template-home-"));
    fs.chmodSync(this.home, 0o755); // root's servers run as another user
    for (const folder of ["migrations", "rollbacks", "pipelines", "ci-templates"])
      fs.cpSync(path.join(sources, folder), path.join(this.root, folder), { recursive: true });
    this.write(template, change_template(fs.readFileSync(path.join(sources, template), "utf8")));
    for (const [file, text] of Object.entries(also)) this.write(file, text);
    this.write(".gitignore", "/.runner/\n/runner-report/\n/.gcl/\n");
    this.write(".gitlab-ci.yml", JSON.stringify(ci ?? { include: [{ local: template, inputs }] }));
    this.git("init", "--quiet", "--initial-branch=main");
    this.git("remote", "add", "origin", "https://gitlab.example.com/group/project.git");
    this.commit("Start");
  }

  remove() {
    if (this.has_database) this.runner("db", "stop");
    for (const folder of [this.root, this.home]) fs.rmSync(folder, { recursive: true, force: true });
  }

  write(file, text) {
    fs.mkdirSync(path.dirname(path.join(this.root, file)), { recursive: true });
    fs.writeFileSync(path.join(this.root, file), text);
  }

  git(...words) {
    const identity = ["-c", "user.name=Tester", "-c", "user.email=tester@example.com", "-c", "commit.gpgsign=false"];
    return execFileSync("git", [...identity, ...words], { cwd: this.root, encoding: "utf8" }).trim();
  }

  commit(subject) {
    this.git("add", "--all");
    this.git("commit", "--quiet", "--message", subject);
  }

  /// A branch with one more migration.
  propose(name, sql, rollback = "SELECT 1;") {
    this.git("checkout", "--quiet", "-b", "feature");
    this.write(`migrations/${name}.sql`, sql + "\n");
    this.write(`rollbacks/${name}.rollback.sql`, rollback + "\n");
    this.commit(`Add ${name}`);
  }

  gitlab_ci_local(words, variables) {
    const options = ["--force-shell-executor", "--shell-isolation", "--no-artifacts-to-source", "--no-color"];
    const call = [path.join(tools, "node_modules/gitlab-ci-local/dist/index.js"), ...words, ...options];
    call.push("--state-dir", ".gcl", "--home", this.home, ...variable_options(variables));
    const env = { PATH: process.env.PATH, HOME: this.home, GCL_IGNORE_PREDEFINED_VARS: Object.keys(variables).join(",") };
    const done = spawnSync(process.execPath, call, { cwd: this.root, env, encoding: "utf8", maxBuffer: 1 << 26 });
    assert.equal(done.error, undefined);
    return { code: done.status, out: done.stdout, err: done.stderr };
  }

  /// The pipeline as GitLab resolves it, before rules are applied.
  resolved(variables = pipelines.main) {
    const shown = this.gitlab_ci_local(["--preview"], variables);
    assert.equal(shown.code, 0, shown.out + shown.err);
    return shown.out;
  }

  /// Name → when of the jobs that a pipeline has.
  jobs(variables) {
    const listed = this.gitlab_ci_local(["--list-json", "--json-schema-validation=false"], variables);
    assert.equal(listed.code, 0, listed.out + listed.err);
    const jobs = JSON.parse(listed.out).filter((job) => job.when !== "never");
    return Object.fromEntries(jobs.map((job) => [job.name, job.allow_failure ? `${job.when}, may fail` : job.when]));
  }

  merge_request() {
    return { ...pipelines.merge_request, CI_MERGE_REQUEST_DIFF_BASE_SHA: this.git("rev-parse", "main") };
  }

  /// Runs a job; `code` is what its script exited with, `log` what GitLab would show.
  run(job, variables) {
    const done = this.gitlab_ci_local([job], { RUNNER_COMMAND: runner, RUNNER_CACHE_DIR: cache, ...variables });
    const folder = job.replaceAll(":", "Og");
    const log = path.join(this.root, ".gcl/output", `${folder}.log`);
    const text = done.out + done.err;
    // A job that may fail gets a warning instead.
    const failed = / (?:FAIL|WARN) (\d+) /.exec(text);
    assert.ok(failed || text.includes(` PASS  ${job}`), text);
    return {
      code: failed ? Number(failed[1]) : 0,
      log: fs.readFileSync(log, "utf8").replaceAll(/\x1b\[[0-9;]*m/g, ""),
      artifacts: path.join(this.root, ".gcl/artifacts", folder),
    };
  }

  /// The address of a database of its own, which ends with the project.
  database() {
    this.has_database = true;
    const started = this.runner("db", "start");
    assert.equal(started.status, 0, started.stderr);
    return started.stdout.trim();
  }

  /// What a query on that database answers: a line a row.
  query(sql) {
    const asked = this.runner("db", "psql", "--", "-XAtqc", sql);
    assert.equal(asked.status, 0, asked.stderr);
    return asked.stdout.trim().split("\n");
  }

  /// Runs `runner` itself, as a person would.
  runner(...words) {
    const env = { PATH: process.env.PATH, HOME: this.home, RUNNER_CACHE_DIR: cache };
    env.RUNNER_LOCAL_DIR = path.join(this.home, "database"); // else root's would stay in /var/lib/runner
    return spawnSync(runner, words, { cwd: this.root, env, encoding: "utf8" });
  }
}

/// The variables that a job leaves to later ones.
export function variables_of(done, stage) {
  const text = fs.readFileSync(path.join(done.artifacts, "runner-report", `${stage}.env`), "utf8");
  assert.match(text, /^([A-Za-z0-9_]+=[^\s"'$#]+\n)*$/);
  return Object.fromEntries(text.trimEnd().split("\n").map((line) => line.split("=")));
}

export function junit(done, stage) {
  return fs.readFileSync(path.join(done.artifacts, "runner-report", `${stage}.junit.xml`), "utf8");
}
