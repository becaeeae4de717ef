// What a TypeScript program does with the generated types: `node example.ts http://127.0.0.1:8080`.
// It is type-checked and run whenever the clients are built.

import createClient from "openapi-fetch";
import type { components, paths } from "./contract.ts";

type Post = components["schemas"]["Post"];

const address = process.argv[2];
if (address === undefined) {
  throw new Error("usage: node example.ts ADDRESS");
}
const password = "notes upon the memoir";
// Of what an answer may hold, this program reads JSON: data and problems.
const api = createClient<paths, `application/${string}json`>({ baseUrl: address });

/** What a call was made for, or the problem as an exception. */
function expected<T>(answer: { data?: T; error?: unknown; response: Response }): T {
  if (answer.data === undefined) {
    throw new Error(`${answer.response.status}: ${JSON.stringify(answer.error)}`);
  }
  return answer.data;
}

/** The post as it is, and the tag that changes and conditions need. */
async function read(slug: string): Promise<{ post: Post; tag: string }> {
  const answer = await api.GET("/posts/{slug}", { params: { path: { slug } } });
  return { post: expected(answer).data, tag: answer.response.headers.get("ETag") ?? "" };
}

/** All posts of one account, page after page. */
async function everything(): Promise<Post[]> {
  const found: Post[] = [];
  let query: { author: string; limit: number; cursor?: string } = { author: "ada", limit: 2 };
  for (;;) {
    const page = expected(await api.GET("/posts", { params: { query } }));
    found.push(...page.data);
    if (page.links.next === undefined) {
      return found;
    }
    query = { ...query, cursor: new URL(page.links.next).searchParams.get("cursor") ?? "" };
  }
}

const ada = { username: "ada", display_name: "Ada Lovelace", password };
const account = expected(await api.POST("/accounts", { body: ada }));
console.log("registered", account.data.username);

const wish = { username: "ada", password, scopes: ["posts:write" as const] };
const { secret } = expected(await api.POST("/tokens", { body: wish })).data;
api.use({
  onRequest({ request }) {
    request.headers.set("Authorization", `Bearer ${secret}`);
    return request;
  },
});

const created = await api.POST("/posts", {
  body: { title: "The first engine", body: "It weaves *patterns*.", status: "published" },
});
const { slug, url } = expected(created).data;
console.log("created", created.response.status, slug);
console.log("located", created.response.headers.get("Location") === url);

const { tag } = await read(slug);
const path = { slug };
const current = await api.GET("/posts/{slug}", {
  params: { path, header: { "If-None-Match": tag } },
});
console.log("unchanged", current.response.status);

const patch = {
  params: { path, header: { "If-Match": tag } },
  headers: { "Content-Type": "application/merge-patch+json" },
  body: { title: "The first engine of all" },
};
console.log("changed", expected(await api.PATCH("/posts/{slug}", patch)).data.title);
const stale = await api.PATCH("/posts/{slug}", patch);
console.log("refused", stale.error?.status);

for (let number = 0; number < 5; number += 1) {
  const body = { title: `Leaf ${number}`, body: "", status: "published" as const };
  expected(await api.POST("/posts", { body }));
}
console.log("listed", (await everything()).length);

const wrong = await api.POST("/posts", { body: { title: "", body: "" } });
if (wrong.error !== undefined && "errors" in wrong.error) {
  console.log("refused", wrong.error.status, wrong.error.errors[0]?.pointer);
}
const gone = await api.DELETE("/posts/{slug}", {
  params: { path, header: { "If-Match": "*" } },
});
console.log("deleted", gone.response.status);
