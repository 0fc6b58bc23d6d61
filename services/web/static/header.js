// The bar on top of every page, and what stands there for one who is not signed in.

import { accounts, logout, speakFor } from "./api.js";
import { h, show } from "./dom.js";
import { forgetSaved } from "./kept.js";

const themeWords = { system: "Colours of the system", light: "Light colours", dark: "Dark colours" };

const keptFor = 30 * 24 * 3600_000; // saved texts stay in this browser, in ms

// begin fills the header and returns the user; it never returns when nobody is signed in.
export async function begin() {
  const bar = document.querySelector("header.bar .who");
  const theme = h(
    "label",
    { class: "theme" },
    h("span", { class: "unseen" }, "Colours"),
    h("select", { onchange: (event) => window.fondsTheme.set(event.target.value) }, window.fondsTheme.modes.map((m) => h("option", { value: m, selected: m === window.fondsTheme.mode() }, themeWords[m]))),
  );
  show(bar, theme);
  const user = await whoIsThere();
  speakFor(user);
  forgetSaved(keptFor);
  show(bar, h("span", { class: "name" }, user.displayName || "somebody"), theme, h("button", { class: "quiet", onclick: leave }, "Sign out"));
  return user;
}

async function leave(event) {
  try {
    await logout();
    forgetSaved();
    location.assign("/");
  } catch (error) {
    document.querySelector("header.bar .who [role=alert]")?.remove();
    event.target.before(h("span", { class: "bad", role: "alert" }, `You are still signed in: ${error.message}`));
  }
}

// whoIsThere asks until somebody is there: a server that restarts is waited for.
async function whoIsThere() {
  for (let wait = 1000; ; wait = Math.min(wait * 2, 15_000)) {
    try {
      return await accounts.WhoAmI();
    } catch (error) {
      const main = document.querySelector("main");
      main.className = "message";
      if (error.code === "UNAUTHENTICATED") {
        show(
          main,
          h("h1", {}, "You are not signed in"),
          h("p", {}, "This archive is opened by a personal link. The operator makes one with "),
          h("pre", {}, "fonds user add NAME --role verifier"),
          h("p", {}, "It is good for one use within a day. What you have typed in this browser is kept until you are back."),
        );
        await new Promise(() => {});
      }
      if (!error.passing) {
        show(main, h("h1", {}, "The archive does not answer as it should"), h("p", {}, error.message));
        await new Promise(() => {});
      }
      show(main, h("h1", {}, "The archive cannot be reached"), h("p", { role: "status" }, "Trying again by itself…"));
      await new Promise((resolve) => setTimeout(resolve, wait));
      if (await accounts.WhoAmI().then(() => true, () => false)) location.reload();
    }
  }
}
