// Which page is shown, and the key that its calls bear.

import {exists, key, onKeyNeeded, setKey} from "./api.js";
import {h, problemBox} from "./dom.js";
import {healthPage} from "./health.js";
import {inboxPage} from "./inbox.js";
import {jobPage} from "./job.js";
import {jobsPage} from "./jobs.js";
import {uploadPage} from "./upload.js";

const PAGES = [
  [/^\/$/, uploadPage, "Upload"],
  [/^\/jobs$/, jobsPage, "Jobs"],
  [/^\/jobs\/(job_[0-9A-Z]{26})$/, jobPage, "Job"],
  [/^\/inbox$/, inboxPage, "Inbox"],
  [/^\/health$/, healthPage, "Health"],
];

const main = document.getElementById("main");
let leave = new AbortController();

async function show() {
  leave.abort();
  leave = new AbortController();
  const {signal} = leave;
  const [path, query] = (location.hash.slice(1) || "/").split("?", 2);
  const [pattern, page, title] = PAGES.find(([p]) => p.test(path)) ?? [/^/, notFound, "Not found"];
  document.title = `${title} · Minilab`;
  for (const link of document.querySelectorAll("nav a")) {
    const here = link.hash === `#${path}` || (link.hash !== "#/" && path.startsWith(link.hash.slice(1)));
    if (here) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  const fresh = h("div", {class: "page"});
  main.replaceChildren(fresh);
  try {
    await page(fresh, signal, path.match(pattern)[1], new URLSearchParams(query ?? ""));
  } catch (error) {
    if (!signal.aborted) fresh.append(problemBox(error));
  }
  if (!signal.aborted) main.dataset.shown = path;
}

function notFound(page) {
  page.append(h("h1", {}, "There is no such page"), h("p", {}, h("a", {href: "#/"}, "Upload images")));
}

const dialog = document.getElementById("key-dialog");
let asking = null;

/** Asks for a key, once for all calls that want one; says whether there is one to try now. */
function askForKey(problem) {
  asking ??= new Promise((resolve) => {
    const input = dialog.querySelector("input");
    document.getElementById("key-problem").textContent = problem;
    input.value = key() ?? "";
    dialog.returnValue = "";
    dialog.showModal();
    dialog.addEventListener("close", () => {
      asking = null;
      if (dialog.returnValue === "use") setKey(input.value.trim());
      if (dialog.returnValue === "forget") setKey(null);
      resolve(dialog.returnValue === "use" && Boolean(key()));
    }, {once: true});
  });
  return asking;
}

onKeyNeeded(() => askForKey(key() ? "The server does not accept this key." : ""));
document.getElementById("key-button").addEventListener("click", async () => {
  await askForKey("");
  show();
});
window.addEventListener("hashchange", show);
show();
exists("/console/inbox").then((there) => (document.getElementById("inbox-link").hidden = !there));
