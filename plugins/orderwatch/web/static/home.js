// The strip of Order Health on Airflow's home page: its numbers come from our server in the reader's language.
const { createElement: h, useEffect, useState } = globalThis.React;
const here = new URL(document.baseURI).pathname.replace(/\/$/, "");
const EVERY = 30_000; // milliseconds
const FAILED = {
  "zh-CN": "订单健康：现在取不到数据。看板仍可打开。",
  en: "Order Health: no numbers can be had now. The board may still open.",
};
const tones = { "": "inherit", ok: "fg.success", warn: "fg.warning", bad: "fg.error" };
const colour = (tone) => (tone ? `var(--chakra-colors-${tones[tone].replace(".", "-")})` : "inherit");
const language = () => (document.documentElement.lang.toLowerCase().startsWith("zh") ? "zh-CN" : "en");
const place = (to) => `${here}/plugin/order-health/orderwatch/${to}${to.includes("?") ? "&" : "?"}lang=${language()}`;

const pill = (one) =>
  h(
    "a",
    {
      key: one.title,
      href: place(one.place),
      style: {
        display: "flex", flexDirection: "column", gap: 2, minWidth: 0, padding: "8px 12px", borderRadius: 8,
        border: "1px solid var(--chakra-colors-border)", textDecoration: "none", color: "inherit",
      },
    },
    h("span", { style: { fontSize: 13 } }, one.title),
    h(
      "strong",
      { style: { fontSize: 20, lineHeight: 1.2, fontVariantNumeric: "tabular-nums", color: colour(one.tone) } },
      one.value,
    ),
    h("span", { style: { fontSize: 12, color: "var(--chakra-colors-fg-muted)", overflowWrap: "anywhere" } }, one.more),
  );

globalThis.OrderHealthStrip = globalThis.AirflowPlugin = function OrderHealthStrip() {
  const [strip, setStrip] = useState(null);
  const [failed, setFailed] = useState(false);
  useEffect(() => {
    let gone = false;
    const look = async () => {
      try {
        const answer = await fetch(`${here}/orderwatch/strip?lang=${language()}`, { credentials: "same-origin" });
        if (!answer.ok) throw new Error(String(answer.status));
        const found = await answer.json();
        if (!gone) { setStrip(found); setFailed(false); }
      } catch {
        if (!gone) setFailed(true);
      }
    };
    look();
    const timer = setInterval(() => document.hidden || look(), EVERY);
    return () => { gone = true; clearInterval(timer); };
  }, []);
  if (strip === null && !failed) return null;
  const warning = failed ? FAILED[language()] : strip.warning;
  return h(
    "section",
    { "aria-label": strip ? strip.title : "Order Health", style: { width: "100%", margin: "0 0 24px" } },
    h(
      "div",
      { style: { display: "flex", gap: 12, fontSize: 13, marginBottom: 8 } },
      h("strong", { style: { flex: 1 } }, strip ? strip.title : "Order Health"),
      h("a", { href: place("board"), style: { textDecoration: "underline" } }, strip ? strip.open : "…"),
    ),
    warning && h("p", { role: "status", style: { fontSize: 13, marginBottom: 8, color: colour("warn") } }, warning),
    strip && !failed &&
      h(
        "div",
        { style: { display: "grid", gap: 12, gridTemplateColumns: "repeat(auto-fit, minmax(160px, 1fr))" } },
        strip.pills.map(pill),
      ),
  );
};
