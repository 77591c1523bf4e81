// The inbox of the embedded installation: the webhooks that arrived here, and whether their signatures hold.

import {call} from "./api.js";
import {badge, copyButton, h, problemBox, repeat, time} from "./dom.js";

export async function inboxPage(main, signal) {
  const url = `${location.origin}/console/inbox`;
  const list = h("ul", {class: "inbox"});
  const problem = h("div");
  let shown = "";
  main.append(h("h1", {}, "Webhook inbox"),
    h("p", {}, "Webhooks that are sent to ", h("code", {}, url), " show here. ", copyButton("Copy URL", url)), problem, list);
  repeat(async () => {
    try {
      const {data} = await call("GET", "/console/inbox", {signal});
      problem.replaceChildren();
      const state = data.map((m) => m.received_at + m.webhook_id).join();
      if (state === shown && list.children.length > 0) return; // What someone has opened stays open.
      shown = state;
      list.replaceChildren(...(data.length ? data.map(message) : [h("li", {class: "faint"}, "Nothing yet.")]));
    } catch (error) {
      if (!signal.aborted) problem.replaceChildren(problemBox(error));
    }
  }, 2000, signal);
}

function message(m) {
  const job = m.body?.data?.id;
  return h("li", {class: "panel"},
    h("div", {class: "head"}, h("strong", {class: "grow"}, m.body?.type ?? "not ours"),
      badge(m.verified ? "verified" : "not verified"), time(m.received_at)),
    h("p", {class: "faint"}, h("code", {}, m.webhook_id ?? "no webhook-id"), m.failure ? ` ${m.failure}` : "",
      job ? h("span", {}, " · ", h("a", {href: `#/jobs/${job}`}, job)) : null),
    h("details", {}, h("summary", {}, "Body"), h("pre", {class: "code"}, JSON.stringify(m.body ?? m.text, null, 2))));
}
