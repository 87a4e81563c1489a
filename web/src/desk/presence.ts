// Whether somebody sits at this desk: the page is in view and was touched within two minutes.
import { useSyncExternalStore } from "react";

const awayAfterMs = 120_000;
let touched = Date.now();
for (const event of ["pointerdown", "pointermove", "keydown", "wheel", "focus"])
  window.addEventListener(event, () => (touched = Date.now()), { passive: true, capture: true });

export function isAtWork(): boolean {
  return document.visibilityState === "visible" && Date.now() - touched < awayAfterMs;
}

export function useOnline(): boolean {
  return useSyncExternalStore(
    (tell) => {
      window.addEventListener("online", tell);
      window.addEventListener("offline", tell);
      return () => {
        window.removeEventListener("online", tell);
        window.removeEventListener("offline", tell);
      };
    },
    () => navigator.onLine,
  );
}
