"use strict";

// Swagger UI has a dark style but follows the system only in its own layout, which this page does without.
const dark = window.matchMedia("(prefers-color-scheme: dark)");
const follow = () => document.documentElement.classList.toggle("dark-mode", dark.matches);
dark.addEventListener("change", follow);
follow();

const { document: contract, assets } = document.getElementById("swagger-ui").dataset;

window.ui = SwaggerUIBundle({
  dom_id: "#swagger-ui",
  url: contract,
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
});
