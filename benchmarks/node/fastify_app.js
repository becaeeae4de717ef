// What the applications on Fastify have in common: how it is set up, and how it refuses.

import { randomUUID } from "node:crypto";
import { STATUS_CODES } from "node:http";
import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import Fastify from "fastify";

/** Fastify as its documentation recommends it for production, and no more than is needed. */
export function makeApp() {
  const app = Fastify({
    logger: false,
    // What has no body needs no stream to read it from.
    http: { optimizeEmptyRequests: true },
    genReqId: () => randomUUID(),
    // The serialiser's own advice from Node 25 on: the schema is applied, and V8 does the writing.
    serializerOpts: { objectMechanism: "native" },
  });
  app.setValidatorCompiler(({ schema, httpPart }) => validators[httpPart].compile(schema));
  app.addHook("onRequest", addCommonHeaders);
  app.setErrorHandler(refuseOrFail);
  app.setNotFoundHandler((request, reply) => refuse(reply, 404));
  return app;
}

/** Serve on the port that the command line names. */
export async function serve(app) {
  await app.listen({ host: "127.0.0.1", port: Number(process.argv[2]) });
}

/** Answer with a problem, and with what more is known of it. */
export function refuse(reply, status, more = {}) {
  const title = STATUS_CODES[status];
  const type = `${PROBLEMS}${title.toLowerCase().replaceAll(" ", "-")}`;
  reply
    .code(status)
    .type("application/problem+json")
    .send({ type, title, status, ...more });
}

/** What is wrong with a part of a request. */
export function faultIn(place, pointer, rule, detail) {
  return { in: place, pointer, rule, detail };
}

/** Whether a conditional request names what the client would get. */
export function isCurrent(ifNoneMatch, tag) {
  if (ifNoneMatch === undefined || ifNoneMatch === tag || ifNoneMatch === "*") {
    return ifNoneMatch !== undefined;
  }
  return ifNoneMatch.split(",").some((each) => each.trim().replace(/^W\//, "") === tag);
}

const PROBLEMS = "https://tenor.example/problems/";
const PLACES = { params: "path", querystring: "query", headers: "header", body: "body" };

// Text is turned into numbers where only text can be sent. A body says what it means, and each of
// its faults is told; Fastify's own setting would drop what the contract does not know.
const ofText = { allErrors: true, useDefaults: true, coerceTypes: true, strict: false };
const ofBody = { ...ofText, coerceTypes: false };
const text = addFormats.default(new Ajv2020(ofText));
const validators = {
  params: text,
  querystring: text,
  headers: text,
  body: addFormats.default(new Ajv2020(ofBody)),
};

function addCommonHeaders(request, reply, done) {
  reply.headers({
    "x-request-id": request.id,
    "x-content-type-options": "nosniff",
    "cache-control": "no-cache",
  });
  done();
}

function refuseOrFail(error, request, reply) {
  const { validation, validationContext, statusCode } = error;
  if (validationContext === "params") {
    refuse(reply, 404);
  } else if (validation) {
    const place = PLACES[validationContext];
    refuse(reply, 400, { errors: validation.map((found) => faultOf(place, found)) });
  } else if (statusCode < 500) {
    refuse(reply, statusCode, { errors: [faultIn("body", "", "syntax", error.message)] });
  } else {
    console.error(error);
    refuse(reply, 500);
  }
}

function faultOf(place, { instancePath, keyword, params, message }) {
  const missing = params.missingProperty === undefined ? "" : `/${params.missingProperty}`;
  return faultIn(place, `${instancePath}${missing}`, keyword, message);
}
