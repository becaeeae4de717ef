// Work (c) on Fastify with node-postgres:
// `BENCHMARK_DATABASE_URL=postgresql://... node stack_fastify_pg.js PORT`.

import pg from "pg";
import { serve } from "./fastify_app.js";
import { COLUMNS, SEEN } from "./posts.js";
import { makeStackApp } from "./stack_fastify.js";
import { asKept, numbered, oneByOne } from "./words.js";

const TIMESTAMPTZ = 1184;
const BIGINT = 20;
// A Date would lose the microseconds; no id here is too big for a number.
pg.types.setTypeParser(TIMESTAMPTZ, (text) => text);
pg.types.setTypeParser(BIGINT, Number);

const place = {
  connectionString: process.env.BENCHMARK_DATABASE_URL,
  options: "-c TimeZone=UTC",
};
// Who reads waits for nobody on a connection where questions follow each other before they are
// answered, which halves what a small one costs. Each commit has a connection to wait on.
const readers = [makeReader(), makeReader()];
const writers = new pg.Pool(place);

// What has a name is prepared once on each connection.
const BEARER = {
  name: "bearer",
  text: `SELECT tokens.username, tokens.scopes, accounts.role
    FROM tokens JOIN accounts ON accounts.username = tokens.username
    WHERE tokens.digest = $1 AND tokens.expires_at > $2`,
};
const AT_SLUG = { name: "at slug", text: `SELECT ${COLUMNS} FROM posts WHERE slug = $1` };
const ACCOUNT = { name: "account", text: "SELECT id FROM accounts WHERE username = $1" };
const HIGHEST = {
  name: "highest",
  text: "SELECT max(number) AS number FROM post_slugs WHERE base = $1",
};
// All rows of a post in one round trip, which is a transaction of its own.
const INSERT = {
  name: "insert",
  text: `WITH post AS (
      INSERT INTO posts (slug, uid, title, title_key, body, author, tags, status, created_at,
        updated_at, published_at, publish_at, listed_at, version, revision, revised_at,
        discussion, words)
      SELECT $1, $2, $3, $4, $5, username, $7, $8, $9::timestamptz, $9, $10::timestamptz,
        $11::timestamptz, $12::timestamptz, 1, 1, $9, 0, $13
      FROM accounts WHERE username = $6
      ON CONFLICT (slug) DO NOTHING
      RETURNING id, title, body, tags, author, created_at
    ), claim AS (
      INSERT INTO post_slugs (slug, base, number, post_id) SELECT $1, $14, $15, id FROM post
    ), tagged AS (
      INSERT INTO post_tags (tag, post_id) SELECT unnest($16::text[]), id FROM post
    ), revised AS (
      INSERT INTO post_revisions (post_id, number, title, body, tags, author, created_at)
      SELECT id, 1, title, body, tags, author, created_at FROM post
    )
    SELECT id FROM post`,
};
const SLUG_TAKEN = "pk_post_slugs";

function makeReader() {
  return new pg.Client({ ...place, pipeline: true });
}

async function write(row) {
  let number = 1;
  let post = await inserted(row, number);
  while (post === null) {
    if ((await first(ACCOUNT, [row.author])) === undefined) {
      return null;
    }
    const highest = await first(HIGHEST, [row.base]);
    number = Math.max(number, highest.number ?? 1) + 1;
    post = await inserted(row, number);
  }
  return post;
}

/** The post at a slug of its own, or null where that is or was another's, or nobody writes it. */
async function inserted(row, number) {
  const slug = numbered(row.base, number);
  try {
    const written = await writers.query({
      ...INSERT,
      values: [
        slug,
        row.uid,
        row.title,
        row.title_key,
        row.body,
        row.author,
        row.tags,
        row.status,
        row.created_at,
        row.published_at,
        row.publish_at,
        row.listed_at,
        row.words,
        row.base,
        number,
        row.names,
      ],
    });
    return written.rowCount === 0 ? null : { ...row, slug, id: written.rows[0].id };
  } catch (error) {
    if (error.constraint === SLUG_TAKEN) {
      return null;
    }
    throw error;
  }
}

async function page(now, limit, from, query) {
  const values = [now, limit];
  const parameter = (value) => `$${values.push(value)}`;
  const conditions = [];
  if (from !== undefined) {
    conditions.push(`(listed_at, id) < (${parameter(from.key)}, ${parameter(from.id)})`);
  }
  if (query !== undefined) {
    conditions.push(`post_search @@ ${parameter(sought(query))}::tsquery`);
    for (const phrase of long(query.wanted)) {
      conditions.push(`strpos(words, ${parameter(asKept(phrase))}) > 0`);
    }
    for (const phrase of long(query.unwanted)) {
      conditions.push(`strpos(words, ${parameter(asKept(phrase))}) = 0`);
    }
  }
  return asked(listing(conditions.join(" AND ")), values);
}

const listings = new Map();

/** The statement of a page: there is one for each kind of question. */
function listing(conditions) {
  if (!listings.has(conditions)) {
    listings.set(conditions, {
      name: `listing ${listings.size}`,
      text: `SELECT ${COLUMNS} FROM posts
        WHERE ${SEEN} $1) ${conditions && `AND ${conditions}`}
        ORDER BY listed_at DESC, id DESC LIMIT $2`,
    });
  }
  return listings.get(conditions);
}

/** The query in the language of PostgreSQL. */
function sought({ wanted, unwanted }) {
  const terms = (words) => words.map(({ word, isOpen }) => `'${word}'${isOpen ? ":*" : ""}`);
  const barred = terms(oneByOne(unwanted.filter(({ words }) => words.length === 1)));
  return [...terms(oneByOne(wanted)), ...barred.map((term) => `!${term}`)].join(" & ");
}

function long(phrases) {
  return phrases.filter(({ words }) => words.length > 1);
}

async function first(statement, values) {
  return (await asked(statement, values))[0];
}

async function asked(statement, values) {
  readers.push(readers.shift()); // the readers take turns
  const { rows } = await readers[0].query({ ...statement, values });
  return rows;
}

await Promise.all(readers.map((reader) => reader.connect()));
await serve(
  makeStackApp({
    callerOf: (digest, now) => first(BEARER, [digest, now]),
    postAt: (slug) => first(AT_SLUG, [slug]),
    page,
    write,
  }),
);
