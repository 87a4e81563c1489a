// Light, dark, or as the system says; kept in this browser.
import { useSyncExternalStore } from "react";

export const looks = ["system", "light", "dark"] as const;
export type Look = (typeof looks)[number];
const kept = "bulkhead.look";
const listeners = new Set<() => void>();

function current(): Look {
  const look = localStorage.getItem(kept);
  return looks.find((one) => one === look) ?? "system";
}

export function showLook(): void {
  document.documentElement.dataset.look = current();
}

export function chooseLook(look: Look): void {
  localStorage.setItem(kept, look);
  showLook();
  listeners.forEach((tell) => tell());
}

export function useLook(): Look {
  return useSyncExternalStore(
    (tell) => {
      listeners.add(tell);
      return () => listeners.delete(tell);
    },
    current,
  );
}
