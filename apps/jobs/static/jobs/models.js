// While a download goes on the page is asked again, and only what changed is put in. Without
// JavaScript the page stands still until it is loaded again.
const EVERY_MS = 1500;

async function refresh() {
  const shown = document.getElementById("models");
  if (!shown || !("live" in shown.dataset)) return;
  try {
    const answer = await fetch(window.location.href, { credentials: "same-origin" });
    if (answer.ok && !answer.redirected) put(shown, await answer.text());
  } catch {
    // the studio restarts, or the network is away: asked again below
  }
  window.setTimeout(refresh, EVERY_MS);
}

function put(shown, text) {
  const fresh = new DOMParser().parseFromString(text, "text/html").getElementById("models");
  if (!fresh) return;
  shown.toggleAttribute("data-live", "live" in fresh.dataset);
  const pressed = document.activeElement?.form?.action;
  for (const model of fresh.querySelectorAll(".model")) {
    const old = document.getElementById(model.id);
    if (old && old.textContent !== model.textContent) old.replaceWith(model);
  }
  const looked = fresh.querySelector(".look .quiet");
  if (looked) shown.querySelector(".look .quiet")?.replaceWith(looked);
  // whoever stood on a button still does
  if (pressed && document.activeElement === document.body) {
    [...document.forms].find((form) => form.action === pressed)?.querySelector("button").focus();
  }
}

window.setTimeout(refresh, EVERY_MS);
