// The keys of the desk. They act only while nobody types and nothing lies above the page.
import { useEffect, useRef } from "react";

export type Keys = Record<string, () => void>; // "j", "g m": one key, or two within a second

const secondKeyWithinMs = 1000;

function isBusyElsewhere(event: KeyboardEvent): boolean {
  const target = event.target as HTMLElement;
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return true;
  if (target.closest("input, textarea, select, [contenteditable]")) return true;
  return document.querySelector("[role=dialog], [role=menu]") !== null;
}

// Later listeners come first, so what is innermost answers a key that several know.
const stack: { current: Keys }[] = [];
let first: { key: string; at: number } | undefined;

function onKey(event: KeyboardEvent): void {
  if (isBusyElsewhere(event)) return;
  const pair = first && event.timeStamp - first.at < secondKeyWithinMs ? `${first.key} ${event.key}` : undefined;
  first = { key: event.key, at: event.timeStamp };
  for (const name of pair ? [pair, event.key] : [event.key]) {
    for (const keys of stack.toReversed()) {
      const act = keys.current[name];
      if (!act) continue;
      event.preventDefault();
      first = undefined;
      act();
      return;
    }
  }
}

export function useKeys(keys: Keys): void {
  const latest = useRef(keys);
  latest.current = keys;
  useEffect(() => {
    if (stack.length === 0) window.addEventListener("keydown", onKey);
    stack.push(latest);
    return () => {
      stack.splice(stack.indexOf(latest), 1);
      if (stack.length === 0) window.removeEventListener("keydown", onKey);
    };
  }, []);
}
