// One job: how it goes, what it made, whom it told, and what can be done with it.

import {call, follow} from "./api.js";
import {badge, bytes, confirmed, copyButton, h, millis, problemBox, time} from "./dom.js";
import {gallery} from "./gallery.js";

export async function jobPage(main, signal, id) {
  const head = h("div", {class: "head"});
  const actions = h("div", {class: "actions"});
  const problem = h("div");
  const body = h("div");
  const deliveries = h("section", {class: "panel", hidden: true});
  main.append(h("p", {}, h("a", {href: "#/jobs"}, "← Jobs")), head, actions, problem, body, deliveries);

  let following = null;
  function show(job) {
    head.replaceChildren(h("h1", {class: "id"}, job.id), badge(job.status));
    body.replaceChildren(...parts(job));
    actions.replaceChildren(...buttons(job));
    if (job.webhook && job.finished_at) showDeliveries(job);
    else if (!job.finished_at && !following) following = watch();
  }

  const watch = () => follow(id, show, signal).catch((error) => problem.replaceChildren(problemBox(error)));

  function buttons(job) {
    const ended = Boolean(job.finished_at);
    const button = (label, action, style) => h("button", {type: "button", class: style, onclick: () => attempt(action)}, label);
    return [
      ended ? null : button("Cancel", () => call("POST", `/v1/jobs/${id}/cancel`).then(show)),
      ended ? button("Retry", async () => (location.hash = `#/jobs/${(await call("POST", `/v1/jobs/${id}/retry`)).id}`)) : null,
      button("Delete", remove, "danger"),
      copyButton("Copy JSON", JSON.stringify(job, null, 2)),
    ].filter(Boolean);
  }

  async function remove() {
    if (!(await confirmed("Delete this job?", "The original, all outputs and all links to them are gone for good.", "Delete"))) return;
    await call("DELETE", `/v1/jobs/${id}`);
    location.hash = "#/jobs";
  }

  async function attempt(action) {
    problem.replaceChildren();
    try {
      await action();
    } catch (error) {
      problem.replaceChildren(problemBox(error));
    }
  }

  async function showDeliveries(job) {
    const answer = await call("GET", `/v1/jobs/${id}/deliveries`, {signal}).catch(() => null);
    if (!answer) return;
    const url = h("input", {type: "url", placeholder: job.webhook.url, "aria-label": "Deliver to another URL"});
    const again = h("button", {type: "button", onclick: () => attempt(redeliver)}, "Deliver again");
    async function redeliver() {
      await call("POST", `/v1/jobs/${id}/deliveries`, url.value ? {body: {url: url.value}} : {});
      setTimeout(() => !signal.aborted && showDeliveries(job), 1500);
    }
    deliveries.hidden = false;
    deliveries.replaceChildren(
      h("h2", {}, "Webhook ", badge(job.webhook.status)),
      h("p", {}, h("code", {}, job.webhook.url)),
      answer.data.length === 0 ? h("p", {class: "faint"}, "No attempt yet.") : table(answer.data),
      h("div", {class: "actions"}, url, again));
  }

  show(await call("GET", `/v1/jobs/${id}`, {signal}));
}

function parts(job) {
  const source = job.source;
  return [
    job.error ? problemBox({title: job.error.code, detail: job.error.detail}) : null,
    h("section", {class: "panel"}, h("h2", {}, "Outputs"), gallery(job)),
    h("section", {class: "panel"}, h("h2", {}, "Facts"), facts([
      ["Source", source?.width ? `${source.width} × ${source.height} ${source.format}, ${bytes(source.bytes)}` : source?.url],
      ["External id", job.external_id],
      ["Lane", job.lane],
      ["Created", time(job.created_at)],
      ["Started", job.started_at ? time(job.started_at) : null],
      ["Finished", job.finished_at ? time(job.finished_at) : null],
      ["Waited", job.timings ? millis(job.timings.queued_ms) : null],
      ["Rendered in", job.timings ? millis(job.timings.render_ms) : null],
      ["Decodes", job.timings?.decodes],
      ["Attempts", job.attempts],
      ["Retry of", job.retry_of ? h("a", {href: `#/jobs/${job.retry_of}`}, job.retry_of) : null],
      ...Object.entries(job.metadata ?? {}),
    ])),
  ].filter(Boolean);
}

function facts(pairs) {
  return h("dl", {class: "facts"}, pairs.filter(([, value]) => value !== null && value !== undefined && value !== "")
    .map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value instanceof Node ? value : String(value)))));
}

function table(attempts) {
  return h("div", {class: "table-wrap"}, h("table", {},
    h("thead", {}, h("tr", {}, ["#", "Sent", "Answer", "Took", "Body"].map((t) => h("th", {scope: "col"}, t)))),
    h("tbody", {}, attempts.map((a, i) => h("tr", {},
      h("td", {}, String(a.attempt ?? i + 1)), h("td", {}, time(a.sent_at)),
      h("td", {}, a.status_code ? String(a.status_code) : a.failure ?? "–"),
      h("td", {}, a.duration_ms === undefined ? "–" : millis(a.duration_ms)),
      h("td", {}, h("code", {}, (a.answer ?? "").slice(0, 120))))))));
}
