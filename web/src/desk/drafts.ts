// Drafts outlive a reload, the end of a session and a restart of the house: they stay in this browser, sealed under a key
// that the browser does not hand out, one key for each person who signs in here.
import { useCallback, useEffect, useRef, useState } from "react";
import { bytesOf, type Bytes } from "../api/bytes";
import { entries, get, put, remove } from "../api/store";

interface SealedDraft {
  iv: Bytes;
  sealed: ArrayBuffer;
  at: number; // ms
}
const keptForMs = 7 * 86_400_000;
const savedAfterMs = 250;

async function keyOf(person: string): Promise<CryptoKey> {
  const known = await get<CryptoKey>("keys", person);
  if (known) return known;
  const made = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
  await put("keys", person, made);
  return made;
}

// One after the other, so that what is read is what was saved before it was asked for.
let last: Promise<unknown> = Promise.resolve();
function inTurn<T>(work: () => Promise<T>): Promise<T> {
  const mine = last.then(work, work);
  last = mine;
  return mine;
}

export const saveDraft = (person: string, name: string, text: string) => inTurn(() => save(person, name, text));
export const readDraft = (person: string, name: string) => inTurn(() => read(person, name));

async function save(person: string, name: string, text: string): Promise<void> {
  const place = `${person}/${name}`;
  if (text === "") return remove("drafts", place);
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const sealing = { name: "AES-GCM", iv, additionalData: bytesOf(place) };
  const sealed = await crypto.subtle.encrypt(sealing, await keyOf(person), bytesOf(text));
  await put("drafts", place, { iv, sealed, at: Date.now() } satisfies SealedDraft);
}

async function read(person: string, name: string): Promise<string> {
  const place = `${person}/${name}`;
  const draft = await get<SealedDraft>("drafts", place);
  if (!draft) return "";
  const sealing = { name: "AES-GCM", iv: draft.iv, additionalData: bytesOf(place) };
  try {
    return new TextDecoder().decode(await crypto.subtle.decrypt(sealing, await keyOf(person), draft.sealed));
  } catch {
    await remove("drafts", place); // somebody else's, or damaged: nobody can read it
    return "";
  }
}

export async function removeOldDrafts(now = Date.now()): Promise<void> {
  for (const [place, draft] of await entries<SealedDraft>("drafts")) {
    if (draft.at + keptForMs < now) await remove("drafts", place);
  }
}

// What is typed before the draft was read does not take its place.
export const joined = (found: string, typed: string) => `${found}\n${typed}`;

export interface Draft {
  text: string;
  kept: boolean; // what stands here is in the browser's store
  write: (text: string) => void;
}

export function useDraft(person: string, name: string): Draft {
  const [text, setText] = useState("");
  const [kept, setKept] = useState(false);
  const latest = useRef<string>(undefined); // written and not saved yet
  const typed = useRef<string>(undefined); // since this was opened
  const timer = useRef<number>(undefined);

  const keep = useCallback(async () => {
    window.clearTimeout(timer.current);
    const saving = latest.current;
    if (saving === undefined) return;
    latest.current = undefined;
    await saveDraft(person, name, saving);
    if (latest.current === undefined) setKept(saving !== "");
  }, [person, name]);

  const write = useCallback(
    (next: string) => {
      setText(next);
      setKept(false);
      latest.current = typed.current = next;
      window.clearTimeout(timer.current);
      timer.current = window.setTimeout(() => void keep(), savedAfterMs);
    },
    [keep],
  );

  useEffect(() => {
    typed.current = undefined;
    let here = true;
    void readDraft(person, name).then((found) => {
      if (!here || found === "" || typed.current === "") return;
      if (typed.current !== undefined) return write(joined(found, typed.current));
      setText(found);
      setKept(true);
    });
    const saveNow = () => void keep();
    document.addEventListener("visibilitychange", saveNow);
    return () => {
      here = false;
      document.removeEventListener("visibilitychange", saveNow);
      void keep();
    };
  }, [person, name, keep, write]);

  return { text, kept, write };
}
