// A contract, read at start: its schemas are what the applications validate and serialise by.

import { readFileSync } from "node:fs";
import { parse } from "yaml";

const JSON_TYPES = ["application/json", "application/problem+json"];

/** The operations of a document by their ids, each reference replaced by what it refers to. */
export function operationsOf(file) {
  const document = parse(readFileSync(file, "utf8"));
  const found = {};
  for (const item of Object.values(document.paths)) {
    for (const operation of Object.values(item)) {
      found[operation.operationId] = resolved(operation, document);
    }
  }
  return found;
}

/** An operation as Fastify takes it: what is sent is validated, what is answered is serialised. */
export function schemaOf(operation, { only = everyName } = {}) {
  const parameters = (operation.parameters ?? []).filter(({ name }) => only(name));
  return {
    params: objectOf(parameters, "path"),
    querystring: { ...objectOf(parameters, "query"), additionalProperties: false },
    headers: objectOf(parameters, "header"),
    ...(operation.requestBody && { body: schemaOfContent(operation.requestBody) }),
    response: Object.fromEntries(
      Object.entries(operation.responses)
        .map(([status, response]) => [status, schemaOfContent(response)])
        .filter(([, schema]) => schema !== undefined)
        .map(([status, schema]) => [status, plain(schema)]),
    ),
  };
}

function everyName() {
  return true;
}

/** The node with what it refers to in it; what stands beside a reference goes before that. */
function resolved(node, document) {
  if (Array.isArray(node)) {
    return node.map((item) => resolved(item, document));
  }
  if (node === null || typeof node !== "object") {
    return node;
  }
  const { $ref, ...beside } = node;
  const own = mapped(beside, (value) => resolved(value, document));
  return $ref === undefined ? own : { ...resolved(target($ref, document), document), ...own };
}

function target(reference, document) {
  return reference
    .split("/")
    .slice(1)
    .reduce((node, name) => node[name.replaceAll("~1", "/").replaceAll("~0", "~")], document);
}

function objectOf(parameters, place) {
  const here = parameters.filter((parameter) => parameter.in === place);
  return {
    type: "object",
    properties: Object.fromEntries(here.map(({ name, schema }) => [name, schema])),
    required: here.filter(({ required }) => required).map(({ name }) => name),
  };
}

function schemaOfContent({ content = {} }) {
  const type = JSON_TYPES.find((name) => name in content);
  return type && content[type].schema;
}

/**
 * The schema with null written as one of the types of a value. For an alternative of schemas the
 * serialiser has every value validated, which its documentation advises against.
 */
function plain(node) {
  if (Array.isArray(node)) {
    return node.map(plain);
  }
  if (node === null || typeof node !== "object") {
    return node;
  }
  const { oneOf, ...rest } = node;
  if (oneOf?.length === 2 && oneOf[1].type === "null") {
    return { ...oneOf[0], ...rest, type: [oneOf[0].type, "null"] };
  }
  return mapped(node, plain);
}

function mapped(object, change) {
  return Object.fromEntries(Object.entries(object).map(([name, value]) => [name, change(value)]));
}
