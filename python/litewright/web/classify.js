// An image, dropped, chosen or pasted, goes to the model of this machine.
"use strict";
const drop = document.getElementById("drop");
const file = document.getElementById("file");
const labels = document.getElementById("labels");
const error = document.getElementById("error");
let shown = null; // the address of the image in the page

function show(image) {
  if (shown) URL.revokeObjectURL(shown);
  shown = URL.createObjectURL(image);
  const picture = document.createElement("img");
  picture.src = shown;
  picture.alt = image.name ? `The image ${image.name}` : "The image";
  drop.replaceChildren(picture);
}

function entry(label, confidence) {
  const item = document.createElement("li");
  const name = document.createElement("span");
  name.className = "name";
  for (const [kind, text] of [["label", label], ["value", (100 * confidence).toFixed(1) + " %"]]) {
    const part = document.createElement("span");
    part.className = kind;
    part.textContent = text;
    name.append(part);
  }
  const track = document.createElement("span");
  track.className = "track";
  const fill = document.createElement("span");
  fill.className = "fill";
  fill.style.width = Math.min(100 * confidence, 100) + "%";
  track.append(fill);
  item.append(name, track);
  return item;
}

async function classify(image) {
  if (!image) return;
  show(image);
  error.textContent = "";
  labels.setAttribute("aria-busy", "true");
  try {
    const response = await fetch("answer", { method: "POST", body: image });
    const answer = await response.json();
    if (!response.ok) throw new Error(answer.error);
    labels.replaceChildren(...answer.labels.map((row) => entry(row.label, row.confidence)));
    const [width, height] = answer.size;
    document.getElementById("latency").textContent =
      `Latency: ${answer.milliseconds.toFixed(2)} ms; the image has ${width} x ${height} pixels`;
  } catch (problem) {
    labels.replaceChildren();
    document.getElementById("latency").textContent = "";
    error.textContent = problem.message;
  } finally {
    labels.removeAttribute("aria-busy");
  }
}

file.addEventListener("change", () => classify(file.files[0]));
for (const name of ["dragover", "dragleave", "drop"]) {
  document.addEventListener(name, (event) => {
    event.preventDefault();
    drop.classList.toggle("over", name === "dragover");
  });
}
document.addEventListener("drop", (event) => classify(event.dataTransfer.files[0]));
document.addEventListener("paste", (event) => classify(event.clipboardData.files[0]));
