// Files may be dropped anywhere on the page, folders too. The form works without.
"use strict";
(() => {
  const form = document.getElementById("check");
  const [file, folder, values] = ["file", "folder", "values"].map((id) => document.getElementById(id));
  const frame = document.getElementById("report");
  const said = document.getElementById("said");
  const button = form.querySelector("button.main");
  let readable = false;
  let busy = false;
  let shown = false;
  let sent = false;

  const say = (what, bad) => {
    said.textContent = what === "" ? "" : said.dataset[what];
    said.classList.toggle("bad", bad === true);
  };
  const chosen = () => [...file.files, ...folder.files];

  // Another choice is another question: it begins with its values masked.
  const anew = (input, other) => {
    other.value = "";
    values.checked = false;
    shown = false;
    say("");
  };
  file.addEventListener("change", () => anew(file, folder));
  folder.addEventListener("change", () => anew(folder, file));

  /** Everything below an entry; names are paths from where it was dropped. */
  const walk = async (entry, into) => {
    if (entry.isFile) {
      const dropped = await new Promise((resolve, reject) => entry.file(resolve, reject));
      const path = entry.fullPath.replace(/^\//, "");
      into.push(path === dropped.name ? dropped : new File([dropped], path, { lastModified: dropped.lastModified }));
      return;
    }
    const reader = entry.createReader();
    for (;;) {
      const entries = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
      if (entries.length === 0) return;
      for (const each of entries) await walk(each, into);
      if (into.length > form.dataset.mostFiles) return;
    }
  };

  const take = async (transfer) => {
    // Entries have to be asked for before anything is waited for.
    const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.()).filter((entry) => entry);
    const files = [];
    if (entries.length === 0) files.push(...transfer.files);
    for (const entry of entries) await walk(entry, files);
    if (files.length === 0) return;
    const list = new DataTransfer();
    for (const each of files) list.items.add(each);
    file.files = list.files;
    anew(file, folder);
    form.requestSubmit(button);
  };

  const holdsFiles = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");
  const over = (on) => {
    document.body.classList.toggle("over", on);
    form.classList.toggle("over", on);
  };
  addEventListener("dragover", (event) => {
    if (!holdsFiles(event)) return;
    event.preventDefault();
    over(true);
  });
  addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) over(false);
  });
  addEventListener("drop", (event) => {
    if (!holdsFiles(event)) return;
    event.preventDefault();
    over(false);
    take(event.dataTransfer).catch(() => say("changed", true));
  });

  /** Whether all files are still what was chosen: a browser refuses to send others, without a word of the page. */
  const look = async (submitter) => {
    try {
      for (const each of chosen()) await each.slice(0, 1).arrayBuffer();
    } catch {
      return say("changed", true);
    }
    readable = true;
    form.requestSubmit(submitter);
  };

  form.addEventListener("submit", (event) => {
    const files = chosen();
    const bytes = files.reduce((sum, each) => sum + each.size, 0);
    const refuse = (why) => {
      event.preventDefault();
      say(why, true);
    };
    if (files.length === 0) return refuse("none");
    if (files.length > form.dataset.mostFiles || bytes > form.dataset.mostBytes) return refuse("large");
    if (!readable) {
      event.preventDefault();
      look(event.submitter ?? button);
      return;
    }
    readable = false;
    if (event.submitter?.formTarget === "_blank") return say("");
    busy = true;
    sent = values.checked;
    form.setAttribute("aria-busy", "true");
    say("busy");
  });

  values.addEventListener("change", () => {
    if (shown) form.requestSubmit(button);
  });

  frame.addEventListener("load", () => {
    if (!busy) return;
    busy = false;
    shown = true;
    form.removeAttribute("aria-busy");
    if (values.checked !== sent) return form.requestSubmit(button);
    say("done");
    document.body.classList.add("done");
    frame.scrollIntoView({ block: "start" });
  });

  form.querySelector(".anywhere").hidden = false;
  document.body.classList.add("ready");
})();
