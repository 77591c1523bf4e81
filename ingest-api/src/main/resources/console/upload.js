// The first page: drop images, say what to make, watch it being made.

import {ApiProblem, call, exists, follow, submit} from "./api.js";
import {announce, badge, bytes, h, problemBox} from "./dom.js";
import {gallery} from "./gallery.js";
import {specEditor} from "./spec.js";

const AT_ONCE = 3;

export async function uploadPage(main, signal) {
  const [presets, inbox] = await Promise.all([call("GET", "/v1/presets"), exists("/console/inbox")]);
  const editor = specEditor({presets: presets.data, inbox: inbox ? `${location.origin}/console/inbox` : null});
  const input = h("input", {type: "file", multiple: true, accept: "image/*", id: "files", class: "unseen", onchange: () => (take(input.files), (input.value = ""))});
  const zone = h("label", {class: "drop", for: "files"}, h("strong", {}, "Drop images here"), h("span", {}, "or choose them"));
  const list = h("ul", {class: "uploads", "aria-label": "Uploads"});
  main.append(
    h("h1", {}, "Upload"),
    h("div", {class: "columns"},
      h("div", {}, h("div", {class: "drop-area"}, input, zone), list),
      editor.element));

  const over = (yes) => (event) => {
    event.preventDefault();
    zone.classList.toggle("over", yes);
  };
  for (const type of ["dragenter", "dragover"]) main.addEventListener(type, over(true), {signal});
  main.addEventListener("dragleave", over(false), {signal});
  main.addEventListener("drop", (event) => {
    over(false)(event);
    take(event.dataTransfer.files);
  }, {signal});
  document.addEventListener("paste", (event) => take(event.clipboardData.files), {signal});

  const waiting = [];
  let running = 0;

  function take(files) {
    if (files.length === 0 || !editor.valid()) return;
    const request = editor.request();
    for (const file of files) {
      const card = uploadCard(file);
      list.prepend(card.element);
      waiting.push(() => run(card, file, request));
    }
    next();
  }

  async function next() {
    while (running < AT_ONCE && waiting.length > 0) {
      running++;
      waiting.shift()().finally(() => {
        running--;
        next();
      });
    }
  }

  async function run(card, file, request) {
    try {
      const job = await submit(file, request, card.progress, signal);
      card.show(job);
      follow(job.id, card.show, signal).catch(card.fail); // The next upload need not wait for this one's render.
    } catch (error) {
      if (!signal.aborted) card.fail(error);
    }
  }
}

function uploadCard(file) {
  const preview = h("img", {class: "preview-image", alt: ""});
  preview.src = URL.createObjectURL(file);
  preview.onload = preview.onerror = () => URL.revokeObjectURL(preview.src);
  const bar = h("progress", {max: 1, value: 0, "aria-label": `Upload of ${file.name}`});
  const state = h("span", {}, badge("uploading"));
  const body = h("div", {class: "results"});
  const title = h("span", {class: "name"}, file.name);
  const element = h("li", {class: "upload panel"},
    h("div", {class: "head"}, preview, h("div", {class: "grow"}, title, h("div", {class: "faint"}, bytes(file.size)), bar), state), body);
  return {
    element,
    progress: (part) => (bar.value = part),
    show(job) {
      bar.remove();
      title.replaceChildren(h("a", {href: `#/jobs/${job.id}`}, file.name));
      state.replaceChildren(badge(job.status));
      if (!job.finished_at) return;
      body.replaceChildren(job.error ? problemBox({title: job.error.code, detail: job.error.detail}) : gallery(job));
      announce(`${file.name}: ${job.status.replaceAll("_", " ")}`);
    },
    fail(error) {
      bar.remove();
      state.replaceChildren(badge("failed"));
      body.replaceChildren(problemBox(error instanceof ApiProblem ? error : {title: "The upload broke off", detail: error.message}));
      announce(`${file.name}: failed`);
    },
  };
}
