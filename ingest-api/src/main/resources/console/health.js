// How the installation is: readiness, workers, and what this API's metrics tell, as they change.

import {call, text} from "./api.js";
import {badge, bytes, h, millis, problemBox, repeat} from "./dom.js";

const EVERY_MS = 3000;

export async function healthPage(main, signal) {
  const cards = h("div", {class: "cards"});
  const lists = h("div", {class: "columns"});
  const problem = h("div");
  main.append(h("h1", {}, "Health"), problem, cards, lists);
  let before = null;

  repeat(async () => {
    try {
      const [ready, capabilities, metrics] = await Promise.all([
        fetch("/health/ready", {cache: "no-store", signal}).then((r) => r.json()),
        call("GET", "/v1/capabilities", {signal}),
        text("/metrics", {signal}).then(parse).catch(() => null),
      ]);
      const now = {at: performance.now(), finished: metrics?.sum("minilab_jobs_finished_total") ?? null};
      const rate = before && now.finished !== null ? ((now.finished - before.finished) / (now.at - before.at)) * 60_000 : null;
      before = now;
      cards.replaceChildren(...cardsOf(ready, capabilities, metrics, rate));
      lists.replaceChildren(...listsOf(capabilities, metrics));
      problem.replaceChildren();
    } catch (error) {
      if (!signal.aborted) problem.replaceChildren(problemBox(error));
    }
  }, EVERY_MS, signal);
}

function cardsOf(ready, capabilities, metrics, rate) {
  const card = (title, value, note) => h("div", {class: "card panel"}, h("h2", {}, title), h("p", {class: "figure"}, value), note ? h("p", {class: "faint"}, note) : null);
  const age = metrics?.max("minilab_queue_oldest_age_seconds");
  return [
    card("Ready", badge(ready.status ?? (ready.ready ? "ready" : "not ready")), Object.entries(ready.checks ?? {}).map(([k, v]) => `${k}: ${v}`).join(", ")),
    card("Workers", String(capabilities.workers), `${capabilities.max_renders} renders at once, ${capabilities.isolation.join(", ") || "no isolation known"}`),
    metrics?.has("minilab_queue_messages") ? card("Waiting", String(metrics.sum("minilab_queue_messages", {state: "visible"})), age === undefined ? "jobs in the queues" : `oldest ${millis(age * 1000)}`) : null,
    metrics?.has("minilab_jobs_finished_total") ? card("Finished", String(metrics.sum("minilab_jobs_finished_total")), rate === null ? "since the start" : `${rate.toFixed(rate < 10 ? 1 : 0)} a minute`) : null,
    metrics?.has("minilab_render_processes") ? card("Render processes", String(metrics.sum("minilab_render_processes")), `${metrics.sum("minilab_renders_active")} rendering, ${metrics.sum("minilab_render_processes_replaced_total")} replaced`) : null,
    metrics?.has("jvm_memory_used_bytes") ? card("Memory", bytes(metrics.sum("jvm_memory_used_bytes")), "of this process") : null,
  ].filter(Boolean);
}

function listsOf(capabilities, metrics) {
  const errors = metrics?.by("minilab_job_errors_total", "code") ?? [];
  return [
    h("section", {class: "panel"}, h("h2", {}, "Errors by code"), errors.length === 0 ? h("p", {class: "faint"}, "None since the start.")
      : h("dl", {class: "facts"}, errors.map(([code, count]) => h("div", {}, h("dt", {}, h("code", {}, code)), h("dd", {}, String(count)))))),
    h("section", {class: "panel"}, h("h2", {}, "Codecs"), h("dl", {class: "facts"}, capabilities.codecs.map((c) =>
      h("div", {}, h("dt", {}, `${c.name} ${c.version}`), h("dd", {}, `reads ${c.reads.join(", ")}; writes ${c.writes.join(", ")}`))))),
  ];
}

/** Prometheus' text format, as far as a page needs it. */
function parse(exposition) {
  const samples = [];
  for (const line of exposition.split("\n")) {
    const match = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)/.exec(line);
    if (!match) continue;
    const labels = Object.fromEntries([...(match[2] ?? "").matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map((m) => [m[1], m[2]]));
    samples.push({name: match[1], labels, value: Number(match[3])});
  }
  const of = (name, labels = {}) => samples.filter((s) => s.name === name && Object.entries(labels).every(([k, v]) => s.labels[k] === v));
  return {
    has: (name) => of(name).length > 0,
    sum: (name, labels) => of(name, labels).reduce((total, s) => total + s.value, 0),
    max: (name) => (of(name).length ? Math.max(...of(name).map((s) => s.value)) : undefined),
    by(name, label) {
      const totals = new Map();
      for (const s of of(name)) if (s.value > 0) totals.set(s.labels[label], (totals.get(s.labels[label]) ?? 0) + s.value);
      return [...totals].sort((a, b) => b[1] - a[1]);
    },
  };
}
