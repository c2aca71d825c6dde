// Width of the pen, of the 280 points that a side of the sheet has, and how long a drawing rests before it is read.
const PEN = 22, PAUSE_MS = 150;
const STEP = 7, LONG_STEP = 21;
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

const find = (name) => document.getElementById(name);
const sheet = find("sheet");
const sent = Object.assign(document.createElement("canvas"), { width: SIDE, height: SIDE });
const sentContext = sent.getContext("2d", { willReadFrequently: true });

let strokes = [];
// The pointer that draws, if one does; and the pen that the arrow keys move, once they have.
let pointer = null;
let pen = null;
let revision = 0, timer = 0, asking = false, spoken = -1;

// ---------------------------------------------------------------- the sheet

function paint(context, width, ink) {
  const scale = width / SIDE;
  context.setTransform(scale, 0, 0, scale, 0, 0);
  context.clearRect(0, 0, SIDE, SIDE);
  Object.assign(context, { lineWidth: PEN, lineCap: "round", lineJoin: "round", strokeStyle: ink });
  for (const points of strokes) {
    context.beginPath();
    context.moveTo(points[0][0], points[0][1]);
    if (points.length === 1) context.lineTo(points[0][0] + 0.01, points[0][1]);
    for (let i = 1; i < points.length - 1; i++) {
      const middle = [(points[i][0] + points[i + 1][0]) / 2, (points[i][1] + points[i + 1][1]) / 2];
      context.quadraticCurveTo(points[i][0], points[i][1], middle[0], middle[1]);
    }
    if (points.length > 1) context.lineTo(points.at(-1)[0], points.at(-1)[1]);
    context.stroke();
  }
}

function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

function repaint() {
  const width = Math.max(1, Math.round(sheet.clientWidth * devicePixelRatio));
  if (sheet.width !== width) sheet.width = sheet.height = width;
  const context = sheet.getContext("2d");
  paint(context, width, colour("--drawn"));
  if (pen && document.activeElement === sheet) {
    context.beginPath();
    context.arc(pen.x, pen.y, PEN / 2, 0, 2 * Math.PI);
    Object.assign(context, { lineWidth: 2, strokeStyle: colour("--link"), fillStyle: colour("--link") });
    context.stroke();
    if (pen.down) context.fill();
  }
  document.body.classList.toggle("drawn", strokes.length > 0);
  for (const name of ["undo", "clear"]) find(name).setAttribute("aria-disabled", String(!strokes.length));
}

function changed() {
  revision++;
  repaint();
  if (strokes.length) askSoon(PAUSE_MS);
  else rest();
}

function place(event) {
  const box = sheet.getBoundingClientRect();
  const inside = (value) => Math.min(SIDE, Math.max(0, value * SIDE));
  return [inside((event.clientX - box.left) / box.width), inside((event.clientY - box.top) / box.height)];
}

sheet.addEventListener("pointerdown", (event) => {
  if (pointer !== null || event.button !== 0) return;
  sheet.setPointerCapture(event.pointerId);
  pointer = event.pointerId;
  pen = null;
  strokes.push([place(event)]);
  changed();
});
sheet.addEventListener("pointermove", (event) => {
  if (event.pointerId !== pointer) return;
  const passed = event.getCoalescedEvents ? event.getCoalescedEvents() : [];
  for (const one of passed.length ? passed : [event]) strokes.at(-1)?.push(place(one));
  changed();
});
for (const name of ["pointerup", "pointercancel", "lostpointercapture"]) {
  sheet.addEventListener(name, (event) => {
    if (event.pointerId !== pointer) return;
    pointer = null;
    if (strokes.length) askSoon(0);
  });
}

function undo() {
  if (!strokes.length) return;
  strokes.pop();
  putPenUp();
  changed();
  if (strokes.length) tell(WORDS.undone);
}

function clearSheet() {
  if (!strokes.length) return;
  strokes = [];
  putPenUp();
  changed();
  tell(WORDS.cleared);
}

function putPenUp() {
  pointer = null;
  if (pen) pen.down = false;
}

find("undo").addEventListener("click", undo);
find("clear").addEventListener("click", clearSheet);
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") clearSheet();
  else if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z") undo();
  else return;
  event.preventDefault();
});

