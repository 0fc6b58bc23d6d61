// Runs before anything is drawn, so that a dark page does not flash white. Not a module
// for that reason: modules wait for the document.
(() => {
  const modes = ["system", "light", "dark"];
  const read = () => {
    try {
      const kept = localStorage.getItem("fonds-theme");
      return modes.includes(kept) ? kept : "system";
    } catch {
      return "system"; // storage is switched off
    }
  };
  const apply = (mode) => {
    if (mode === "system") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = mode;
  };
  apply(read());
  window.fondsTheme = {
    modes,
    mode: read,
    set(mode) {
      try {
        localStorage.setItem("fonds-theme", mode);
      } catch {
        // it lasts for this page only
      }
      apply(mode);
      window.dispatchEvent(new Event("fonds-theme"));
    },
  };
})();
