// Puts the parts that the server sends into their places, and shows values of heat maps. Without it the page is the same, as
// it was when it was loaded.
"use strict";
(() => {
  const from = document.body.dataset.events;
  const link = document.getElementById("link");

  // What an element is called before and after its part is replaced.
  const nameOf = (element) => element.id || element.dataset.key || element.getAttribute("href") || "";
  const named = (place, name) => name && [...place.querySelectorAll("[id], [data-key], [href]")].find((e) => nameOf(e) === name);
  const reachable = "a[href], button, summary, [tabindex]";

  // Replaces a part's content; what was open, scrolled and focused stays so.
  const replace = (place, fresh) => {
    const active = place.contains(document.activeElement) ? document.activeElement : null;
    const focus = active && (nameOf(active) || nameOf(active.parentElement));
    const inside = active && !nameOf(active) ? active.localName : "";
    const open = [...place.querySelectorAll("details[open]")].map(nameOf);
    const scrolled = [...place.querySelectorAll(".wide")].map((e) => [e.scrollTop, e.scrollLeft]);
    place.replaceChildren(fresh);
    for (const name of open) { const e = named(place, name); if (e) e.open = true; }
    place.querySelectorAll(".wide").forEach((e, i) => { if (scrolled[i]) [e.scrollTop, e.scrollLeft] = scrolled[i]; });
    if (!active) return;
    // One that is gone, such as a button pressed by somebody else, leaves the focus to its neighbours.
    let next = named(place, focus);
    if (next && inside) next = next.querySelector(inside);
    (next || place.querySelector(reachable) || document.getElementById("main")).focus({preventScroll: true});
  };

  if (from && window.EventSource) {
    const events = new EventSource(from);
    events.addEventListener("open", () => { link.textContent = "live"; });
    events.addEventListener("error", () => { link.textContent = "no connection; trying again"; });
    // What is being pressed stays until it is let go: a press on an element that is gone before its release is no click.
    let pressed = null;
    const waiting = new Map();
    const put = (part) => {
      const place = document.getElementById(part.id);
      if (!place) return;
      if (pressed && place.contains(pressed)) {
        waiting.set(part.id, part);
        return;
      }
      waiting.delete(part.id);
      const fresh = document.createElement("template");
      fresh.innerHTML = part.html;
      const before = document.createElement("template");
      before.innerHTML = place.innerHTML;
      for (const e of before.content.querySelectorAll("details[open]")) e.removeAttribute("open");
      if (fresh.innerHTML === before.innerHTML) return; // as loaded: keep what is selected or read out
      replace(place, fresh.content);
    };
    const release = () => {
      pressed = null;
      // After the click that this release makes.
      setTimeout(() => { for (const part of [...waiting.values()]) put(part); });
    };
    document.addEventListener("pointerdown", (event) => { pressed = event.target; });
    document.addEventListener("pointerup", release);
    document.addEventListener("pointercancel", release);
    events.addEventListener("part", (event) => put(JSON.parse(event.data)));
    window.addEventListener("pagehide", () => events.close());
  }

  // A heat map of many cells is a picture that carries its values: the one under the pointer is shown beside it.
  const tip = document.createElement("div");
  tip.id = "tip";
  tip.hidden = true;
  document.body.append(tip);
  const list = (picture, name) => picture.dataset[name].split(" ");
  // The cell at a place, from borders that go up or down.
  const cell = (borders, at) => {
    for (let i = 0; i + 1 < borders.length; i++) if ((at - borders[i]) * (at - borders[i + 1]) <= 0) return i;
    return -1;
  };
  document.addEventListener("pointermove", (event) => {
    const picture = event.target;
    tip.hidden = !(picture.dataset && picture.dataset.z);
    if (tip.hidden) return;
    const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(picture.getScreenCTM().inverse());
    const i = cell(list(picture, "left"), at.x), j = cell(list(picture, "low"), at.y);
    tip.hidden = i < 0 || j < 0;
    if (tip.hidden) return;
    const xs = list(picture, "x"), z = list(picture, "z")[j * xs.length + i];
    tip.textContent = `${z === "-" ? "no value" : z} at ${xs[i]}, ${list(picture, "y")[j]}`;
    tip.style.left = `${Math.min(event.clientX + 14, innerWidth - tip.offsetWidth - 4)}px`;
    tip.style.top = `${event.clientY + 14}px`;
  });

  document.addEventListener("submit", (event) => {
    const ask = event.target.dataset.ask;
    if (ask && !window.confirm(ask)) event.preventDefault();
  });
  const pick = document.getElementById("pick");
  if (pick) {
    pick.addEventListener("change", (event) => { if (event.target.id !== "where") pick.requestSubmit(); });
    // Empty choices say nothing: keep them out of the address.
    pick.addEventListener("formdata", (event) => {
      for (const [name, value] of [...event.formData]) if (value === "") event.formData.delete(name);
    });
  }
})();
