// Puts the parts that the server sends into their places. Without it the page is the same, as it was when it was loaded.
"use strict";
(() => {
  const from = document.body.dataset.events;
  const link = document.getElementById("link");
  if (from && window.EventSource) {
    const events = new EventSource(from);
    events.addEventListener("open", () => { link.textContent = "live"; });
    events.addEventListener("error", () => { link.textContent = "no connection; trying again"; });
    events.addEventListener("part", (event) => {
      const part = JSON.parse(event.data);
      const place = document.getElementById(part.id);
      if (!place) return;
      const focus = place.contains(document.activeElement) ? document.activeElement.id : "";
      const scrolled = place.firstElementChild ? place.firstElementChild.scrollTop : 0;
      place.innerHTML = part.html;
      if (scrolled && place.firstElementChild) place.firstElementChild.scrollTop = scrolled;
      if (focus) document.getElementById(focus)?.focus();
    });
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
