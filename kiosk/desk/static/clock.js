// Times in the viewer's own zone, and clocks that run down to the agreed time.
"use strict";
(() => {
  // The viewer's clock may be wrong; the desk's is the one that counts.
  const offset = Date.parse(document.documentElement.dataset.now) - Date.now();
  const now = () => Date.now() + offset;
  const pad = (number) => String(number).padStart(2, "0");
  const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
  const day = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short" });

  function spell(milliseconds) {
    const seconds = Math.floor(Math.abs(milliseconds) / 1000);
    const [minutes, hours, days] = [Math.floor(seconds / 60), Math.floor(seconds / 3600), Math.floor(seconds / 86400)];
    if (days > 0) return `${days} d ${hours % 24} h`;
    if (hours > 0) return `${hours} h ${pad(minutes % 60)}`;
    return `${pad(minutes)}:${pad(seconds % 60)}`;
  }

  function showTimes() {
    const today = day.format(now());
    for (const time of document.querySelectorAll("time[data-time]")) {
      const at = Date.parse(time.dateTime);
      const date = day.format(at);
      time.textContent = date === today ? clock.format(at) : `${date}, ${clock.format(at)}`;
    }
  }

  function run() {
    for (const place of document.querySelectorAll("[data-due]")) {
      const [start, due] = [Date.parse(place.dataset.start), Date.parse(place.dataset.due)];
      const left = due - now();
      const share = due > start ? Math.min(1, Math.max(0, left / (due - start))) : 0;
      place.classList.toggle("late", left < 0);
      place.querySelector(".arc")?.setAttribute("stroke-dasharray", `${share * 100} 100`);
      const count = place.querySelector("[data-count]");
      // U+2212 is a minus sign as wide as a digit.
      if (count) count.textContent = (left < 0 ? "\u2212" : "") + spell(left);
    }
    for (const age of document.querySelectorAll("[data-age]")) age.textContent = spell(now() - Date.parse(age.dataset.age));
    for (const wall of document.querySelectorAll("[data-wall-clock]")) wall.textContent = clock.format(now());
  }

  function show() { showTimes(); run(); }
  show();
  setInterval(run, 1000);
  document.addEventListener("desk:fresh", show);
})();
