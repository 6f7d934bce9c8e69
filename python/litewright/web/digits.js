// Drawing by mouse, touch or keyboard; what is drawn goes to the models of this machine.
"use strict";
const SIDE = 112; // pixels that the models' owner gets, in each direction
const canvas = document.getElementById("pad");
const pen = canvas.getContext("2d", { willReadFrequently: true });
const small = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
small.canvas.width = small.canvas.height = SIDE;
const STEP = canvas.width / 28;
let last = null; // where the stroke is now
let cursor = { x: canvas.width / 2, y: canvas.height / 2, down: false, shown: false };
let ink = null; // the drawing without the keyboard's cursor
let waiting = false, again = false;

function clear() {
  pen.fillStyle = "#000";
  pen.fillRect(0, 0, canvas.width, canvas.height);
  ink = pen.getImageData(0, 0, canvas.width, canvas.height);
  cursor = { ...cursor, down: false };
  showCursor();
  ask();
}

function stroke(from, to) {
  pen.putImageData(ink, 0, 0);
  pen.strokeStyle = "#fff";
  pen.lineWidth = canvas.width / 12;
  pen.lineCap = pen.lineJoin = "round";
  pen.beginPath();
  pen.moveTo(from.x, from.y);
  pen.lineTo(to.x, to.y);
  pen.stroke();
  ink = pen.getImageData(0, 0, canvas.width, canvas.height);
  showCursor();
  ask();
}

function showCursor() {
  if (!cursor.shown) return;
  pen.putImageData(ink, 0, 0);
  pen.strokeStyle = cursor.down ? "#ff9d3b" : "#5aa9ff";
  pen.lineWidth = 3;
  pen.beginPath();
  pen.arc(cursor.x, cursor.y, canvas.width / 24, 0, 7);
  pen.stroke();
}

function place(event) {
  const box = canvas.getBoundingClientRect();
  return {
    x: ((event.clientX - box.left) * canvas.width) / box.width,
    y: ((event.clientY - box.top) * canvas.height) / box.height,
  };
}

canvas.addEventListener("pointerdown", (event) => {
  canvas.setPointerCapture(event.pointerId);
  cursor.shown = false;
  last = place(event);
  stroke(last, { x: last.x + 0.1, y: last.y });
});
canvas.addEventListener("pointermove", (event) => {
  if (!last) return;
  for (const part of event.getCoalescedEvents?.() ?? [event]) {
    const now = place(part);
    stroke(last, now);
    last = now;
  }
});
for (const name of ["pointerup", "pointercancel"]) canvas.addEventListener(name, () => { last = null; });

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
canvas.addEventListener("keydown", (event) => {
  const arrow = ARROWS[event.key];
  if (arrow) {
    const from = { x: cursor.x, y: cursor.y };
    cursor.x = Math.min(Math.max(cursor.x + arrow[0] * STEP, STEP), canvas.width - STEP);
    cursor.y = Math.min(Math.max(cursor.y + arrow[1] * STEP, STEP), canvas.height - STEP);
    cursor.shown = true;
    if (cursor.down) stroke(from, cursor);
  } else if (event.key === " ") {
    cursor.down = !cursor.down;
    cursor.shown = true;
  } else if (event.key === "Delete" || event.key === "Backspace" || event.key === "c") {
    clear();
  } else {
    return;
  }
  showCursor();
  event.preventDefault();
});
canvas.addEventListener("blur", () => {
  cursor.shown = cursor.down = false;
  pen.putImageData(ink, 0, 0);
});
document.getElementById("clear").addEventListener("click", clear);

function drawing() {
  const whole = new OffscreenCanvas(canvas.width, canvas.height);
  whole.getContext("2d").putImageData(ink, 0, 0);
  small.drawImage(whole, 0, 0, SIDE, SIDE);
  const pixels = small.getImageData(0, 0, SIDE, SIDE).data;
  return Uint8Array.from({ length: SIDE * SIDE }, (_, i) => pixels[4 * i]);
}

// One question at a time; the last one always gets its answer.
async function ask() {
  if (waiting) {
    again = true;
    return;
  }
  waiting = true;
  const error = document.getElementById("error");
  try {
    do {
      again = false;
      const response = await fetch("answer", { method: "POST", body: drawing() });
      const answer = await response.json();
      if (!response.ok) throw new Error(answer.error);
      show(answer);
    } while (again);
    error.textContent = "";
  } catch (problem) {
    error.textContent = `No answer: ${problem.message}. Does the demo still run?`;
  } finally {
    waiting = false;
  }
}

function percent(share) {
  return (100 * share).toFixed(1) + " %";
}

function show(answer) {
  const first = answer.models[0];
  document.getElementById("result").textContent =
    answer.empty ? "Prediction Result: –" : `Prediction Result: ${first.prediction}`;
  document.getElementById("confidence").textContent =
    answer.empty ? "Draw a digit" : `Confidence: ${percent(first.probabilities[first.prediction])}`;
  answer.models.forEach((model, number) => {
    const card = document.getElementById(`model${number}`);
    card.querySelector(".answer").textContent = answer.empty
      ? "–" : `${model.prediction} (${percent(model.probabilities[model.prediction])})`;
    card.querySelector(".latency").textContent = answer.empty ? "" : `${model.microseconds.toFixed(0)} µs`;
    model.probabilities.forEach((share, digit) => {
      const bar = card.querySelectorAll(".bar")[digit];
      const shown = answer.empty ? 0 : share;
      bar.querySelector(".fill").style.width = 100 * shown + "%";
      bar.querySelector(".value").textContent = percent(shown);
    });
  });
}

clear();
