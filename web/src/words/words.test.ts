import { expect, test } from "vitest";
import { en } from "./en";
import { fr } from "./fr";
import { nl } from "./nl";
import { bestLanguage, wordsIn, type Word } from "./words";

const flat = (text: object | string) => (typeof text === "string" ? text : Object.values(text).join(" "));
const places = (text: object | string) => [...new Set(flat(text).match(/\{\w+\}/g) ?? [])].sort();

test("each language fills in the same and leaves nothing untranslated", () => {
  const same: Word[] = [];
  for (const word of Object.keys(en) as Word[]) {
    expect(places(fr[word]), word).toEqual(places(en[word]));
    expect(places(nl[word]), word).toEqual(places(en[word]));
    if (flat(en[word]).split(" ").length > 4 && (flat(en[word]) === flat(fr[word]) || flat(en[word]) === flat(nl[word]))) same.push(word);
  }
  expect(same).toEqual([]);
});

test("counts follow each language's own rule", () => {
  const said = (language: "en" | "fr" | "nl", count: number) => wordsIn(language).say("queue.end", { count });
  expect(said("en", 0)).toBe("0 cases. That is all.");
  expect(said("en", 1)).toBe("1 case. That is all.");
  expect(said("fr", 0)).toBe("0 dossier, c’est tout.");
  expect(said("fr", 2)).toBe("2 dossiers, c’est tout.");
  expect(said("fr", 1_000_000)).toContain("de dossiers");
  expect(said("nl", 1)).toBe("1 dossier. Dat is alles.");
  expect(said("nl", 1234)).toContain("1.234");
});

test("times are told as distances and in full", () => {
  const { when, exactly } = wordsIn("en", ["en-GB"]);
  const now = Date.parse("2026-03-01T12:00:00Z");
  expect(when("2026-03-01T11:59:40Z", now)).toBe("this minute");
  expect(when("2026-03-01T11:15:00Z", now)).toBe("45 min ago");
  expect(when("2026-02-28T11:00:00Z", now)).toBe("yesterday");
  expect(exactly("2026-03-01T12:00:00Z")).toContain("1 March 2026");
});

test("the reader's first language that we speak is chosen", () => {
  expect(bestLanguage(["de-AT", "fr-BE", "en"])).toBe("fr");
  expect(bestLanguage(["nl"])).toBe("nl");
  expect(bestLanguage(["de", ""])).toBe("en");
});
