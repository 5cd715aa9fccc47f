"use strict";
const $ = id => document.getElementById(id);
const make = (tag, className, text) => Object.assign(document.createElement(tag), { className, textContent: text ?? "" });
let words = [];      // the buttons of the message, each with the features that fired there
let features = [];   // the buttons of the features
let chosen = null;   // what was clicked and stays lit
let asking = null;   // the question whose answer is to be shown; one before it is given up

$("ask").addEventListener("submit", event => { event.preventDefault(); explain($("text").value); });
$("text").addEventListener("keydown", event => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) $("ask").requestSubmit();
});
for (const example of document.querySelectorAll(".example")) {
  example.title = example.textContent;
  example.addEventListener("click", () => { $("text").value = example.textContent; $("ask").requestSubmit(); });
}
document.addEventListener("keydown", event => { if (event.key === "Escape") choose(null); });

async function explain(text) {
  asking?.abort();
  const question = asking = new AbortController();
  $("send").disabled = true;
  $("message").textContent = "";
  try {
    const response = await fetch("explain", {
      method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ text }), signal: question.signal,
    });
    const answer = await response.json();
    if (!response.ok) throw new Error(answer.detail ?? answer.title ?? `The service answered ${response.status}.`);
    if (question === asking) show(answer);
  } catch (error) {
    if (question !== asking) return;
    $("answer").hidden = true;
    $("message").textContent = error instanceof TypeError ? "The service cannot be reached. Is it running?" : error.message;
  } finally {
    if (question === asking) $("send").disabled = false;
  }
}

function show(answer) {
  chosen = null;
  showClasses(answer);
  showFeatures(answer);
  showWords(answer);
  $("answer").hidden = false;
}

const percent = share => `${(100 * share).toFixed(share > 0 && share < 0.01 ? 1 : 0)} %`;

function showClasses(answer) {
  $("verdict").textContent = `${answer.label}, ${percent(answer.classes.find(c => c.label === answer.label)?.probability ?? 0)}`;
  $("classes").replaceChildren(...answer.classes.map(({ label, probability }) => {
    const [row, bar, fill] = [make("li"), make("span", "bar"), make("i")];
    fill.style.width = `${100 * probability}%`;
    bar.append(fill);
    row.append(make("span", "", label), bar, make("span", "share", percent(probability)));
    return row;
  }));
}

function showFeatures(answer) {
  const linear = answer.features.some(feature => answer.label in feature.contributions);
  $("features-hint").textContent = linear
    ? `How far each moves the score of ${answer.label} above (+) or below (−) the mean of all classes, the strongest first.`
    : "The model is not linear, so these are the strongest features rather than contributions.";
  features = answer.features.map((feature, index) => {
    const weight = feature.contributions[answer.label] ?? feature.value;
    const button = make("button", weight < 0 ? "feature against" : "feature");
    button.type = "button";
    button.setAttribute("aria-pressed", "false");
    const [number, tokens] = feature.name.split(" · ");
    const name = make("span", "tokens");
    name.append(...(tokens ?? "").split("|").filter(token => token.trim()).map(token => make("span", "", token.trim())), make("small", "number", number));
    button.append(name, make("span", "weight", `${weight < 0 ? "−" : "+"}${Math.abs(weight).toFixed(2)}`));
    button.append(make("span", "fired", firedOn(feature, answer.text)));
    link(button, () => words.filter(word => word.fired.has(index)), () => [button]);
    return button;
  });
  $("features").replaceChildren(...features.map(button => { const row = make("li"); row.append(button); return row; }));
}

// A token may be a part of a word; here the whole word is shown.
function firedOn(feature, text) {
  const distinct = new Set(feature.words.map(word => {
    const start = word.start + (word.text.length - word.text.trimStart().length);
    const before = text.slice(0, start).match(/[\p{L}\p{N}'’-]*$/u)[0];
    const after = text.slice(word.start + word.length).match(/^[\p{L}\p{N}'’-]*/u)[0];
    return `${before}${word.text.trimStart()}${after}`.trim();
  }).filter(Boolean));
  return distinct.size ? `on ${[...distinct].map(word => `“${word}”`).join(", ")}` : "on no word of the message";
}

// The message in pieces: where spans of several features begin or end, a piece ends.
function showWords({ text, features: list, truncated }) {
  const cuts = new Set([0, text.length, ...list.flatMap(f => f.words.flatMap(w => [w.start, w.start + w.length]))]);
  const edges = [...cuts].sort((a, b) => a - b);
  const strongest = Math.max(0, ...list.flatMap(f => f.words.map(w => w.activation)));
  words = [];
  const pieces = edges.slice(0, -1).flatMap((start, i) => {
    const [end, fired] = [edges[i + 1], new Set()];
    let activation = 0;
    list.forEach((feature, index) => feature.words.filter(w => w.start <= start && w.start + w.length >= end && w.length).forEach(w => {
      fired.add(index);
      activation = Math.max(activation, w.activation);
    }));
    const piece = text.slice(start, end);
    if (!fired.size || !piece.trim()) return [piece];
    const space = piece.length - piece.trimStart().length; // a token brings the space before its word along
    return [piece.slice(0, space), wordButton(piece.slice(space), fired, activation / strongest)];
  });
  $("words").replaceChildren(...pieces);
  $("words-hint").textContent = (truncated ? "The message is longer than the model reads; its end did not count. " : "")
    + "Marked words fired a feature below. Choose a word or a feature to see what belongs together.";
}

function wordButton(piece, fired, strength) {
  const button = make("button", "word", piece);
  button.type = "button";
  button.fired = fired;
  button.style.setProperty("--strength", strength);
  button.setAttribute("aria-pressed", "false");
  button.setAttribute("aria-label", `${piece.trim()}, ${fired.size} ${fired.size === 1 ? "feature" : "features"}`);
  link(button, () => [button], () => [...fired].map(index => features[index]));
  words.push(button);
  return button;
}

// Hovering and focusing shows what belongs together; clicking keeps it.
function link(button, ownWords, ownFeatures) {
  const pair = { button, light: () => light(new Set([...ownWords(), ...ownFeatures()])) };
  for (const event of ["mouseenter", "focus"]) button.addEventListener(event, () => { if (!chosen) pair.light(); });
  for (const event of ["mouseleave", "blur"]) button.addEventListener(event, () => { if (!chosen) light(null); });
  button.addEventListener("click", () => choose(chosen?.button === button ? null : pair));
}

function choose(pair) {
  chosen?.button.setAttribute("aria-pressed", "false");
  chosen = pair;
  pair?.button.setAttribute("aria-pressed", "true");
  if (pair) pair.light(); else light(null);
}

function light(lit) {
  for (const element of [...words, ...features]) {
    element.classList.toggle("lit", lit?.has(element) ?? false);
    element.classList.toggle("dim", lit !== null && !lit.has(element));
  }
}
