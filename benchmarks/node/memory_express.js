// Work (a) on Express, with express-openapi-validator in both directions:
// `node memory_express.js PORT`.

import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer, STATUS_CODES } from "node:http";
import { fileURLToPath } from "node:url";
import express from "express";
import * as OpenApiValidator from "express-openapi-validator";

const MEMORY = new URL("../memory/", import.meta.url);
const ADDRESS = "https://tenor.example/posts";
const NOW = "2026-03-02T09:10:00.104419Z";
const MODIFIED = "Mon, 02 Mar 2026 09:10:00 GMT";
const TAG = '"1.1-json"';
const CALLERS = new Map([["Bearer poetical-science", "ada"]]);

const posts = JSON.parse(readFileSync(new URL("posts.json", MEMORY), "utf8"));
const bySlug = new Map(posts.map((post) => [post.slug, post]));

process.env.NODE_ENV = "production"; // what Express advises first of all
const app = express();
app.disable("x-powered-by");
app.disable("etag"); // the posts have tags of their own
app.use(addCommonHeaders);
app.use(express.json());
app.use(
  OpenApiValidator.middleware({
    apiSpec: fileURLToPath(new URL("contract.yaml", MEMORY)),
    validateRequests: { allErrors: true },
    validateResponses: true,
    validateSecurity: { handlers: { bearer: isKnown } },
    ajvFormats: { mode: "fast" },
    fileUploader: false,
  }),
);

app.get("/posts/:slug", (request, response) => {
  const post = bySlug.get(request.params.slug);
  if (post === undefined) {
    refuse(response, 404);
    return;
  }
  response.set("ETag", TAG);
  if (isCurrent(request.get("If-None-Match"))) {
    response.status(304).end();
  } else {
    response.set("Last-Modified", MODIFIED).json({ data: post });
  }
});

app.get("/posts", (request, response) => {
  const { limit } = request.query;
  const first = `${ADDRESS}?limit=${limit}`;
  const next = `${first}&cursor=LXB1Ymxpc2hlZCBh`;
  response
    .set("Link", `<${first}>; rel="first", <${next}>; rel="next"`)
    .json({ data: posts.slice(0, limit), links: { first, next } });
});

app.post("/posts", (request, response) => {
  const post = written(request.body, CALLERS.get(request.get("Authorization")));
  bySlug.set(post.slug, post);
  response.status(201).set({ Location: post.url, ETag: TAG }).json({ data: post });
});

app.use(refuseOrFail);

function isKnown(request) {
  return CALLERS.has(request.get("Authorization"));
}

function isCurrent(ifNoneMatch) {
  return ifNoneMatch === TAG || ifNoneMatch === "*";
}

function written({ title, body, tags = [], status = "draft" }, author) {
  const slug = title.toLowerCase().replaceAll(" ", "-");
  return {
    slug,
    title,
    body,
    author,
    tags,
    status,
    created_at: NOW,
    updated_at: NOW,
    published_at: status === "published" ? NOW : null,
    url: `${ADDRESS}/${slug}`,
  };
}

function refuse(response, status, more = {}) {
  const problem = { type: "about:blank", title: STATUS_CODES[status], status, ...more };
  response.status(status).type("application/problem+json").json(problem);
}

function addCommonHeaders(request, response, next) {
  response.set({
    "X-Request-Id": randomUUID(),
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-cache",
  });
  next();
}

// Express knows a handler of errors by its four arguments.
function refuseOrFail(error, request, response, next) {
  if (response.headersSent) {
    next(error);
  } else if (error.status === 401) {
    response.set("WWW-Authenticate", "Bearer");
    refuse(response, 401);
  } else if (error.status < 500) {
    refuse(response, error.status, { errors: (error.errors ?? []).map(faultOf) });
  } else {
    console.error(error);
    refuse(response, 500);
  }
}

function faultOf({ path, message }) {
  return { path, detail: message };
}

// What has no body needs no stream to read it from.
createServer({ optimizeEmptyRequests: true }, app).listen(Number(process.argv[2]), "127.0.0.1");
