// The editor of a job request: a preset or outputs, and what that is as JSON and as a curl command.

import {copyButton, h} from "./dom.js";

const FITS = ["inside", "cover", "contain", "fill", "outside"];
const POSITIONS = [
  "centre", "attention", "entropy", "top", "right top", "right", "right bottom", "bottom", "left bottom", "left", "left top",
];
const NAME = /^[a-z0-9_\-]{1,40}$/; // Escaped, since browsers read patterns with the flag v.

/** The fields of one output; `read` turns what stands in the control into the value of the request, undefined for unsaid. */
const number = (control) => (control.value === "" ? undefined : Number(control.value));
const word = (control) => control.value || undefined;
const ticked = (value) => (control) => (control.checked ? value : undefined);
const FIELDS = [
  {name: "width", label: "Width", type: "number", min: 1, max: 4096, read: number},
  {name: "height", label: "Height", type: "number", min: 1, max: 4096, read: number},
  {name: "fit", label: "Fit", options: FITS, read: word},
  {name: "position", label: "Position", options: POSITIONS, read: word},
  {name: "format", label: "Format", options: ["auto", "jpeg", "png", "webp", "avif", "gif"], read: word},
  {name: "quality", label: "Quality", type: "number", min: 1, max: 100, read: number},
  {name: "background", label: "Background", type: "text", placeholder: "#rrggbb", more: true, read: word},
  {name: "blur", label: "Blur", type: "number", min: 0.3, max: 100, step: 0.1, more: true, read: number},
  {name: "watermark", label: "Watermark text", type: "text", more: true, read: (c) => (c.value ? {text: c.value} : undefined)},
  {name: "sharpen", label: "Sharpen", type: "checkbox", more: true, read: ticked(true)},
  {name: "lossless", label: "Lossless", type: "checkbox", more: true, read: ticked(true)},
  {name: "animated", label: "Animated", type: "checkbox", more: true, read: ticked(true)},
  {name: "without_enlargement", label: "May enlarge", type: "checkbox", more: true, read: ticked(false)},
];

/**
 * @param presets what `GET /v1/presets` lists
 * @param inbox the URL of the webhook inbox, or null where there is none
 * @param onChange called whenever the request has changed
 */
export function specEditor({presets, inbox, onChange}) {
  const outputs = h("div", {class: "outputs"});
  const presetChoice = h("select", {"aria-label": "Preset", onchange: changed},
    presets.map((p) => h("option", {value: p.name}, `${p.name} (${Object.keys(p.outputs).join(", ")})`)));
  const ownSpec = h("input", {type: "radio", name: "how", value: "outputs", onchange: changed});
  const byPreset = h("input", {type: "radio", name: "how", value: "preset", checked: true, onchange: changed});
  const externalId = h("input", {type: "text", maxlength: 200, oninput: changed});
  const bulk = h("input", {type: "checkbox", onchange: changed});
  const notify = h("input", {type: "checkbox", onchange: changed});
  const add = h("button", {type: "button", class: "small", onclick: () => addOutput(`output-${outputs.children.length + 1}`, {})}, "Add an output");
  const own = h("div", {hidden: true}, outputs, add);
  const json = h("pre", {class: "code", tabindex: 0, "aria-label": "The job request as JSON"});
  const curl = h("pre", {class: "code", tabindex: 0, "aria-label": "The same as a curl command"});

  function addOutput(name, values) {
    const nameInput = h("input", {type: "text", value: name, pattern: NAME.source, required: true, maxlength: 40, oninput: changed});
    const controls = FIELDS.map((field) => ({field, control: controlOf(field, values[field.name])}));
    const labelled = ({field, control}) => h("label", {class: field.type ?? "select"}, h("span", {}, field.label), control);
    const card = h("fieldset", {class: "output"},
      h("legend", {}, "Output"),
      h("div", {class: "fields"},
        h("label", {}, h("span", {}, "Name"), nameInput),
        controls.filter((c) => !c.field.more).map(labelled)),
      h("details", {}, h("summary", {}, "More"), h("div", {class: "fields"}, controls.filter((c) => c.field.more).map(labelled))),
      h("button", {type: "button", class: "small quiet", onclick: () => (card.remove(), changed())}, "Remove"));
    card.read = () => [nameInput.value, Object.fromEntries(
      controls.map(({field, control}) => [field.name, field.read(control)]).filter(([, value]) => value !== undefined))];
    outputs.append(card);
    changed();
  }

  function controlOf(field, value) {
    if (field.options) {
      return h("select", {onchange: changed}, h("option", {value: ""}, "default"),
        field.options.map((o) => h("option", {value: o, selected: o === value}, o)));
    }
    const control = h("input", {type: field.type, min: field.min, max: field.max, step: field.step ?? (field.type === "number" ? 1 : null),
      placeholder: field.placeholder, value: field.type === "checkbox" ? undefined : value ?? "", oninput: changed});
    if (field.type === "checkbox") control.checked = value === true;
    return control;
  }

  function request() {
    const what = ownSpec.checked
      ? {outputs: Object.fromEntries([...outputs.children].map((card) => card.read()))}
      : {preset: presetChoice.value};
    return {
      ...what,
      ...(externalId.value ? {external_id: externalId.value} : {}),
      ...(bulk.checked ? {lane: "bulk"} : {}),
      ...(notify.checked ? {webhook: {url: inbox}} : {}),
    };
  }

  function changed() {
    own.hidden = !ownSpec.checked;
    presetChoice.disabled = ownSpec.checked;
    json.textContent = JSON.stringify(request(), null, 2);
    curl.textContent = curlOf(request());
    onChange?.(request());
  }

  const element = h("form", {class: "spec panel", onsubmit: (e) => e.preventDefault()},
    h("h2", {}, "What to make"),
    h("label", {class: "radio"}, byPreset, h("span", {}, "A preset"), presetChoice),
    h("label", {class: "radio"}, ownSpec, h("span", {}, "Outputs of your own")),
    own,
    h("div", {class: "fields"},
      h("label", {}, h("span", {}, "External id"), externalId),
      h("label", {class: "checkbox"}, h("span", {}, "Bulk lane"), bulk),
      inbox ? h("label", {class: "checkbox"}, h("span", {}, "Webhook to the inbox"), notify) : null),
    h("details", {class: "preview", open: true}, h("summary", {}, "As JSON and curl"),
      h("div", {class: "with-copy"}, json, copyButton("Copy JSON", () => json.textContent)),
      h("div", {class: "with-copy"}, curl, copyButton("Copy curl", () => curl.textContent))));
  addOutput("thumb", {width: 320, height: 320, fit: "cover", position: "attention", format: "webp"});
  addOutput("card", {width: 1200, format: "jpeg"});
  byPreset.checked = true;
  changed();
  return {element, request, valid: () => byPreset.checked || element.reportValidity()};
}

function curlOf(request) {
  const quoted = (text) => `'${text.replaceAll("'", `'\\''`)}'`;
  return `curl -F image=@photo.jpg \\\n  -F ${quoted(`job=${JSON.stringify(request)};type=application/json`)} \\\n  ${location.origin}/v1/jobs`;
}
