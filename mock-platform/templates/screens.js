// What a page can do beyond forms and links. Every page works without.
"use strict";

// Files may be dropped anywhere on the form.
for (const form of document.querySelectorAll("[data-drop]")) {
  const input = form.querySelector("input[type=file]");
  const over = (on) => form.classList.toggle("over", on);
  form.addEventListener("dragover", (event) => { event.preventDefault(); over(true); });
  form.addEventListener("dragleave", () => over(false));
  form.addEventListener("drop", (event) => {
    event.preventDefault();
    over(false);
    if (event.dataTransfer.files.length > 0) {
      input.files = event.dataTransfer.files;
      form.requestSubmit();
    }
  });
}

// Boxes and buttons wait until the text before them has been scrolled to its end.
for (const box of document.querySelectorAll("[data-read]")) {
  const waiting = document.querySelectorAll(`[data-after="${box.dataset.read}"]`);
  const hint = document.getElementById(`${box.dataset.read}-first`);
  const look = () => {
    if (box.scrollTop + box.clientHeight >= box.scrollHeight - 4) {
      for (const element of waiting) element.disabled = false;
      hint.hidden = true;
      box.removeEventListener("scroll", look);
    }
  };
  for (const element of waiting) element.disabled = !element.checked;
  hint.hidden = ![...waiting].some((element) => element.disabled);
  box.addEventListener("scroll", look);
  look();
}

// A form with boxes is sent when all of them are ticked.
for (const form of document.querySelectorAll("[data-ticks]")) {
  const boxes = [...form.querySelectorAll("input[type=checkbox]")];
  const button = form.querySelector("button.main");
  const look = () => { button.disabled = !boxes.every((box) => box.checked); };
  form.addEventListener("change", look);
  look();
}

// New lines of the journal.
for (const place of document.querySelectorAll("[data-live]")) {
  const lines = document.getElementById("lines");
  const source = new EventSource(place.dataset.live);
  source.addEventListener("open", () => { place.textContent = place.dataset.on; });
  source.addEventListener("message", (event) => {
    const line = JSON.parse(event.data);
    const row = lines.insertRow(0);
    const cell = (name, text) => {
      const cell = row.insertCell();
      cell.className = name;
      cell.textContent = text;
      return cell;
    };
    cell("num", line.seq);
    cell("when", line.at);
    const mark = document.createElement("span");
    mark.className = `mark ${line.tone}`;
    mark.textContent = line.event;
    cell("one", "").append(mark);
    const told = cell("told", "");
    for (const [name, value] of line.facts) {
      const [fact, what, is] = ["span", "i", "bdi"].map((tag) => document.createElement(tag));
      what.textContent = name;
      is.textContent = value;
      fact.append(what, " ", is);
      told.append(fact, " ");
    }
    while (lines.rows.length > 500) lines.deleteRow(-1);
  });
}

// Passwords can be looked at before they are sent.
for (const input of document.querySelectorAll("[data-look]")) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "plain";
  button.textContent = input.dataset.look;
  button.setAttribute("aria-pressed", "false");
  button.setAttribute("aria-controls", input.id);
  button.addEventListener("click", () => {
    const hidden = input.type === "password";
    input.type = hidden ? "text" : "password";
    button.setAttribute("aria-pressed", String(hidden));
  });
  input.after(button);
}
