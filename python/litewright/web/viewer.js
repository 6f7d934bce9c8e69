// A model's graph, operators and memory; DATA comes from litewright/pages/viewer.py.
"use strict";
const SVG = "http://www.w3.org/2000/svg";
const BOX = { width: 190, height: 40, down: 74 }; // pixels: a node's box, and from layer to layer
const graphView = document.getElementById("graph");
const details = document.getElementById("details");
const memoryView = document.getElementById("memory");
const body = document.querySelector("#operators tbody");
let graph = DATA.graphs[0], number = 0, world = null, nodes = [], edges = [], chosen = null;
let view = { x: 0, y: 0, scale: 1 };

function svg(tag, attributes = {}, text = "") {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  if (text) element.textContent = text;
  return element;
}
function html(tag, text = "", attributes = {}) {
  const element = document.createElement(tag);
  element.textContent = text;
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}
const grouped = (value) => value.toLocaleString("en");
const shapeOf = (tensor) => `${tensor.type}[${tensor.shape.join(", ")}]`;
const shorten = (text, length) => (text.length > length ? "…" + text.slice(1 - length) : text);

// ---- the graph

const KINDS = [
  [/CONV|FULLY|MATMUL|LSTM|RNN/, "heavy"], [/POOL|MEAN|SUM|REDUCE/, "pool"],
  [/RESHAPE|TRANSPOSE|SQUEEZE|PAD|CONCAT|SLICE|SPLIT|PACK|SHAPE|GATHER/, "shape"], [/QUANTIZE|CAST/, "convert"],
];
const kindOf = (name) => (KINDS.find(([pattern]) => pattern.test(name)) ?? [null, "other"])[1];

// What node `i` shows: inputs come first, then operators, then outputs.
function describeNode(i) {
  const first = graph.inputs.length, last = first + graph.operators.length;
  if (i >= first && i < last) {
    const op = graph.operators[i - first];
    const result = graph.tensors[op.outputs.find((id) => id >= 0)];
    return { kind: kindOf(op.name), title: op.name, small: result ? shapeOf(result) : "", tensor: null, op: i - first };
  }
  const id = i < first ? graph.inputs[i] : graph.outputs[i - last];
  const tensor = graph.tensors[id];
  return { kind: "border", title: i < first ? "Input" : "Output", small: shapeOf(tensor), tensor: id, op: null };
}
const placeX = (x) => x * BOX.width * 1.05;
const placeY = (y) => y * BOX.down;

function drawEdge(edge) {
  const points = edge.way.map(([x, y]) => [placeX(x), placeY(y)]);
  points[0][1] += BOX.height / 2;
  points[points.length - 1][1] -= BOX.height / 2;
  let path = `M${points[0]}`;
  for (let i = 1; i < points.length; i++) {
    const [x0, y0] = points[i - 1], [x1, y1] = points[i], middle = (y0 + y1) / 2;
    path += `C${x0},${middle} ${x1},${middle} ${x1},${y1}`;
  }
  const element = svg("path", { class: "edge", d: path });
  const tensor = graph.tensors[edge.tensor];
  element.append(svg("title", {}, `${tensor.name}\n${shapeOf(tensor)}`));
  return element;
}

function drawNode(i) {
  const node = describeNode(i);
  const group = svg("g", { class: `node ${node.kind}`,
    transform: `translate(${placeX(graph.x[i])},${placeY(graph.y[i])})` });
  group.append(
    svg("rect", { x: -BOX.width / 2, y: -BOX.height / 2, width: BOX.width, height: BOX.height, rx: 7 }),
    svg("text", { y: -3 }, shorten(node.title, 24)), svg("text", { y: 13, class: "small" }, node.small));
  group.addEventListener("click", () => { if (!dragged) choose(i); });
  return group;
}

function drawGraph() {
  world = svg("g");
  edges = graph.edges.map(drawEdge);
  nodes = graph.x.map((_, i) => drawNode(i));
  world.append(...edges, ...nodes);
  graphView.replaceChildren(world);
  fit();
}

