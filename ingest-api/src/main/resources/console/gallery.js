// What a job has made, as pictures: sizes, bytes saved, links that copy.

import {badge, bytes, copyButton, h} from "./dom.js";
import {thumbhashCanvas} from "./thumbhash.js";

export function gallery(job) {
  return h("ul", {class: "gallery"}, Object.entries(job.outputs).map(([name, output]) => tile(job, name, output)));
}

function tile(job, name, output) {
  if (output.status !== "succeeded") {
    return h("li", {class: "tile"}, h("div", {class: "frame"}, badge(output.status)), h("h4", {}, name),
      output.error ? h("p", {class: "problem"}, h("code", {}, output.error.code), ` ${output.error.detail}`) : null);
  }
  const frame = h("a", {class: "frame", href: output.url, target: "_blank", rel: "noopener", "aria-label": `Open ${name}`});
  const placeholder = job.placeholder ? thumbhashCanvas(job.placeholder.thumbhash) : null;
  if (placeholder) {
    placeholder.className = "placeholder";
    placeholder.setAttribute("aria-hidden", "true");
    frame.append(placeholder);
  }
  const image = h("img", {alt: `${name} of ${job.external_id ?? job.id}`, width: output.width, height: output.height, loading: "lazy",
    onload: () => frame.classList.add("loaded"), onerror: () => frame.classList.add("broken")});
  image.src = output.url;
  frame.append(image);
  const saved = job.source?.bytes ? Math.round((1 - output.bytes / job.source.bytes) * 100) : null;
  return h("li", {class: "tile"}, frame, h("h4", {}, name),
    h("p", {class: "faint"}, `${output.width} × ${output.height} ${output.format}, ${bytes(output.bytes)}`,
      saved !== null && saved > 0 ? h("span", {class: "saved"}, ` ${saved} % saved`) : null),
    h("div", {class: "actions"},
      copyButton("Copy link", output.url),
      copyButton("Copy stable link", new URL(output.stable_url, location.href).href)));
}
