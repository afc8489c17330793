// Adds to the desk: dropping a file on the sheet, and the editions on the page itself instead of in a zip file.
"use strict";

const $ = (id) => document.getElementById(id);
const form = $("desk"), file = $("file"), button = $("set"), sheet = $("manuscript");
const maxBytes = Number(form.dataset.maxBytes);
let links = [];

document.documentElement.classList.add("scripted");

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (button.getAttribute("aria-disabled") === "true") return;
  clear();
  const chosen = file.files[0];
  if (chosen && chosen.size > maxBytes) {
    return refuse({ detail: `${chosen.name} has ${size(chosen.size)}; the limit here is ${size(maxBytes)}.`, hint: "Split the text." });
  }
  work(true);
  try {
    const answer = await fetch(form.action, {
      method: "POST",
      body: new FormData(form),
      headers: { Accept: "multipart/form-data, application/problem+json" },
    });
    if (answer.ok) show(await answer.formData());
    else refuse(await answer.json());
  } catch {
    refuse({ detail: "No answer came from the server.", hint: "See whether it runs and is reachable, then try again." });
  } finally {
    work(false);
  }
});

function work(busy) {
  button.setAttribute("aria-disabled", String(busy));
  $("progress").textContent = busy ? "Setting your article…" : "";
}

function clear() {
  $("problem").hidden = $("result").hidden = true;
  links.forEach(URL.revokeObjectURL);
  links = [];
}

function refuse({ detail, hint }) {
  $("problem-detail").textContent = detail;
  $("problem-hint").textContent = hint || "";
  reveal($("problem"));
}

function show(parts) {
  const { metadata, remarks } = JSON.parse(parts.get("report"));
  $("result-title").textContent = metadata.title?.value ?? "The article";
  $("result-byline").textContent = [metadata.authors?.value.join(", "), metadata.date?.value].filter(Boolean).join(" · ");
  $("result-editions").replaceChildren(...parts.getAll("edition").map(edition));
  $("result-remarks").replaceChildren(...remarks.map(remark));
  $("remarks").hidden = remarks.length === 0;
  reveal($("result"));
}

function edition(set) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(set);
  link.download = link.textContent = set.name;
  links.push(link.href);
  return item(link, size(set.size));
}

function remark({ line, message }) {
  return item(line ? `line ${line}` : "the text", message, true);
}

function item(first, second, label = false) {
  const li = document.createElement("li");
  const span = document.createElement("span");
  span.textContent = label ? first : second;
  li.append(...(label ? [span, second] : [first, span]));
  return li;
}

function reveal(section) {
  section.hidden = false;
  section.focus({ preventScroll: true });
  section.scrollIntoView({ block: "nearest" });
}

function size(bytes) {
  if (bytes < 1000) return `${bytes} bytes`;
  return bytes < 1e6 ? `${Math.round(bytes / 1000)} KB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

for (const kind of ["dragenter", "dragover"]) {
  sheet.addEventListener(kind, (event) => {
    if (!event.dataTransfer.types.includes("Files")) return;
    event.preventDefault();
    sheet.classList.add("over");
  });
}
sheet.addEventListener("dragleave", (event) => {
  if (!sheet.contains(event.relatedTarget)) sheet.classList.remove("over");
});
sheet.addEventListener("drop", (event) => {
  const { files } = event.dataTransfer;
  sheet.classList.remove("over");
  if (!files.length) return;
  event.preventDefault();
  clear();
  if (files.length > 1) return refuse({ detail: `You dropped ${files.length} files.`, hint: "One article is set at a time." });
  file.files = files;
});
