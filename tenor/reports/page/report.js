"use strict";
// Everything that a witness says is written as text; nothing here is ever parsed as HTML.

const main = document.querySelector("main");
const matrix = document.getElementById("matrix");
const detail = document.getElementById("detail");
const find = document.getElementById("find");
let lines = null;
let current = null;

function known(mark) {
  lines ??= document.getElementById("witnesses").textContent.split("\n");
  return JSON.parse(lines[Number(mark.dataset.cell)]);
}

function element(name, attributes, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

// --- a cell ---------------------------------------------------------------------------------------

function show(mark, { focus = true } = {}) {
  current?.removeAttribute("aria-current");
  current = mark;
  mark.setAttribute("aria-current", "true");
  rove(mark);
  const cell = known(mark);
  detail.replaceChildren(...described(cell, mark));
  detail.hidden = false;
  detail.scrollTop = 0;
  main.classList.add("open");
  history.replaceState(null, "", `#${nameOf(cell)}`);
  if (focus) detail.focus({ preventScroll: true });
}

function hide() {
  if (detail.hidden) return;
  detail.hidden = true;
  main.classList.remove("open");
  current.removeAttribute("aria-current");
  current.focus();
  history.replaceState(null, "", location.pathname + location.search);
}

function* described(cell, mark) {
  yield element("button", { type: "button", class: "close", "aria-label": "Close" }, "×");
  yield element("h2", { id: "detail-name" }, `${cell.operation} ${cell.status}`);
  const beside = [...mark.parentElement.children];
  if (beside.length > 1) yield siblings(beside, mark);
  const state = cell.state[0].toUpperCase() + cell.state.slice(1);
  const shape = element("i", { class: `mark ${cell.state}` });
  yield element("p", { class: "state" }, shape, `${state}${cell.media_type && `: ${cell.media_type}`}`);
  if (cell.state !== "met") yield element("p", {}, cell.says);
  if (!cell.curl) return;
  yield facts({
    "Declared at": cell.state === "met" ? cell.place : "",
    "Answered by": cell.layer,
    Suite: cell.suite,
    Test: cell.test,
    Seed: cell.seed ?? "",
  });
  yield element("h3", {}, "Ask again");
  const copy = element("button", { type: "button", "data-copy": "" }, "Copy");
  yield element("div", { class: "command" }, element("pre", {}, cell.curl), copy);
  yield element("h3", {}, "What came back");
  yield element("pre", {}, `${cell.head}\n\n${indented(cell.body)}`.trimEnd());
}

function siblings(beside, mark) {
  const buttons = beside.map((each) => {
    const { media_type, state } = known(each);
    const pressed = String(each === mark);
    const button = element("button", { type: "button", "aria-pressed": pressed });
    button.append(element("i", { class: `mark ${state}` }), media_type || "no content");
    button.addEventListener("click", () => show(each));
    return button;
  });
  return element("div", { class: "siblings", role: "group", "aria-label": "Media types" }, ...buttons);
}

function facts(pairs) {
  const list = element("dl", {});
  for (const [name, value] of Object.entries(pairs)) {
    if (value !== "") list.append(element("dt", {}, name), element("dd", {}, String(value)));
  }
  return list;
}

function indented(body) {
  try {
    const value = JSON.parse(body);
    return typeof value === "object" ? JSON.stringify(value, null, 2) : body;
  } catch {
    return body;
  }
}

function nameOf(cell) {
  return [cell.operation, cell.status, cell.media_type].map(encodeURIComponent).join("/");
}

function follow() {
  const wanted = location.hash.slice(1);
  if (!wanted) return;
  for (const mark of matrix.querySelectorAll("button.mark")) {
    if (nameOf(known(mark)) === wanted) {
      mark.scrollIntoView({ block: "center" });
      show(mark, { focus: false });
      return;
    }
  }
}

// --- the keyboard ---------------------------------------------------------------------------------

let reachable = null;

function rove(mark) {
  if (reachable) reachable.tabIndex = -1;
  mark.tabIndex = 0;
  reachable = mark;
}

function isShown(mark) {
  return mark.checkVisibility();
}

function beside(mark, step) {
  const cell = mark.parentElement;
  const marks = [...cell.parentElement.querySelectorAll("button.mark")];
  return marks[marks.indexOf(mark) + step];
}

function below(mark, step) {
  const cell = mark.parentElement;
  const rows = [...matrix.querySelectorAll("tbody tr")];
  const index = rows.indexOf(cell.parentElement);
  for (let at = index + step; rows[at]; at += step) {
    const found = rows[at].cells[cell.cellIndex].querySelector("button.mark");
    if (found && isShown(found)) return found;
  }
  return null;
}

matrix.addEventListener("keydown", (event) => {
  const mark = event.target.closest("button.mark");
  if (!mark || event.altKey || event.ctrlKey || event.metaKey) return;
  const next = {
    ArrowRight: () => beside(mark, 1),
    ArrowLeft: () => beside(mark, -1),
    ArrowDown: () => below(mark, 1),
    ArrowUp: () => below(mark, -1),
  }[event.key];
  if (!next) return;
  event.preventDefault();
  const found = next();
  if (!found) return;
  rove(found);
  found.focus();
  found.scrollIntoView({ block: "nearest", inline: "nearest" });
});

matrix.addEventListener("focusin", (event) => {
  const mark = event.target.closest("button.mark");
  if (mark) rove(mark);
});

matrix.addEventListener("click", (event) => {
  const mark = event.target.closest("button.mark");
  if (mark) show(mark);
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") hide();
  if (event.key === "/" && !event.target.closest("input")) {
    event.preventDefault();
    find.focus();
  }
});

// --- what is shown --------------------------------------------------------------------------------

function shown() {
  const wanted = find.value.trim().toLowerCase();
  let any = false;
  for (const section of matrix.children) {
    let rows = 0;
    for (const row of section.querySelectorAll("tbody tr")) {
      row.hidden = !row.dataset.find.includes(wanted);
      const states = row.dataset.states.split(" ");
      const fits = !main.dataset.only || states.includes(main.dataset.only);
      rows += !row.hidden && fits;
    }
    section.hidden = !rows;
    any ||= rows > 0;
  }
  document.getElementById("nothing").hidden = any;
}

document.querySelector(".filters").addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  for (const each of button.parentElement.children) {
    each.setAttribute("aria-pressed", String(each === button));
  }
  main.dataset.only = button.dataset.only;
  shown();
});

find.addEventListener("input", shown);

// --- copying --------------------------------------------------------------------------------------

async function copy(text, button) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    getSelection().selectAllChildren(button.previousElementSibling);
    document.execCommand("copy");
  }
  button.textContent = "Copied";
  setTimeout(() => { button.textContent = "Copy"; }, 1500);
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (button?.hasAttribute("data-copy")) copy(button.previousElementSibling.textContent, button);
  if (button?.classList.contains("close")) hide();
});

const first = matrix.querySelector("button.mark");
if (first) rove(first);
follow();
