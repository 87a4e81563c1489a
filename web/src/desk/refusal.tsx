// A refusal as people read it: what happened, what to do next, and when waiting helps.
import { useEffect, useState, type ReactNode } from "react";
import { Refused } from "../api/problem";
import { Notice } from "../system/parts";
import { useWords } from "../words/language";
import { en } from "../words/en";
import type { Word, Words } from "../words/words";

export function refusalWords(words: Words, error: unknown): { title: string; next: string } {
  const named = error instanceof Refused ? `refused.${error.reason}` : "";
  const word = (named in en ? named : "refused.other") as Word;
  return { title: words.say(word), next: words.say(`${word}.next` as Word) };
}

export function waitWords(words: Words, seconds: number): string {
  return seconds < 90
    ? words.say("refused.wait.s", { count: seconds })
    : words.say("refused.wait.min", { count: Math.ceil(seconds / 60) });
}

// Seconds until the refusal's wait is over, counted down.
export function useWait(error: unknown): number {
  const waitS = error instanceof Refused ? error.retryAfterS : 0;
  const [left, setLeft] = useState(waitS);
  useEffect(() => {
    setLeft(waitS);
    if (waitS === 0) return;
    const until = Date.now() + waitS * 1000;
    const timer = window.setInterval(() => setLeft(Math.max(0, Math.ceil((until - Date.now()) / 1000))), 1000);
    return () => window.clearInterval(timer);
  }, [error, waitS]);
  return left;
}

export function Refusal({ error, action }: { error: unknown; action?: ReactNode }) {
  const words = useWords();
  const left = useWait(error);
  const { title, next } = refusalWords(words, error);
  return <Notice title={title} more={left > 0 ? `${next} ${waitWords(words, left)}` : next} action={action} />;
}
