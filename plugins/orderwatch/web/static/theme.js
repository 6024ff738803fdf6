// Airflow's page around us knows whether it is dark and which language it speaks; alone, the system does.
(() => {
  const own = document.documentElement;
  const framed = window.parent !== window;
  const around = framed ? window.parent.document.documentElement : null;
  const dark = () => (around ? around.classList.contains("dark") : matchMedia("(prefers-color-scheme: dark)").matches);
  const follow = () => own.classList.toggle("dark", dark());
  follow();
  if (around) new MutationObserver(follow).observe(around, { attributeFilter: ["class"] });
  const here = new URL(location.href);
  const spoken = around && around.lang ? (around.lang.toLowerCase().startsWith("zh") ? "zh-CN" : "en") : own.lang;
  if (spoken !== own.lang && !here.searchParams.has("lang")) {
    here.searchParams.set("lang", spoken);
    location.replace(here);
  }
})();
