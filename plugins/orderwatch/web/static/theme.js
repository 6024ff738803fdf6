// Airflow's page around us knows whether it is dark; alone, the system does.
(() => {
  const own = document.documentElement;
  const framed = window.parent !== window;
  const around = framed ? window.parent.document.documentElement : null;
  const dark = () => (around ? around.classList.contains("dark") : matchMedia("(prefers-color-scheme: dark)").matches);
  const follow = () => own.classList.toggle("dark", dark());
  follow();
  if (around) new MutationObserver(follow).observe(around, { attributeFilter: ["class"] });
})();
