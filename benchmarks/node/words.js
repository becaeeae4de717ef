// Slugs and words as `publishing/slugs.py` and `publishing/search.py` make them, so that the rows
// that are written are the same. The two differ only where Unicode's full case folding does from
// what JavaScript has, and in accents of scripts that no benchmark writes.

const LONGEST_SLUG = 100;
const LONGEST_WORD = 100;
const BORDER = " . ";

const SPELLED = {
  æ: "ae",
  œ: "oe",
  ø: "o",
  đ: "d",
  ð: "d",
  þ: "th",
  ł: "l",
  ħ: "h",
  ı: "i",
  ŋ: "n",
};
const SPELLED_LETTER = new RegExp(`[${Object.keys(SPELLED).join("")}]`, "g");
const ASCII = /^[\x00-\x7f]*$/;
const ACCENTS =
  /[[\p{Mn}&&[\p{sc=Inherited}\p{sc=Hebrew}\p{sc=Arabic}]]--[\u3099\u309a]]|[\p{Cf}\u20e3]/gv;
// Han, kana, Bopomofo, Thai, Lao, Myanmar and Khmer put no space between words.
const WORD =
  /[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3021-\u3029\u3038-\u303b\u3040-\u312f\u31a0-\u31bf\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u{1aff0}-\u{1b16f}\u{20000}-\u{3ffff}]|[[\p{L}\p{M}\p{N}]--[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3021-\u3029\u3038-\u303b\u3040-\u312f\u31a0-\u31bf\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u{1aff0}-\u{1b16f}\u{20000}-\u{3ffff}]]+/gv;
const TERM = /(?<minus>-?)(?:"(?<quoted>[^"]*)"?|(?<bare>[^\s"]+))/g;

/** What a title is sorted by: short enough for a cursor. */
export function titleKey(title) {
  const start = Buffer.from(folded(title)).subarray(0, 300);
  return new TextDecoder().decode(start, { stream: true }); // a letter that was cut is left out
}

/** The slug that a title asks for. */
export function slugFrom(title) {
  const spelled = spelledOut(folded(title).replace(/['\u2019]/g, "")).normalize("NFKD");
  const words =
    spelled
      .replace(/\p{Mn}/gu, "")
      .toLowerCase()
      .match(/[a-z0-9]+/g) ?? [];
  return cut(words.join("-"), LONGEST_SLUG) || "post";
}

/** The slug for the first of its kind, and with a number for every other. */
export function numbered(slug, number) {
  if (number === 1) {
    return slug;
  }
  const suffix = `-${number}`;
  return cut(slug, LONGEST_SLUG - suffix.length) + suffix;
}

/** The words of a post as they are kept: in their order, with a space around each. */
export function keptWords(title, body, tags) {
  const parts = [title, body, ...tags].map(wordsOf).filter((words) => words.length > 0);
  return ` ${parts.map((words) => words.join(" ")).join(BORDER)} `;
}

/** What a text asks for: phrases that a post must hold, and such that it must not. */
export function readQuery(text) {
  const query = { wanted: [], unwanted: [] };
  for (const { groups } of text.replace(/[“”„‟«»]/g, '"').matchAll(TERM)) {
    const said = groups.bare ?? groups.quoted ?? "";
    const words = wordsOf(said);
    if (words.length > 0) {
      const isOpen = groups.bare !== undefined && said.endsWith("*");
      query[groups.minus ? "unwanted" : "wanted"].push({ words, isOpen });
    }
  }
  return query;
}

/** A phrase as it stands in the words of a post. */
export function asKept({ words, isOpen }) {
  return ` ${words.join(" ")}${isOpen ? "" : " "}`;
}

/** The words of phrases, each of which an index is asked for. */
export function oneByOne(phrases) {
  return phrases.flatMap(({ words, isOpen }) =>
    words.map((word, index) => ({ word, isOpen: isOpen && index === words.length - 1 })),
  );
}

function wordsOf(text) {
  const found = ASCII.test(text)
    ? text.toLowerCase().match(/[a-z0-9]+/g)
    : unaccented(text).match(WORD);
  return (found ?? []).map((word) => word.slice(0, LONGEST_WORD));
}

function unaccented(text) {
  const parted = folded(text).replaceAll("\u200b", " "); // a space of no width parts words
  return spelledOut(parted.normalize("NFKD")).replace(ACCENTS, "").normalize("NFC");
}

function spelledOut(text) {
  return text.replace(SPELLED_LETTER, (letter) => SPELLED[letter]);
}

function folded(text) {
  if (ASCII.test(text)) {
    return text.toLowerCase();
  }
  return text.toUpperCase().toLowerCase().replaceAll("ς", "σ");
}

function cut(slug, length) {
  return slug.slice(0, length).replace(/-+$/, "");
}
