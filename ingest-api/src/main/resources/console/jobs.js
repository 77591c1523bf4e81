// The page of jobs: newest first, with filters, kept fresh while it is looked at.

import {call} from "./api.js";
import {badge, h, millis, problemBox, repeat, time} from "./dom.js";
import {thumbhashCanvas} from "./thumbhash.js";

const STATUSES = ["queued", "processing", "succeeded", "partially_succeeded", "failed", "canceled", "expired"];
const REFRESH_MS = 4000;

export async function jobsPage(main, signal, _, query) {
  const status = h("select", {name: "status", onchange: apply}, h("option", {value: ""}, "any status"),
    STATUSES.map((s) => h("option", {value: s, selected: query.get("status") === s}, s.replaceAll("_", " "))));
  const externalId = h("input", {name: "external_id", type: "search", value: query.get("external_id") ?? "", placeholder: "external id", onchange: apply});
  const rows = h("tbody");
  const more = h("button", {type: "button", hidden: true, onclick: loadMore}, "Older jobs");
  const problem = h("div");
  const empty = h("p", {class: "faint", hidden: true}, "No jobs here yet.");
  let cursor = null;
  let pages = 1;

  main.append(
    h("h1", {}, "Jobs"),
    h("form", {class: "filters", role: "search", onsubmit: (e) => (e.preventDefault(), apply())},
      h("label", {}, h("span", {}, "Status"), status), h("label", {}, h("span", {}, "External id"), externalId)),
    problem,
    h("div", {class: "table-wrap"}, h("table", {},
      h("thead", {}, h("tr", {}, ["", "Job", "Status", "External id", "Created", "Took"].map((t) => h("th", {scope: "col"}, t)))), rows)),
    empty, more);

  function apply() {
    const parameters = new URLSearchParams();
    for (const control of [status, externalId]) if (control.value) parameters.set(control.name, control.value);
    location.hash = `#/jobs${parameters.size ? `?${parameters}` : ""}`;
  }

  function page(from) {
    const parameters = new URLSearchParams({limit: "20"});
    for (const control of [status, externalId]) if (control.value) parameters.set(control.name, control.value);
    if (from) parameters.set("cursor", from);
    return call("GET", `/v1/jobs?${parameters}`, {signal});
  }

  async function refresh() {
    if (pages > 1) return; // Someone reads further down: nothing moves under their eyes.
    try {
      const answer = await page(null);
      if (pages > 1) return;
      rows.replaceChildren(...answer.data.map(row));
      show(answer);
      problem.replaceChildren();
    } catch (error) {
      if (!signal.aborted) problem.replaceChildren(problemBox(error));
    }
  }

  async function loadMore() {
    more.disabled = true;
    pages++;
    try {
      const answer = await page(cursor);
      rows.append(...answer.data.map(row));
      show(answer);
    } catch (error) {
      problem.replaceChildren(problemBox(error));
    } finally {
      more.disabled = false;
    }
  }

  function show(answer) {
    cursor = answer.next_cursor;
    more.hidden = !cursor;
    empty.hidden = rows.children.length > 0 || Boolean(cursor);
  }

  repeat(refresh, REFRESH_MS, signal);
}

function row(job) {
  const took = job.finished_at ? millis(new Date(job.finished_at) - new Date(job.created_at)) : "–";
  const picture = job.placeholder ? thumbhashCanvas(job.placeholder.thumbhash) : null;
  if (picture) picture.setAttribute("aria-hidden", "true");
  return h("tr", {},
    h("td", {class: "mini"}, picture),
    h("td", {}, h("a", {href: `#/jobs/${job.id}`}, h("code", {}, job.id))),
    h("td", {}, badge(job.status)),
    h("td", {}, job.external_id ?? "–"),
    h("td", {}, time(job.created_at)),
    h("td", {}, took));
}
