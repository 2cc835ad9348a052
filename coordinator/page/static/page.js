// Puts the parts that the server sends into their places. Without it the page is the same, as it was when it was loaded.
"use strict";
(() => {
  const from = document.body.dataset.events;
  const link = document.getElementById("link");
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
      if (fresh.innerHTML === place.innerHTML) return; // as loaded: keep what is open, selected or read out
      const focus = place.contains(document.activeElement) ? document.activeElement.id : "";
      const scrolled = place.firstElementChild ? place.firstElementChild.scrollTop : 0;
      place.replaceChildren(fresh.content);
      if (scrolled && place.firstElementChild) place.firstElementChild.scrollTop = scrolled;
      if (focus) document.getElementById(focus)?.focus();
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
