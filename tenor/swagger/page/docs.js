"use strict";

// Swagger UI has a dark style but follows the system only in its own layout, which this page does without.
const dark = window.matchMedia("(prefers-color-scheme: dark)");
const follow = () => document.documentElement.classList.toggle("dark-mode", dark.matches);
dark.addEventListener("change", follow);
follow();

const { document: contract, assets } = document.getElementById("swagger-ui").dataset;

const settings = {
  dom_id: "#swagger-ui",
  layout: "BaseLayout",
  presets: [SwaggerUIBundle.presets.apis],
  validatorUrl: null, // the default sends the document's address to a stranger
  oauth2RedirectUrl: new URL(`${assets}/oauth2-redirect.html`, window.location.href).href,
  deepLinking: true,
  displayRequestDuration: true,
  docExpansion: "list",
  filter: true,
  persistAuthorization: true,
  requestSnippetsEnabled: true,
  tryItOutEnabled: true,
};

// Swagger UI writes examples into the fields and sends them. What need not be sent stays empty: a cursor, a key or
// a tag of the story in the document would refuse or empty whatever is tried.
function withoutOptionalExamples(value) {
  if (Array.isArray(value)) {
    value.forEach(withoutOptionalExamples);
  } else if (value && typeof value === "object") {
    if (typeof value.in === "string" && typeof value.name === "string" && !value.required) {
      delete value.example;
      delete value.examples;
    }
    Object.values(value).forEach(withoutOptionalExamples);
  }
  return value;
}

fetch(contract)
  .then((answer) => answer.json())
  .then((spec) => ({ spec: withoutOptionalExamples(spec) }))
  .catch(() => ({ url: contract })) // which then says itself what is wrong
  .then((source) => {
    window.ui = SwaggerUIBundle({ ...settings, ...source });
  });