sheet.addEventListener("keydown", (event) => {
  const way = ARROWS[event.key];
  if ((!way && event.key !== " ") || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  pen ??= { x: SIDE / 2, y: SIDE / 2, down: false };
  if (way) {
    const inside = (value) => Math.min(SIDE, Math.max(0, value));
    const step = event.shiftKey ? LONG_STEP : STEP;
    pen.x = inside(pen.x + way[0] * step);
    pen.y = inside(pen.y + way[1] * step);
    if (pen.down) strokes.at(-1).push([pen.x, pen.y]);
  } else if (!event.repeat) {
    pen.down = !pen.down;
    if (pen.down) strokes.push([[pen.x, pen.y]]);
    tell(pen.down ? WORDS.pen_down : WORDS.pen_up);
  }
  if (pen.down) changed();
  else repaint();
  if (event.key === " " && !pen.down) askSoon(0);
});
sheet.addEventListener("blur", () => {
  // One who comes back goes on where the pen was.
  if (pen?.down) { pen.down = false; askSoon(0); }
  repaint();
});
sheet.addEventListener("focus", repaint);
new ResizeObserver(repaint).observe(sheet);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", repaint);

// ---------------------------------------------------------------- the answer

function askSoon(wait) {
  if (wait === 0) { clearTimeout(timer); timer = 0; }
  if (!timer) timer = setTimeout(ask, wait);
}

async function ask() {
  timer = 0;
  if (asking || !strokes.length) return;
  asking = true;
  const asked = revision;
  paint(sentContext, SIDE, "#ffffff");
  // The ink is what covers the empty sheet: of four numbers a point the last.
  const drawing = sentContext.getImageData(0, 0, SIDE, SIDE).data.filter((_, i) => i % 4 === 3);
  try {
    const headers = { "Content-Type": "application/octet-stream" };
    const response = await fetch(ADDRESS, { method: "POST", headers, body: drawing });
    const content = await response.json().catch(() => null);
    if (strokes.length && asked <= revision) show(content, asked);
  } catch {
    complain({ problem: WORDS.lost });
  }
  asking = false;
  if (strokes.length && asked !== revision) askSoon(PAUSE_MS);
  else if (strokes.length && spoken !== asked && !isDrawing()) speak(asked);
}

function isDrawing() {
  return pointer !== null || Boolean(pen?.down);
}

function show(content, asked) {
  if (!content || content.trouble || content.empty) {
    complain(content?.trouble ?? { problem: WORDS.failed });
    return;
  }
  document.body.classList.remove("resting");
  const share = percent(content.probabilities[content.digit]);
  find("digit").textContent = content.digit;
  find("sees").textContent = WORDS.sees.replace("{digit}", content.digit);
  find("sure").textContent = WORDS.sure.replace("{share}", share);
  showBars(content.probabilities, content.digit);
  showPicture(Uint8Array.from(atob(content.picture), (letter) => letter.charCodeAt(0)));
  find("made").textContent = content.own ? WORDS.own : WORDS.built_in;
  find("note").textContent = content.note;
  find("note").hidden = !content.note;
  find("trouble").hidden = true;
  if (!isDrawing() && asked === revision) speak(asked);
}

// A screen reader hears what has come to rest, not every step on the way.
function speak(asked) {
  spoken = asked;
  if (find("trouble").hidden) tell(`${find("sees").textContent} ${find("sure").textContent}`);
}

function tell(words) {
  find("spoken").textContent = words;
}

function percent(share) {
  return `${Math.round(share * 100)}%`;
}

function showBars(probabilities, digit) {
  [...find("bars").children].forEach((row, i) => {
    const share = probabilities ? probabilities[i] : 0;
    row.querySelector(".bar").style.width = `${share * 100}%`;
    row.querySelector(".share").textContent = probabilities ? percent(share) : "–";
    row.classList.toggle("most", i === digit);
  });
}

function showPicture(pixels) {
  const canvas = find("picture");
  const image = new ImageData(canvas.width, canvas.height);
  image.data.forEach((_, i) => { image.data[i] = i % 4 === 3 ? 255 : pixels[i >> 2]; });
  canvas.getContext("2d").putImageData(image, 0, 0);
}

function rest(words = WORDS.waiting) {
  document.body.classList.add("resting");
  find("digit").textContent = "?";
  find("sees").textContent = words;
  for (const name of ["sure", "made"]) find(name).textContent = "";
  for (const name of ["note", "trouble"]) find(name).hidden = true;
  showBars(null, -1);
  showPicture(new Uint8Array(28 * 28));
}

function complain(parts) {
  rest(WORDS.no_answer);
  const told = ["problem", "expected", "got", "place", "next_step"].filter((part) => parts[part]);
  find("trouble").replaceChildren(...told.map((part) => {
    const line = document.createElement("p");
    line.className = part;
    const key = Object.assign(document.createElement("span"), { className: "key", textContent: WORDS[part] });
    line.append(...(told.length > 1 ? [key, " "] : []), parts[part]);
    return line;
  }));
  find("trouble").hidden = false;
}

rest();
repaint();