function move(next) {
  view = next;
  world.setAttribute("transform", `translate(${view.x},${view.y}) scale(${view.scale})`);
}
// Shows the whole width; of graphs that would be too small to read, the top.
function fit() {
  const box = graphView.getBoundingClientRect();
  const left = placeX(Math.min(...graph.x)) - BOX.width / 2, right = placeX(Math.max(...graph.x)) + BOX.width / 2;
  const height = placeY(Math.max(...graph.y)) + 2 * BOX.height;
  const wide = box.width / (right - left + 40);
  const scale = Math.min(Math.max(Math.min(wide, box.height / height), Math.min(wide, 0.45)), 1.2);
  move({ scale, x: box.width / 2 - (scale * (left + right)) / 2, y: scale * BOX.height });
}
function zoom(factor, at = null) {
  const box = graphView.getBoundingClientRect();
  const x = at ? at.clientX - box.left : box.width / 2, y = at ? at.clientY - box.top : box.height / 2;
  const scale = Math.min(Math.max(view.scale * factor, 0.03), 4), by = scale / view.scale;
  move({ scale, x: x - by * (x - view.x), y: y - by * (y - view.y) });
}
function centre(i) {
  const box = graphView.getBoundingClientRect(), scale = Math.max(view.scale, 0.7);
  move({ scale, x: box.width / 2 - scale * placeX(graph.x[i]), y: box.height / 2 - scale * placeY(graph.y[i]) });
}

const fingers = new Map();
let dragged = false;
graphView.addEventListener("pointerdown", (event) => {
  if (fingers.size === 0) dragged = false;
  fingers.set(event.pointerId, event);
});
window.addEventListener("pointermove", (event) => {
  const before = fingers.get(event.pointerId);
  if (!before) return;
  const others = [...fingers.values()].filter((finger) => finger.pointerId !== event.pointerId);
  const distance = (finger) => Math.hypot(finger.clientX - others[0].clientX, finger.clientY - others[0].clientY);
  const x = event.clientX - before.clientX, y = event.clientY - before.clientY;
  if (!dragged && Math.hypot(x, y) < 4) return;
  dragged = true;
  graphView.classList.add("moving");
  if (others.length) zoom(distance(event) / Math.max(distance(before), 1), event);
  else move({ ...view, x: view.x + x, y: view.y + y });
  fingers.set(event.pointerId, event);
});
for (const name of ["pointerup", "pointercancel"]) {
  window.addEventListener(name, (event) => {
    fingers.delete(event.pointerId);
    graphView.classList.remove("moving");
  });
}
graphView.addEventListener("wheel", (event) => {
  event.preventDefault();
  zoom(Math.exp(-event.deltaY / 500), event);
}, { passive: false });
const KEYS = { ArrowLeft: [60, 0], ArrowRight: [-60, 0], ArrowUp: [0, 60], ArrowDown: [0, -60] };
graphView.addEventListener("keydown", (event) => {
  if (KEYS[event.key]) move({ ...view, x: view.x + KEYS[event.key][0], y: view.y + KEYS[event.key][1] });
  else if (event.key === "+" || event.key === "=") zoom(1.25);
  else if (event.key === "-") zoom(0.8);
  else return;
  event.preventDefault();
});
document.getElementById("in").addEventListener("click", () => zoom(1.4));
document.getElementById("out").addEventListener("click", () => zoom(1 / 1.4));
document.getElementById("fit").addEventListener("click", fit);

// ---- search

const search = document.getElementById("search");
let found = [], at = -1;
function textOf(i) {
  const node = describeNode(i);
  if (node.op === null) return `${node.title} ${graph.tensors[node.tensor].name}`;
  const op = graph.operators[node.op];
  const own = op.inputs.filter((id) => graph.tensors[id]?.constant);
  return [op.name, ...[...own, ...op.outputs].map((id) => graph.tensors[id]?.name ?? "")].join(" ");
}
search.addEventListener("input", () => {
  const word = search.value.trim().toLowerCase();
  found = word ? nodes.map((_, i) => i).filter((i) => textOf(i).toLowerCase().includes(word)) : [];
  at = -1;
  nodes.forEach((node, i) => node.classList.toggle("found", found.includes(i)));
  document.getElementById("matches").textContent = word ? `${found.length} found` : "";
  if (found.length) centre(found[0]);
});
search.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !found.length) return;
  at = (at + (event.shiftKey ? found.length - 1 : 1)) % found.length;
  choose(found[at]);
  centre(found[at]);
});

