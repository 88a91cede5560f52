// GitLab's schema for .gitlab-ci.yml (draft-07), as gitlab-ci-local carries it.
import assert from "node:assert/strict";
import fs from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import vm from "node:vm";

const tools = process.argv[4];
const require = createRequire(path.join(path.resolve(tools), "package.json"));
const yaml = require("js-yaml");
const Ajv = require("ajv");

/// The schema is an object literal in the bundle: cut out from its first brace to the one that closes it.
function schema_in(bundle) {
  const start = bundle.lastIndexOf("{", bundle.indexOf('$id:"https://gitlab.com/.gitlab-ci.yml"'));
  assert.ok(start >= 0, "the bundle of gitlab-ci-local holds no schema");
  let depth = 0;
  let quote = "";
  for (let at = start; at < bundle.length; ++at) {
    const c = bundle[at];
    if (quote) {
      if (c === "\\") ++at;
      else if (c === quote) quote = "";
    } else if (`"'\``.includes(c)) quote = c;
    else if (c === "{") ++depth;
    else if (c === "}" && --depth === 0) return vm.runInNewContext(`(${bundle.slice(start, at + 1)})`);
  }
  assert.fail("the schema in the bundle of gitlab-ci-local never ends");
}

const schema = schema_in(fs.readFileSync(path.join(tools, "node_modules/gitlab-ci-local/dist/index.js"), "utf8"));
const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false });
const validate = ajv.compile(schema);

const reference = new yaml.Type("!reference", { kind: "sequence", construct: (names) => names });
const gitlab_yaml = yaml.DEFAULT_SCHEMA.extend([reference]);

/// The documents of a file; a template has two: `spec`, and what it adds.
export function documents(text) {
  return yaml.loadAll(text, null, { schema: gitlab_yaml });
}

/// What GitLab's schema says against a document: paths and messages.
export function complaints(document) {
  // Values of another realm would not count as plain objects.
  validate(structuredClone(document));
  return (validate.errors ?? []).map((error) => `${error.instancePath}: ${error.message}`);
}
