// Works (b) and (c) on Fastify: reading, listing, searching and writing posts in a store.
// It takes of each operation what the benchmark asks for: JSON, the newest first.

import { createHash } from "node:crypto";
import { operationsOf, schemaOf } from "./contract.js";
import { faultIn, isCurrent, makeApp, refuse } from "./fastify_app.js";
import {
  addressOf,
  instant,
  isSeen,
  linkHeader,
  modified,
  newRow,
  pageOf,
  placeOf,
  scheduleFault,
  shown,
  tagOf,
} from "./posts.js";
import { readQuery } from "./words.js";

const OPERATIONS = operationsOf(new URL("../../spec/openapi.yaml", import.meta.url));
const ASKED = new Set(["slug", "limit", "cursor", "q", "If-None-Match"]);
const UNKNOWN_CURSOR = faultIn("query", "/cursor", "cursor", "does not belong to this list");
const WRITERS = new Set(["author", "editor", "admin"]);

/** The application over a store, whose functions may give a promise. */
export function makeStackApp(store) {
  const app = makeApp();
  app.decorateRequest("caller", null);
  app.decorateRequest("now", "");

  app.addHook("onRequest", async (request, reply) => {
    request.now = instant(new Date());
    const sent = request.headers.authorization;
    if (sent === undefined) {
      return undefined;
    }
    const secret = /^bearer +(\S+)$/i.exec(sent)?.[1] ?? "";
    const digest = createHash("sha256").update(secret).digest();
    request.caller = (await store.callerOf(digest, request.now)) ?? null;
    return request.caller === null ? unauthorized(reply) : undefined;
  });

  app.get("/posts/:slug", options("getPost"), async (request, reply) => {
    const row = await store.postAt(request.params.slug);
    const post = row && shown(row, request.now);
    if (!post || !isSeen(post, request.caller)) {
      return refused(reply, 404);
    }
    const tag = tagOf(row, post);
    if (isCurrent(request.headers["if-none-match"], tag)) {
      return reply.code(304).headers({ etag: tag, vary: "Accept" }).send();
    }
    reply.headers({ etag: tag, "last-modified": modified(post), vary: "Accept" });
    return { data: post };
  });

  app.get("/posts", options("listPosts"), async (request, reply) => {
    const { limit, cursor, q } = request.query;
    const place = cursor === undefined ? undefined : placeOf(cursor);
    if (place === null) {
      return refused(reply, 400, { errors: [UNKNOWN_CURSOR] });
    }
    const query = q === undefined ? undefined : readQuery(q);
    const rows =
      query?.wanted.length === 0 ? [] : await store.page(request.now, limit + 1, place, query);
    const page = pageOf(rows, { limit, q }, request.now);
    reply.header("link", linkHeader(page.links));
    return page;
  });

  app.post("/posts", options("createPost", mayWrite), async (request, reply) => {
    const fault = scheduleFault(request.body);
    if (fault !== null) {
      return refused(reply, 422, { detail: fault });
    }
    const row = await store.write(newRow(request.body, request.caller.username, request.now));
    if (row === null) {
      return unauthorized(reply); // the account was deleted meanwhile
    }
    const post = shown(row, request.now);
    reply
      .code(201)
      .headers({ location: addressOf(row.slug), etag: tagOf(row, post), vary: "Accept" });
    return { data: post };
  });
  return app;
}

function options(operation, onRequest) {
  const schema = schemaOf(OPERATIONS[operation], { only: (name) => ASKED.has(name) });
  return onRequest === undefined ? { schema } : { schema, onRequest };
}

function mayWrite({ caller }, reply, done) {
  if (caller === null) {
    unauthorized(reply);
  } else if (!WRITERS.has(caller.role) || !caller.scopes.split(" ").includes("posts:write")) {
    refuse(reply, 403);
  } else {
    done();
  }
}

function unauthorized(reply) {
  reply.header("www-authenticate", "Bearer");
  return refused(reply, 401);
}

/** A refusal as asynchronous handlers and hooks have to end with it. */
function refused(reply, status, more) {
  refuse(reply, status, more);
  return reply;
}