// ---- details

function list(pairs) {
  const element = html("dl");
  for (const [name, value] of pairs) element.append(html("dt", name), html("dd", String(value)));
  return element;
}
function drawHistogram(histogram) {
  const picture = svg("svg", { class: "histogram", viewBox: `0 0 ${histogram.counts.length} 100`,
    preserveAspectRatio: "none", role: "img",
    "aria-label": `Histogram from ${histogram.low} to ${histogram.high}` });
  const most = Math.max(...histogram.counts, 1);
  histogram.counts.forEach((count, i) => {
    const height = (100 * count) / most;
    picture.append(svg("rect", { x: i + 0.05, y: 100 - height, width: 0.9, height }));
  });
  const ends = html("div", "", { class: "ends" });
  ends.append(html("span", histogram.low.toPrecision(4)),
    html("span", `mean ${histogram.mean.toPrecision(3)}, ${(100 * histogram.zeros).toFixed(1)} % zeros`),
    html("span", histogram.high.toPrecision(4)));
  return [picture, ends];
}
function describeTensor(title, id) {
  const tensor = graph.tensors[id];
  if (!tensor) return [html("h3", `${title}: none`)];
  const rows = [["name", tensor.name], ["type", shapeOf(tensor)]];
  if (tensor.bytes !== null) rows.push(["bytes", grouped(tensor.bytes)]);
  if (tensor.quantization) rows.push(["quantized", tensor.quantization]);
  const parts = [html("h3", `${title} ${id}`), list(rows)];
  return tensor.histogram ? [...parts, ...drawHistogram(tensor.histogram)] : parts;
}
function describeOp(op, index) {
  const rows = [["number", index], ["version", op.version], ...Object.entries(op.options),
    ["multiply-adds", grouped(op.macs)], ["weight bytes", grouped(op.weights)], ["result bytes", grouped(op.bytes)]];
  const parts = [html("h3", op.name), list(rows)];
  for (const id of op.inputs) parts.push(...describeTensor(graph.tensors[id]?.constant ? "Constant" : "Input", id));
  for (const id of op.outputs) parts.push(...describeTensor("Result", id));
  return parts;
}
function choose(i) {
  chosen = i;
  const node = describeNode(i);
  const parts = node.op === null ? describeTensor(node.title, node.tensor)
    : describeOp(graph.operators[node.op], node.op);
  details.replaceChildren(...parts);
  details.scrollTop = 0;
  nodes.forEach((element, k) => element.classList.toggle("chosen", k === i));
  edges.forEach((element, k) =>
    element.classList.toggle("near", graph.edges[k].from === i || graph.edges[k].to === i));
  for (const row of body.rows) row.classList.toggle("chosen", Number(row.dataset.op) === node.op);
  const results = node.op === null ? [node.tensor] : graph.operators[node.op].outputs;
  for (const box of memoryView.querySelectorAll("rect")) {
    box.classList.toggle("chosen", box.dataset.tensor !== "" && results.includes(Number(box.dataset.tensor)));
  }
}

// ---- the table

