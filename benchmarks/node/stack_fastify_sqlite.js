// Work (b) on Fastify with better-sqlite3:
// `BENCHMARK_DATABASE_URL=sqlite:////... node stack_fastify_sqlite.js PORT`.

import Database from "better-sqlite3";
import { serve } from "./fastify_app.js";
import { COLUMNS, SEEN } from "./posts.js";
import { makeStackApp } from "./stack_fastify.js";
import { asKept, numbered, oneByOne } from "./words.js";

const database = new Database(process.env.BENCHMARK_DATABASE_URL.replace("sqlite:///", ""), {
  fileMustExist: true,
});
database.pragma("journal_mode = WAL");
database.pragma("synchronous = FULL");
database.pragma("foreign_keys = ON");

const bearer = database.prepare(
  `SELECT tokens.username, tokens.scopes, accounts.role
   FROM tokens JOIN accounts ON accounts.username = tokens.username
   WHERE tokens.digest = ? AND tokens.expires_at > ?`,
);
const atSlug = database.prepare(`SELECT ${COLUMNS} FROM posts WHERE slug = ?`);
const account = database.prepare("SELECT id FROM accounts WHERE username = ?");
const highest = database.prepare("SELECT max(number) FROM post_slugs WHERE base = ?").pluck();
const insertPost = database
  .prepare(
    `INSERT INTO posts (slug, uid, title, title_key, body, author, tags, status, created_at,
       updated_at, published_at, publish_at, listed_at, version, revision, revised_at, discussion,
       words)
     VALUES (@slug, @uid, @title, @title_key, @body, @author, @tags, @status, @created_at,
       @updated_at, @published_at, @publish_at, @listed_at, @version, @revision, @created_at, 0,
       @words)
     ON CONFLICT (slug) DO NOTHING RETURNING id`,
  )
  .pluck();
const deletePost = database.prepare("DELETE FROM posts WHERE id = ?");
const insertSlug = database.prepare(
  `INSERT INTO post_slugs (slug, base, number, post_id) VALUES (?, ?, ?, ?)
   ON CONFLICT (slug) DO NOTHING`,
);
const insertTag = database.prepare("INSERT INTO post_tags (tag, post_id) VALUES (?, ?)");
const insertRevision = database.prepare(
  `INSERT INTO post_revisions (post_id, number, title, body, tags, author, created_at)
   VALUES (@id, @revision, @title, @body, @tags, @author, @created_at)`,
);

const write = database.transaction((row) => {
  if (account.get(row.author) === undefined) {
    return null;
  }
  let number = 1;
  let post = inserted(row, number);
  while (post === null) {
    number = Math.max(number, highest.get(row.base) ?? 1) + 1;
    post = inserted(row, number);
  }
  for (const name of row.names) {
    insertTag.run(name, post.id);
  }
  insertRevision.run(post);
  return post;
});

/** The post at a slug of its own, or null where that is another's. */
function inserted(row, number) {
  const post = { ...row, slug: numbered(row.base, number) };
  post.id = insertPost.get(post);
  if (post.id === undefined) {
    return null;
  }
  if (insertSlug.run(post.slug, post.base, number, post.id).changes === 0) {
    deletePost.run(post.id); // another post had this slug before it was renamed
    return null;
  }
  return post;
}

const listings = new Map();

/** The statement of a page: there is one for each kind of question. */
function listing(isAfter, phrases) {
  const key = `${isAfter} ${phrases?.wanted} ${phrases?.unwanted}`;
  if (!listings.has(key)) {
    listings.set(
      key,
      database.prepare(
        `SELECT ${COLUMNS} FROM posts WHERE ${SEEN} @now)
         ${isAfter ? "AND (listed_at, id) < (@key, @id)" : ""}
         ${phrases ? "AND id IN (SELECT rowid FROM post_search WHERE post_search MATCH @sought)" : ""}
         ${listed(phrases?.wanted, (index) => `AND instr(words, @wanted_${index}) > 0`)}
         ${listed(phrases?.unwanted, (index) => `AND instr(words, @unwanted_${index}) = 0`)}
         ORDER BY listed_at DESC, id DESC LIMIT @limit`,
      ),
    );
  }
  return listings.get(key);
}

function listed(count = 0, condition) {
  return Array.from({ length: count }, (_, index) => condition(index)).join(" ");
}

function page(now, limit, place, query) {
  const values = { now, limit, ...place };
  if (query === undefined) {
    return listing(place !== undefined).all(values);
  }
  const { wanted, unwanted } = query;
  values.sought = sought(wanted, unwanted);
  const phrases = {
    wanted: addPhrases(values, "wanted", wanted),
    unwanted: addPhrases(values, "unwanted", unwanted),
  };
  return listing(place !== undefined, phrases).all(values);
}

/** How many of the phrases have to be looked for word after word. */
function addPhrases(values, name, phrases) {
  const long = phrases.filter(({ words }) => words.length > 1);
  for (const [index, phrase] of long.entries()) {
    values[`${name}_${index}`] = asKept(phrase);
  }
  return long.length;
}

/** The query in the language of FTS5. */
function sought(wanted, unwanted) {
  const terms = (words) => words.map(({ word, isOpen }) => `"${word}"${isOpen ? "*" : ""}`);
  const found = terms(oneByOne(wanted)).join(" AND ");
  const barred = terms(oneByOne(unwanted.filter(({ words }) => words.length === 1))).join(" OR ");
  return barred === "" ? found : `(${found}) NOT (${barred})`;
}

await serve(
  makeStackApp({
    callerOf: (digest, now) => bearer.get(digest, now),
    postAt: (slug) => atSlug.get(slug),
    page,
    write: (row) => write.immediate(row),
  }),
);
