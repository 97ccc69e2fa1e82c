// @ts-check
// A button beside each command that copies it. Without scripts the page lacks nothing else.
"use strict";

for (const place of document.querySelectorAll(".command")) {
  const text = place.querySelector("pre")?.textContent ?? "";
  const said = make("span", { class: "faint", role: "status" });
  const copy = async () => {
    said.textContent = (await copied(text)) ? "copied" : "select the text and copy it";
  };
  place.append(make("button", { type: "button", "aria-label": `Copy ${text}`, click: copy }, "Copy"), said);
}
