// Posts as rows and as answers, the same in both stores.

import { createHash, randomUUID } from "node:crypto";
import { keptWords, slugFrom, titleKey } from "./words.js";

const PUBLIC_URL = "http://127.0.0.1:8080";
const POSTS = `${PUBLIC_URL}/posts`;
const MARK = createHash("sha256").update(PUBLIC_URL).digest("hex").slice(0, 6);

/** The columns that an answer is made of. */
export const COLUMNS = `id, slug, title, body, author, tags, status, created_at, updated_at,
  published_at, publish_at, version, revision`;

/** Which posts everybody sees, but for the moment: after it goes a time. */
export const SEEN = "status = 'published' AND (publish_at IS NULL OR publish_at <=";

/** A post as JSON. What is scheduled is kept as published, at a time to come. */
export function shown(row, now) {
  const waits = row.publish_at !== null && isLater(row.publish_at, now);
  return {
    slug: row.slug,
    title: row.title,
    body: row.body,
    author: row.author,
    tags: row.tags === "" ? [] : row.tags.split(" "),
    status: waits ? "scheduled" : row.status,
    created_at: time(row.created_at),
    updated_at: time(row.updated_at),
    published_at: waits || row.published_at === null ? null : time(row.published_at),
    publish_at: waits ? time(row.publish_at) : null,
    revision: row.revision,
    url: addressOf(row.slug),
  };
}

/** Whether a post is for the eyes of the caller, who is null where nobody is known. */
export function isSeen(post, caller) {
  return (
    post.status === "published" ||
    (caller !== null &&
      (caller.username === post.author || ["editor", "admin"].includes(caller.role)))
  );
}

/** The address of a post. */
export function addressOf(slug) {
  return `${POSTS}/${slug}`;
}

/** The tag of a post as JSON. */
export function tagOf({ id, version }, post) {
  return `"${id}.${version}${post.status === "scheduled" ? "s" : ""}-json-${MARK}"`;
}

/** When a post became what it is, as a header has it. */
export function modified({ updated_at, published_at }) {
  const changed = published_at !== null && published_at > updated_at ? published_at : updated_at;
  return new Date(changed).toUTCString();
}

/** The row of a post that is new, without its slug, which is the store's to find. */
export function newRow({ title, body, tags, status, publish_at }, author, now) {
  const names = [...new Set(tags.map((tag) => tag.toLowerCase()))];
  const waits = status === "scheduled" ? instant(new Date(publish_at)) : null;
  const published = status === "published" ? now : waits;
  return {
    base: slugFrom(title),
    uid: randomUUID(),
    title,
    title_key: titleKey(title),
    body,
    author,
    tags: names.join(" "),
    names,
    status: status === "draft" ? "draft" : "published",
    created_at: now,
    updated_at: now,
    published_at: published,
    publish_at: waits,
    listed_at: published ?? now,
    version: 1,
    revision: 1,
    words: keptWords(title, body, names),
  };
}

/** Why a post cannot be scheduled so, or null where it can. */
export function scheduleFault({ status, publish_at }) {
  if (status !== "scheduled") {
    return publish_at === undefined ? null : "publish_at goes with the status scheduled.";
  }
  return publish_at !== undefined && Date.parse(publish_at) > Date.now()
    ? null
    : "The status scheduled needs publish_at, a time to come.";
}

/** A page of a list, of rows of which there is one too many where there is a next page. */
export function pageOf(rows, { limit, q }, now) {
  const found = rows.slice(0, limit).map((row) => shown(row, now));
  const given = new URLSearchParams(q === undefined ? { limit } : { q, limit });
  const links = { first: `${POSTS}?${given}` };
  if (rows.length > limit) {
    given.set("cursor", cursorOf(rows[limit - 1]));
    links.next = `${POSTS}?${given}`;
  }
  return { data: found, links };
}

/** The addresses beside a page, as a header has them. */
export function linkHeader(links) {
  return Object.entries(links)
    .map(([relation, url]) => `<${url}>; rel="${relation}"`)
    .join(", ");
}

/** The place that a cursor remembers, or null where it was made elsewhere. */
export function placeOf(cursor) {
  const text = Buffer.from(cursor, "base64url").toString();
  const place = /^-published a (?<id>\d+) (?<day>\S{10})T(?<clock>\S{8})(?<rest>\.\d{6})?\+00:00$/;
  const { id, day, clock, rest = ".000000" } = place.exec(text)?.groups ?? {};
  return id === undefined ? null : { id: Number(id), key: `${day} ${clock}${rest}+00:00` };
}

/** A moment as it is kept, in text whose order is that of time. */
export function instant(moment) {
  const text = moment.toISOString();
  return `${text.slice(0, 10)} ${text.slice(11, 23)}000+00:00`;
}

function cursorOf(row) {
  const listed = time(row.published_at ?? row.created_at).replace("Z", "+00:00");
  return Buffer.from(`-published a ${row.id} ${listed}`).toString("base64url");
}

/** A moment that was kept, as RFC 3339 writes it; PostgreSQL leaves out the noughts at its end. */
function time(kept) {
  const fraction = kept.slice(19, kept.indexOf("+", 19));
  const shownFraction = fraction === "" || fraction === ".000000" ? "" : fraction.padEnd(7, "0");
  return `${kept.slice(0, 10)}T${kept.slice(11, 19)}${shownFraction}Z`;
}

function isLater(kept, now) {
  return Date.parse(time(kept)) > Date.parse(time(now));
}
