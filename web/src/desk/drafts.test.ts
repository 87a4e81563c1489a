import "fake-indexeddb/auto";
import { beforeEach, expect, test } from "vitest";
import { clear, entries, get, put } from "../api/store";
import { joined, readDraft, removeOldDrafts, saveDraft } from "./drafts";

const text = "Dear customer, about your refund";
beforeEach(() => clear("drafts"));

test("a draft comes back to who wrote it, and to nobody else", async () => {
  await saveDraft("agent-01", "case/note", text);
  expect(await readDraft("agent-01", "case/note")).toBe(text);
  expect(await readDraft("agent-02", "case/note")).toBe("");
  expect(await readDraft("agent-01", "case/reply")).toBe("");
});

test("what lies in the store is sealed under a key that stays there", async () => {
  await saveDraft("agent-01", "case/note", text);
  const stored = await get<{ sealed: ArrayBuffer }>("drafts", "agent-01/case/note");
  expect(new TextDecoder().decode(stored?.sealed)).not.toContain("customer");
  const key = (await get<CryptoKey>("keys", "agent-01")) as CryptoKey;
  await expect(crypto.subtle.exportKey("raw", key)).rejects.toThrow();
});

test("a draft moved under another name or damaged is nobody's", async () => {
  await saveDraft("agent-01", "one/note", text);
  await put("drafts", "agent-01/two/note", await get("drafts", "agent-01/one/note"));
  expect(await readDraft("agent-01", "two/note")).toBe("");
  expect((await entries("drafts")).map(([name]) => name)).toEqual(["agent-01/one/note"]);
});

test("an emptied draft is gone, an old one too", async () => {
  await saveDraft("agent-01", "one/note", text);
  await saveDraft("agent-01", "one/note", "");
  expect(await entries("drafts")).toEqual([]);
  await saveDraft("agent-01", "one/note", text);
  await removeOldDrafts(Date.now() + 6 * 86_400_000);
  expect(await entries("drafts")).toHaveLength(1);
  await removeOldDrafts(Date.now() + 8 * 86_400_000);
  expect(await entries("drafts")).toEqual([]);
});

test("what is read is what was saved before, though nobody waited for that", async () => {
  void saveDraft("agent-01", "one/note", "first");
  void saveDraft("agent-01", "one/note", text);
  expect(await readDraft("agent-01", "one/note")).toBe(text);
  void saveDraft("agent-01", "one/note", "");
  expect(await readDraft("agent-01", "one/note")).toBe("");
});

test("what was typed before the draft came follows it", () => {
  expect(joined("Dear customer", "and more")).toBe("Dear customer\nand more");
});
