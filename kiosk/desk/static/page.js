// Keeps an open page fresh, opens its dialogs, and sends each form once.
"use strict";
(() => {
  const chips = document.querySelectorAll("[data-live-chip]");
  const isLive = document.querySelector("[data-live]") !== null;
  const texts = new Map();
  let source = null;
  let heardAt = 0;
  let busy = false;
  let again = false;

  // ---------------------------------------------------------------- live
  // The page fetches itself and swaps the parts that changed. Forms that somebody types into lie outside these parts.
  async function refresh() {
    if (busy) { again = true; return; }
    busy = true;
    try {
      const answer = await fetch(location.pathname, { headers: { Accept: "text/html" }, signal: AbortSignal.timeout(10000) });
      if (answer.redirected) return location.reload();
      if (answer.ok) swap(new DOMParser().parseFromString(await answer.text(), "text/html"));
    } catch { tell(false); }
    busy = false;
    if (again) { again = false; refresh(); }
  }

  function swap(fresh) {
    for (const part of document.querySelectorAll("[data-live][id]")) {
      const next = fresh.getElementById(part.id);
      if (!next || next.outerHTML === texts.get(part.id)) continue;
      texts.set(part.id, next.outerHTML);
      part.replaceWith(document.adoptNode(next));
    }
    document.dispatchEvent(new Event("desk:fresh"));
  }

  function tell(connected) {
    for (const chip of chips) {
      chip.hidden = chip.classList.contains("big-offline") ? connected : false;
      chip.classList.toggle("lost", !connected);
      chip.textContent = connected ? "Live" : "No connection. Trying again";
    }
  }

  function listen() {
    source?.close();
    source = new EventSource("/live");
    heardAt = Date.now();
    source.addEventListener("change", () => { heardAt = Date.now(); tell(true); refresh(); });
    source.addEventListener("heartbeat", () => { heardAt = Date.now(); tell(true); });
    source.onerror = () => {
      tell(false);
      // A browser that gives up for good is asked again.
      if (source?.readyState === EventSource.CLOSED) setTimeout(attend, 3000);
    };
  }

  // A hidden page lets go of its connection: a browser has six for one desk, and open tabs would use them up.
  function attend() {
    if (!document.hidden) return listen();
    source?.close();
    source = null;
  }

  if (isLive) {
    for (const part of document.querySelectorAll("[data-live][id]")) texts.set(part.id, part.outerHTML);
    document.addEventListener("visibilitychange", attend);
    addEventListener("online", attend);
    attend();
    // For networks that swallow the stream, and for a browser that gave up on it.
    setInterval(() => {
      if (document.hidden) return;
      if (source === null || source.readyState === EventSource.CLOSED || Date.now() - heardAt > 40000) listen();
      refresh();
    }, 30000);
  }

  // ---------------------------------------------------------------- dialogs and forms
  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-opens]");
    if (opener) document.getElementById(opener.dataset.opens).showModal();
    if (event.target.closest("[data-closes]") || event.target instanceof HTMLDialogElement) event.target.closest("dialog").close();
  });
  document.addEventListener("submit", (event) => {
    const form = event.target;
    const question = form.dataset.asks;
    if (form.dataset.sent || (question && !confirm(question))) return event.preventDefault();
    form.dataset.sent = "yes";
  });
  // Coming back with the browser's back button, the page may be the frozen one: it must be able to send again.
  addEventListener("pageshow", (event) => {
    for (const form of document.forms) delete form.dataset.sent;
    if (event.persisted && isLive) refresh();
  });
})();
