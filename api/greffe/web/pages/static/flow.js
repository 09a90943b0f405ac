// The filters of a dataflow's page are made anew with each answer: what was scrolled and opened stays.
(() => {
  "use strict";
  let kept = {};
  document.addEventListener("htmx:beforeSwap", () => {
    kept = {};
    document.querySelectorAll("[data-kept]").forEach((e) => { kept[e.dataset.kept] = { top: e.scrollTop, open: e.open }; });
  });
  document.addEventListener("htmx:afterSwap", () => {
    document.querySelectorAll("[data-kept]").forEach((e) => {
      const was = kept[e.dataset.kept];
      if (!was) return;
      e.scrollTop = was.top;
      if (e.tagName === "DETAILS") e.open = was.open;
    });
  });
})();
