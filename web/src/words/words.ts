// The words of one language: texts from catalogues with plural rules, dates and numbers from Intl.
import { en, type Plural, type Text } from "./en";
import { fr } from "./fr";
import { nl } from "./nl";

export type Word = keyof typeof en;
export type Catalogue = Record<Word, Text>;
export const languages = { en: "English", fr: "Français", nl: "Nederlands" } as const;
export type Language = keyof typeof languages;
const catalogues: Record<Language, Catalogue> = { en, fr, nl };

export function bestLanguage(wanted: readonly string[]): Language {
  for (const tag of wanted) {
    const code = tag.slice(0, 2).toLowerCase();
    if (code in languages) return code as Language;
  }
  return "en";
}

export interface Words {
  language: Language;
  say: (word: Word, fill?: Record<string, string | number>) => string;
  when: (iso: string, now?: number) => string; // "12 min ago"
  exactly: (iso: string) => string;
  clock: (iso: string) => string; // short, for lists: "14:05", "12 Mar"
  number: (value: number) => string;
}

// `wanted` are the reader's locales: dates are written as in their part of the world, if they speak the language there.
export function wordsIn(language: Language, wanted: readonly string[] = []): Words {
  const locale = wanted.find((tag) => tag.toLowerCase().startsWith(language)) ?? language;
  const plural = new Intl.PluralRules(language);
  const numbers = new Intl.NumberFormat(locale);
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: "auto", style: "short" });
  const full = new Intl.DateTimeFormat(locale, { dateStyle: "full", timeStyle: "long" });
  const day = new Intl.DateTimeFormat(locale, { day: "numeric", month: "short" });
  const hour = new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  const steps: [Intl.RelativeTimeFormatUnit, number][] = [
    ["day", 86_400_000],
    ["hour", 3_600_000],
    ["minute", 60_000],
  ];
  return {
    language,
    say: (word, fill = {}) => {
      const text = catalogues[language][word];
      const chosen = typeof text === "string" ? text : byPlural(text, plural.select(Number(fill.count ?? 0)));
      return chosen.replace(/\{(\w+)\}/g, (_, name: string) => {
        const value = fill[name];
        return typeof value === "number" ? numbers.format(value) : (value ?? "");
      });
    },
    when: (iso, now = Date.now()) => {
      const passed = Date.parse(iso) - now;
      for (const [unit, ms] of steps) {
        if (Math.abs(passed) >= ms) return relative.format(Math.trunc(passed / ms), unit);
      }
      return relative.format(0, "minute");
    },
    exactly: (iso) => full.format(new Date(iso)),
    clock: (iso) => {
      const date = new Date(iso);
      return date.toDateString() === new Date().toDateString() ? hour.format(date) : day.format(date);
    },
    number: (value) => numbers.format(value),
  };
}

function byPlural(text: Plural, rule: Intl.LDMLPluralRule): string {
  if (rule === "one") return text.one;
  return (rule === "many" ? text.many : undefined) ?? text.other;
}
