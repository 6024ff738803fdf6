// Countdowns, dialogs, and links that leave the frame: all that the pages do in the browser besides htmx.
(() => {
  const two = (n) => String(n).padStart(2, "0");
  const tick = () => {
    for (const one of document.querySelectorAll("[data-left]")) {
      one.dataset.at ??= String(performance.now());
      const left = Number(one.dataset.left) - Math.floor((performance.now() - Number(one.dataset.at)) / 1000);
      const size = Math.abs(left);
      if (size < 3600) one.textContent = `${Math.floor(size / 60)}:${two(size % 60)}`;
      one.closest(".due")?.classList.toggle("over", left < 0);
    }
  };
  setInterval(tick, 1000);
  document.querySelector(".bar nav [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });

  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-dialog]");
    if (opener) document.getElementById(opener.dataset.dialog)?.showModal();
    if (event.target.closest("[data-close]")) event.target.closest("dialog")?.close();
    const out = event.target.closest("a[data-airflow]");
    if (out && window.parent !== window) {  // the frame may not navigate what is around it, but a link there may
      event.preventDefault();
      const link = window.parent.document.createElement("a");
      link.href = out.href;
      window.parent.document.body.append(link);
      link.click();
      link.remove();
    }
  });

  // a preview comes from the server into its dialog, and is shown when it is there
  document.addEventListener("htmx:afterSwap", (event) => {
    const dialog = event.target.closest?.("dialog[data-preview]");
    if (dialog && !dialog.open) dialog.showModal();
  });

  // a list from which something is just being chosen is not read anew
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (event.target.id === "now" && event.target.querySelector('input[name="ids"]:checked')) event.preventDefault();
  });

  document.addEventListener("change", (event) => {
    const all = event.target.closest("[data-all]");
    if (all) for (const one of document.querySelectorAll(`input[name="${all.dataset.all}"]`)) one.checked = all.checked;
  });

  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input, textarea, select, dialog");
    if (event.key === "/" && !typing) {
      event.preventDefault();
      document.querySelector("input[name=q]")?.focus();
    }
  });
})();
