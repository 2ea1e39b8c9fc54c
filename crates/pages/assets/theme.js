// Before anything is drawn: the theme that was chosen, so that nothing flashes.
"use strict";
try {
  const theme = localStorage.getItem("ssot-theme");
  if (theme === "light" || theme === "dark") document.documentElement.setAttribute("data-theme", theme);
} catch { /* a browser without storage has the theme of its system */ }