const COLUMNS = [
  ["#", (_, i) => i], ["Operator", (op) => op.name], ["Result", (op) => graph.tensors[op.outputs[0]]?.name ?? ""],
  ["Type", (op) => (graph.tensors[op.outputs[0]] ? shapeOf(graph.tensors[op.outputs[0]]) : "")],
  ["Multiply-adds", (op) => op.macs], ["Weight bytes", (op) => op.weights], ["Result bytes", (op) => op.bytes],
];
let sorting = { column: 0, down: false };
function drawHead() {
  const row = html("tr");
  COLUMNS.forEach(([name], column) => {
    const cell = html("th", "", { scope: "col", class: column > 0 && column < 4 ? "text" : "" });
    const button = html("button", name, { type: "button" });
    button.addEventListener("click", () => {
      sorting = { column, down: sorting.column === column ? !sorting.down : column > 3 };
      drawHead();
      drawRows();
    });
    if (sorting.column === column) {
      cell.setAttribute("aria-sort", sorting.down ? "descending" : "ascending");
      button.textContent += sorting.down ? " ▾" : " ▴";
    }
    cell.append(button);
    row.append(cell);
  });
  document.querySelector("#operators thead").replaceChildren(row);
}
function drawRows() {
  const value = COLUMNS[sorting.column][1];
  const order = graph.operators.map((op, i) => [value(op, i), i]);
  order.sort(([a, i], [b, k]) => (typeof a === "string" ? a.localeCompare(b) : a - b) || i - k);
  if (sorting.down) order.reverse();
  body.replaceChildren(...order.map(([, i]) => {
    const row = html("tr", "", { "data-op": i });
    COLUMNS.forEach(([, get], column) => {
      const shown = get(graph.operators[i], i);
      const cell = html("td", "", { class: column > 0 && column < 4 ? "text" : "" });
      const text = typeof shown === "number" ? grouped(shown) : shorten(shown, 48);
      cell.append(column === 1 ? html("button", text, { type: "button" }) : text);
      row.append(cell);
    });
    row.addEventListener("click", () => {
      choose(i + graph.inputs.length);
      centre(i + graph.inputs.length);
    });
    return row;
  }));
}

// ---- memory

function drawMemory() {
  const memory = DATA.memory;
  if (!memory || number !== 0) {
    memoryView.replaceChildren(svg("text", { x: 10, y: 24 }, "The plan of this subgraph is not known."));
    return;
  }
  const { width, height } = memoryView.getBoundingClientRect();
  const left = 78, bottom = 24;
  memoryView.setAttribute("viewBox", `0 0 ${width} ${height}`);
  const toX = (step) => left + ((width - left) * step) / Math.max(memory.steps, 1);
  const toY = (bytes) => (height - bottom) * (1 - bytes / Math.max(memory.bytes, 1));
  const boxes = memory.buffers.map(([id, offset, bytes, first, last], i) => {
    const x = toX(first), end = toX(Math.min(last + 1, memory.steps));
    const box = svg("rect", { x, y: toY(offset + bytes), width: Math.max(end - x, 1),
      height: Math.max(toY(offset) - toY(offset + bytes), 0.5), class: id < 0 ? "scratch" : "",
      "data-tensor": id < 0 ? "" : id });
    if (id >= 0) box.style.fill = `hsl(${(i * 47) % 360} 55% 55%)`;
    const name = id < 0 ? "scratch memory" : `${graph.tensors[id].name}\n${shapeOf(graph.tensors[id])}`;
    box.append(svg("title", {}, `${name}\n${grouped(bytes)} bytes at ${grouped(offset)}, operators ${first} to ${last}`));
    if (id >= 0) box.addEventListener("click", () => chooseTensor(id));
    return box;
  });
  memoryView.replaceChildren(...boxes);
  const megabytes = (bytes) => (bytes >= 1e6 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e3).toFixed(1)} kB`);
  for (const share of [0, 0.25, 0.5, 0.75, 1]) {
    const y = Math.min(Math.max(toY(share * memory.bytes) + 4, 11), height - bottom);
    memoryView.append(svg("text", { x: left - 8, y, "text-anchor": "end" }, megabytes(share * memory.bytes)));
  }
  memoryView.append(svg("text", { x: left, y: height - 6 }, "operator 0"),
    svg("text", { x: width, y: height - 6, "text-anchor": "end" }, `operator ${memory.steps - 1}`));
}
function chooseTensor(id) {
  const maker = graph.operators.findIndex((op) => op.outputs.includes(id));
  const i = maker >= 0 ? maker + graph.inputs.length : graph.inputs.indexOf(id);
  choose(i);
  centre(i);
}

let seenWidth = 0;
new ResizeObserver(() => {
  if (seenWidth && seenWidth !== graphView.clientWidth) {
    fit();
    drawMemory();
    if (chosen !== null) choose(chosen);
  }
  seenWidth = graphView.clientWidth;
}).observe(graphView);
document.getElementById("subgraph").addEventListener("change", (event) => show(Number(event.target.value)));
function show(which) {
  number = which;
  graph = DATA.graphs[which];
  chosen = null;
  details.replaceChildren(html("p", "Click an operator.", { class: "soft" }));
  drawGraph();
  drawHead();
  drawRows();
  drawMemory();
}
show(0);
