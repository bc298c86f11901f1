"use strict";
(() => {
  const root = document.documentElement;
  const form = document.getElementById("filter");
  const groups = [...document.querySelectorAll("article.group")];
  const files = [...document.querySelectorAll("details.file")];
  const lang = () => (document.getElementById("lang-en").checked ? "en" : "ja");

  const speak = () => {
    root.lang = lang();
    for (const option of document.querySelectorAll("option[data-ja]")) {
      option.textContent = option.dataset[lang()];
    }
  };

  const picked = (name) => {
    const boxes = [...form.querySelectorAll(`input[name="${name}"]`)];
    return new Set(boxes.filter((box) => box.checked).map((box) => box.value));
  };

  const filter = () => {
    const severities = picked("severity");
    const authorities = picked("authority");
    const rule = form.elements.rule.value;
    const file = form.elements.file.value;
    let shown = 0;
    for (const group of groups) {
      const { severity, authority, rule: id } = group.dataset;
      const fits =
        severities.has(severity) &&
        (authority === "" || authorities.has(authority)) &&
        (rule === "" || rule === id) &&
        (file === "" || file === group.closest("details.file").id);
      group.hidden = !fits;
      shown += fits ? 1 : 0;
    }
    for (const section of files) {
      section.hidden = !section.querySelector("article.group:not([hidden])");
      if (file !== "" && section.id === file) section.open = true;
    }
    const all = shown === groups.length;
    document.getElementById("fitting").textContent =
      lang() === "ja"
        ? all ? `全${groups.length}項目` : `${groups.length}項目のうち${shown}項目を表示`
        : all ? `all ${groups.length} entries` : `${shown} of ${groups.length} entries`;
  };

  // A link leads to its place, whatever is folded or filtered away.
  const reveal = () => {
    const target = document.getElementById(location.hash.slice(1));
    if (!target || !target.matches("details.file, article.group")) return;
    if (form && target.hidden) {
      form.reset();
      filter();
    }
    target.closest("details.file").open = true;
    target.scrollIntoView();
  };

  for (const radio of document.querySelectorAll('input[name="lang"]')) {
    radio.addEventListener("change", () => {
      speak();
      if (form) filter();
    });
  }
  if (form) {
    form.hidden = false;
    form.addEventListener("input", filter);
    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("reset", () => setTimeout(filter));
    filter();
  }
  window.addEventListener("hashchange", reveal);
  speak();
  reveal();
})();
