// Work (a) on Fastify: `node memory_fastify.js PORT`.

import { readFileSync } from "node:fs";
import { operationsOf, schemaOf } from "./contract.js";
import { isCurrent, makeApp, refuse, serve } from "./fastify_app.js";

const MEMORY = new URL("../memory/", import.meta.url);
const ADDRESS = "https://tenor.example/posts";
const NOW = "2026-03-02T09:10:00.104419Z";
const MODIFIED = "Mon, 02 Mar 2026 09:10:00 GMT";
const TAG = '"1.1-json"';
const CALLERS = new Map([["Bearer poetical-science", "ada"]]);

const { getPost, listPosts, createPost } = operationsOf(new URL("contract.yaml", MEMORY));
const posts = JSON.parse(readFileSync(new URL("posts.json", MEMORY), "utf8"));
const bySlug = new Map(posts.map((post) => [post.slug, post]));
const app = makeApp();
app.decorateRequest("author", null);

app.get("/posts/:slug", { schema: schemaOf(getPost) }, (request, reply) => {
  const post = bySlug.get(request.params.slug);
  if (post === undefined) {
    refuse(reply, 404);
  } else if (isCurrent(request.headers["if-none-match"], TAG)) {
    reply.code(304).header("etag", TAG).send();
  } else {
    reply.headers({ etag: TAG, "last-modified": MODIFIED }).send({ data: post });
  }
});

app.get("/posts", { schema: schemaOf(listPosts) }, (request, reply) => {
  const { limit } = request.query;
  const first = `${ADDRESS}?limit=${limit}`;
  const next = `${first}&cursor=LXB1Ymxpc2hlZCBh`;
  reply
    .header("link", `<${first}>; rel="first", <${next}>; rel="next"`)
    .send({ data: posts.slice(0, limit), links: { first, next } });
});

app.post("/posts", { schema: schemaOf(createPost), onRequest: authenticate }, (request, reply) => {
  const post = written(request.body, request.author);
  bySlug.set(post.slug, post);
  reply.code(201).headers({ location: post.url, etag: TAG }).send({ data: post });
});

function authenticate(request, reply, done) {
  const author = CALLERS.get(request.headers.authorization);
  if (author === undefined) {
    reply.header("www-authenticate", "Bearer");
    refuse(reply, 401);
    return;
  }
  request.author = author;
  done();
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

await serve(app);
