// Keys of the review; all of them press buttons and follow links that stand on the page. Off inside fields, and switchable off
// (WCAG 2.1.4). Without scripts the page does the same.
(() => {
  "use strict";
  const STORE = "greffe-keys";
  const stored = () => { try { return localStorage.getItem(STORE) !== "off"; } catch { return true; } };
  let on = stored();
  let picked = null;

  const find = (key) => document.querySelector(`[data-key="${key}"]`);
  const candidates = () => [...document.querySelectorAll("[data-candidate]")];

  function pick(number) {
    const found = candidates()[number - 1];
    if (!found) return;
    if (picked) picked.classList.remove("picked");
    const live = document.getElementById("untaken");
    if (live) live.textContent = "";
    picked = found;
    picked.classList.add("picked");
    (picked.querySelector("[data-accept], [data-admit] summary") || picked.querySelector("a, summary")).focus();
    const trial = picked.querySelector("a[hx-get]");
    if (trial && window.htmx && !document.querySelector("[hx-get*='/effect?item=']:not(a)")) trial.click();
  }

  function accept() {
    const button = picked ? picked.querySelector("[data-accept]") : document.querySelector("[data-accept]");
    if (button) { button.click(); return; }
    const lacking = picked ? picked.querySelector("[data-admit]") : null;
    if (lacking) open(lacking.querySelector("summary"));
    const live = document.getElementById("untaken");
    if (!live) return;
    const mismatch = picked && picked.querySelector(".mismatch span");
    const words = live.dataset;
    live.textContent = lacking ? (words[lacking.dataset.admit] || words.unsaid) : mismatch ? `${words.mismatch} ${mismatch.textContent}` : picked && picked.matches(".chosen") ? words.present : words.nothing;
  }

  function open(summary) {
    const details = summary.parentElement;
    details.open = true;
    (details.querySelector("textarea, select, input:not([type=hidden])") || summary).focus();
  }

  function act(key) {
    if (/^[1-9]$/.test(key)) { pick(Number(key)); return true; }
    const place = find(key);
    if (key === "a") accept();
    else if ((key === "r" || key === "n") && place) open(place);
    else if (key === "f" && place) { place.closest("details").open = true; place.focus(); }
    else if (key === "?" && place) { place.parentElement.open = !place.parentElement.open; place.focus(); }
    else if (key === "/" && place) { place.focus(); place.select(); }
    else if ("jku".includes(key) && place) place.click();
    else return false;
    return true;
  }

  // What a candidate would change is shown at its card where the usual place is out of sight (narrow screens, long lists).
  document.addEventListener("htmx:afterSettle", (event) => {
    const from = event.detail.requestConfig && event.detail.requestConfig.elt;
    const card = from && from.closest("[data-candidate]");
    const effect = document.getElementById("effect");
    if (!card || !effect || from.contains(effect)) return;
    const seen = effect.getBoundingClientRect();
    if (effect.closest("[data-candidate]") || seen.bottom < 0 || seen.top > innerHeight) card.append(effect);
  });

  document.addEventListener("keydown", (event) => {
    if (!on || event.ctrlKey || event.altKey || event.metaKey || event.defaultPrevented) return;
    if (event.target.closest("input, textarea, select, [contenteditable]")) return;
    if (act(event.key.toLowerCase())) event.preventDefault();
  });

  document.addEventListener("DOMContentLoaded", () => {
    const button = document.getElementById("keys-switch");
    const keys = document.getElementById("keys");
    if (!button) return;
    const shown = () => { button.textContent = on ? keys.dataset.off : keys.dataset.on; button.setAttribute("aria-pressed", String(!on)); };
    button.hidden = false;
    button.addEventListener("click", () => { on = !on; try { localStorage.setItem(STORE, on ? "on" : "off"); } catch { /* it holds for this page */ } shown(); });
    shown();
    const lines = document.querySelector("ol.lines");
    const here = lines && lines.querySelector("li.here");
    if (here && lines.scrollHeight > lines.clientHeight) lines.scrollTop = here.offsetTop - lines.offsetTop;
    const asked = location.hash === "#item" || new URLSearchParams(location.search).has("item");
    const item = asked ? document.getElementById("item") : null;
    if (!item) return;
    const below = item.getBoundingClientRect().top > innerHeight - 48;
    item.focus({ preventScroll: true });
    if (below) item.scrollIntoView();
  });
})();
