// Small things that every page needs: elements, numbers for people, a voice for screen readers.

/** Makes an element: `h("a", {href: "#/", class: "x", onclick: f, dataset: {id: 1}}, "text", otherElement)`. */
export function h(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "dataset") Object.assign(element.dataset, value);
    else if (name === "value") element.value = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

export function bytes(count) {
  if (count < 1000) return `${count} B`;
  const units = ["kB", "MB", "GB"];
  let value = count;
  let unit = -1;
  do {
    value /= 1000;
    unit++;
  } while (value >= 999.5 && unit < units.length - 1);
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ${units[unit]}`;
}

export function millis(ms) {
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}

/** A time as an element: short to read, exact for those who ask. */
export function time(iso) {
  if (!iso) return h("span", {}, "–");
  const date = new Date(iso);
  const today = date.toDateString() === new Date().toDateString();
  const text = today ? date.toLocaleTimeString() : date.toLocaleString();
  return h("time", {datetime: iso, title: iso}, text);
}

export function badge(status) {
  return h("span", {class: `badge ${status}`}, status.replaceAll("_", " "));
}

/** Tells those who listen rather than look. */
export function announce(text) {
  document.getElementById("announcer").textContent = text;
}

export function copyButton(label, text) {
  const button = h("button", {type: "button", class: "small", onclick: copy}, label);
  async function copy() {
    const value = typeof text === "function" ? text() : text;
    try {
      await navigator.clipboard.writeText(value);
    } catch {
      const area = h("textarea", {class: "unseen"});
      area.value = value;
      document.body.append(area);
      area.select();
      document.execCommand("copy");
      area.remove();
    }
    button.textContent = "Copied";
    announce("Copied");
    setTimeout(() => (button.textContent = label), 1500);
  }
  return button;
}

/** Asks before something that cannot be undone. */
export function confirmed(title, text, yes) {
  const dialog = document.getElementById("confirm-dialog");
  document.getElementById("confirm-title").textContent = title;
  document.getElementById("confirm-text").textContent = text;
  document.getElementById("confirm-yes").textContent = yes;
  dialog.returnValue = "no";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), {once: true});
  });
}

/** What went wrong, for people: the sentence of a problem and its fields, never a stack. */
export function problemBox(error) {
  const box = h("div", {class: "problem", role: "alert"}, h("strong", {}, error.title ?? "That did not work"));
  if (error.detail ?? error.message) box.append(h("p", {}, error.detail ?? error.message));
  if (error.errors?.length) {
    box.append(h("ul", {}, error.errors.map((e) => h("li", {}, h("code", {}, e.pointer), ` ${e.detail}`))));
  }
  if (error.requestId) box.append(h("p", {class: "faint"}, `Request ${error.requestId}`));
  return box;
}

/** Calls again and again while the page is looked at, until the signal says that it is over. */
export function repeat(action, everyMs, signal) {
  const turn = async () => {
    if (signal.aborted) return;
    if (!document.hidden) await action();
    if (!signal.aborted) timer = setTimeout(turn, everyMs);
  };
  let timer = setTimeout(turn, 0);
  signal.addEventListener("abort", () => clearTimeout(timer));
}
