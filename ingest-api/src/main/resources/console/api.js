// Every call to the server. Problems come as `ApiProblem`; a 401 asks for a key and tries once more.

const KEY = "minilab.key";
let askForKey = async () => false;

export class ApiProblem extends Error {
  constructor(problem) {
    super(problem.detail ?? problem.title);
    Object.assign(this, {
      title: problem.title,
      detail: problem.detail,
      code: problem.code,
      status: problem.status,
      retryable: problem.retryable,
      errors: problem.errors,
      requestId: problem.request_id,
    });
  }
}

export function onKeyNeeded(ask) {
  askForKey = ask;
}

export function key() {
  return sessionStorage.getItem(KEY);
}

export function setKey(value) {
  if (value) sessionStorage.setItem(KEY, value);
  else sessionStorage.removeItem(KEY);
}

function authorized(headers) {
  return key() ? {...headers, Authorization: `Bearer ${key()}`} : headers;
}

async function problemOf(response) {
  try {
    return new ApiProblem(await response.json());
  } catch {
    return new ApiProblem({title: `The server answered ${response.status}`, status: response.status});
  }
}

/** A call; the answer as it came, whatever its status but 401. */
async function send(method, path, {body, headers = {}, signal} = {}, again = true) {
  const json = body !== undefined && !(body instanceof Blob) && !(body instanceof FormData);
  const response = await fetch(path, {
    method,
    signal,
    cache: "no-store",
    body: json ? JSON.stringify(body) : body,
    headers: authorized(json ? {"Content-Type": "application/json", ...headers} : headers),
  });
  if (response.status === 401 && again && (await askForKey())) {
    return send(method, path, {body, headers, signal}, false);
  }
  return response;
}

/** A call whose answer is JSON, or nothing. */
export async function call(method, path, options) {
  const response = await send(method, path, options);
  if (!response.ok) throw await problemOf(response);
  return response.status === 204 ? null : response.json();
}

export async function text(path, options) {
  const response = await send("GET", path, options);
  if (!response.ok) throw await problemOf(response);
  return response.text();
}

/** Whether there is such a thing here: some are in the embedded installation only. */
export async function exists(path) {
  try {
    return (await send("GET", path, {}, false)).ok;
  } catch {
    return false;
  }
}

/**
 * Follows a job until it has ended: calls `onJob` with each state. Server-sent events, read by fetch because an
 * EventSource cannot send a key; a broken stream is resumed with `Last-Event-ID`, later and later.
 */
export async function follow(id, onJob, signal) {
  let lastId;
  for (let pause = 500; !signal.aborted; pause = Math.min(pause * 2, 10_000)) {
    try {
      const headers = {Accept: "text/event-stream", ...(lastId ? {"Last-Event-ID": lastId} : {})};
      const response = await send("GET", `/v1/jobs/${id}/events`, {headers, signal});
      if (response.status === 204) return;
      if (!response.ok) {
        const problem = await problemOf(response);
        if (!problem.retryable) throw problem;
      } else {
        for await (const event of eventsOf(response.body)) {
          pause = 500;
          if (event.id) lastId = event.id;
          if (!event.data) continue;
          const job = JSON.parse(event.data);
          onJob(job);
          if (job.finished_at) return;
        }
      }
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof ApiProblem) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}

/** The events of a stream as the HTML standard has them: fields a line, an empty line ends one. */
async function* eventsOf(body) {
  let rest = "";
  let event = {};
  for await (const chunk of chunksOf(body.pipeThrough(new TextDecoderStream()))) {
    const lines = (rest + chunk).split(/\r\n|\n|\r/);
    rest = lines.pop();
    for (const line of lines) {
      if (line === "") {
        yield event;
        event = {};
        continue;
      }
      const colon = line.indexOf(":");
      if (colon === 0) continue;
      const field = colon < 0 ? line : line.slice(0, colon);
      const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
      event[field] = field === "data" && event.data !== undefined ? `${event.data}\n${value}` : value;
    }
  }
}

async function* chunksOf(stream) {
  const reader = stream.getReader();
  try {
    for (;;) {
      const {done, value} = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}

/**
 * Creates a job from a file. The image goes straight to the store where its CORS rules let this page write there,
 * else through the API.
 */
export async function submit(file, request, onProgress, signal) {
  const idempotency = crypto.randomUUID ? crypto.randomUUID() : `${Date.now()}-${Math.random()}`;
  const upload = direct.works === false ? null : await directUpload(file, onProgress, signal);
  const headers = {"Idempotency-Key": idempotency};
  if (upload) return call("POST", "/v1/jobs", {body: {...request, source: {upload_id: upload}}, headers, signal});
  const form = new FormData();
  form.append("image", file, file.name);
  form.append("job", new Blob([JSON.stringify(request)], {type: "application/json"}));
  const answer = await put("POST", "/v1/jobs", authorized(headers), form, onProgress, signal);
  if (answer.status === 401 && (await askForKey())) return submit(file, request, onProgress, signal);
  const json = JSON.parse(answer.body || "{}");
  if (answer.status >= 400) throw new ApiProblem({title: `The server answered ${answer.status}`, ...json});
  return json;
}

const direct = {works: undefined};

async function directUpload(file, onProgress, signal) {
  const type = file.type || "application/octet-stream";
  let upload;
  try {
    upload = await call("POST", "/v1/uploads", {body: {content_type: type, content_length: file.size}, signal});
  } catch (error) {
    if (error.status === 404 || error.status === 405) direct.works = false;
    if (direct.works === false || error.code === "unsupported_type") return null; // The other way tells better why.
    throw error;
  }
  try {
    const answer = await put(upload.method, upload.url, upload.headers, file, onProgress, signal);
    direct.works = answer.status < 300;
    return direct.works ? upload.id : null;
  } catch (error) {
    if (signal?.aborted) throw error;
    direct.works = false; // No CORS rule for this page, most likely.
    return null;
  }
}

/** XMLHttpRequest, because fetch does not tell how much has been sent. */
function put(method, url, headers, body, onProgress, signal) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open(method, url);
    for (const [name, value] of Object.entries(headers)) {
      if (!/^(host|content-length)$/i.test(name)) request.setRequestHeader(name, value);
    }
    request.upload.onprogress = (e) => e.lengthComputable && onProgress(e.loaded / e.total);
    request.onload = () => resolve({status: request.status, body: request.responseText});
    request.onerror = () => reject(new Error("The connection broke off"));
    request.onabort = () => reject(new DOMException("Given up", "AbortError"));
    signal?.addEventListener("abort", () => request.abort());
    request.send(body);
  });
}
