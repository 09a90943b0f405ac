// What pages do beyond links and forms. All of it can be done without: copy by hand, submit by button.
(() => {
  "use strict";
  const told = () => document.getElementById("told");
  const tell = (text) => { const place = told(); if (place) { place.textContent = ""; setTimeout(() => { place.textContent = text; }, 50); } };

  function ready(root) {
    root.querySelectorAll("button.copy[hidden]").forEach((b) => { b.hidden = false; });
    // A choice that may be sent at once needs no button.
    root.querySelectorAll("[data-send-on-change]").forEach((f) => {
      f.addEventListener("change", () => f.requestSubmit());
    });
  }

  document.addEventListener("click", async (event) => {
    const button = event.target.closest("button.copy");
    if (!button) return;
    const text = document.getElementById(button.dataset.copy).textContent;
    try { await navigator.clipboard.writeText(text); } catch {
      const range = document.createRange();
      range.selectNodeContents(document.getElementById(button.dataset.copy));
      const selection = getSelection(); selection.removeAllRanges(); selection.addRange(range);
      document.execCommand("copy");
    }
    tell(told().dataset.copied);
    const before = button.firstChild.textContent;
    button.firstChild.textContent = told().dataset.copied;
    setTimeout(() => { button.firstChild.textContent = before; }, 1500);
  });

  document.addEventListener("DOMContentLoaded", () => ready(document));
  // New content tells itself: what it took the place of may be gone from the page. The whole page was made ready above.
  // Who had the keyboard on something that was replaced has it on what stands in its place.
  let held = null;
  const like = (e) => [e.tagName, e.id, e.name, e.textContent.trim()].join("|");
  document.addEventListener("htmx:beforeSwap", () => { const e = document.activeElement; held = e === document.body ? null : { tag: e.tagName, like: like(e) }; });
  document.addEventListener("htmx:load", (event) => {
    const root = event.detail.elt;
    if (root === document.body) return;
    ready(root);
    const said = root.querySelector("[data-told]");
    if (said) tell(said.textContent.trim().replace(/[ \t\r\n]+/g, " "));
    if (held && document.activeElement === document.body) {
      ([...root.querySelectorAll(held.tag)].find((e) => like(e) === held.like) ?? document.getElementById("main")).focus({ preventScroll: true });
    }
  });
  // A fault of a swap is shown as the page that the server made of it, unless that has its place among the fields.
  document.addEventListener("htmx:beforeSwap", (event) => { if (event.detail.xhr.getResponseHeader("Shown-In-Place")) event.detail.shouldSwap = true; else if (event.detail.xhr.status >= 400) { event.detail.shouldSwap = false; location.assign(event.detail.pathInfo.finalRequestPath); } });
  // Each state of a page is one entry of the history: who asks for what is already shown adds none, and options of a list
  // that are passed by with the arrow keys on the way to another add none either.
  let passed = { list: "", at: 0 };
  document.addEventListener("htmx:beforeHistoryUpdate", (event) => {
    const { history, requestConfig } = event.detail, changed = requestConfig?.triggeringEvent?.target;
    const list = changed?.tagName === "SELECT" ? changed.id : "", at = performance.now();
    const here = new URL(history.path, location).href === location.href;
    if (history.type === "push" && (here || (list && list === passed.list && at - passed.at < 2000))) history.type = "replace";
    passed = { list, at };
  });
  // A way back that ends in a fault is shown as the page that the server made of it.
  document.addEventListener("htmx:historyCacheMissLoadError", () => { location.reload(); });
})();
