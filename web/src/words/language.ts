// The desk speaks the reader's language: English, French or Dutch, as chosen here or else as the browser says.
import { useSyncExternalStore } from "react";
import { bestLanguage, wordsIn, type Language, type Words } from "./words";

const kept = "bulkhead.language";

let current = wordsIn(bestLanguage([localStorage.getItem(kept) ?? "", ...navigator.languages]), navigator.languages);
const listeners = new Set<() => void>();

export function chooseLanguage(language: Language): void {
  localStorage.setItem(kept, language);
  current = wordsIn(language, navigator.languages);
  showLanguage();
  listeners.forEach((tell) => tell());
}

export function showLanguage(): void {
  document.documentElement.lang = current.language;
}

export function useWords(): Words {
  return useSyncExternalStore(
    (tell) => {
      listeners.add(tell);
      return () => listeners.delete(tell);
    },
    () => current,
  );
}
