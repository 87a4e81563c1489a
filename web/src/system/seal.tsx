// The seal, the one sign for personal data that is shut: a bar of one width with the keeper's mask. Lifted, it shows the
// value above a thin line that runs down until it is sealed again. High class has a double bar.
import { useEffect, useState } from "react";
import { useWords } from "../words/language";
import { Icon } from "./icon";

interface SealProps {
  name: string;
  mask: string;
  high?: boolean;
  busy?: boolean;
  onReveal: () => void;
}

export function Seal({ name, mask, high, busy, onReveal }: SealProps) {
  const { say } = useWords();
  const classes = ["seal", high ? "high" : "", busy ? "busy" : ""].filter(Boolean).join(" ");
  return (
    <button
      type="button"
      className={classes}
      aria-label={say(high ? "card.sealed.high" : "card.sealed", { name, mask })}
      aria-disabled={busy || undefined}
      onClick={busy ? undefined : onReveal}
    >
      <span>{mask}</span>
    </button>
  );
}

// A seal that this case cannot lift; `why` says what would.
export function ShutSeal({ mask, why }: { mask?: string; why: string }) {
  return (
    <span className="seal shut" title={why}>
      <span>{mask || why}</span>
      {mask && <span className="hidden">. {why}</span>}
    </span>
  );
}

interface OpenSealProps {
  name: string;
  value: string;
  until: number; // ms
  forMs: number;
  onSeal: () => void;
}

export function OpenSeal({ name, value, until, forMs, onSeal }: OpenSealProps) {
  const { say } = useWords();
  // The line is where it belongs however late it is drawn.
  const [passedMs] = useState(() => forMs - (until - Date.now()));
  return (
    <span className="open">
      <span className="value">{value}</span>
      <button type="button" className="again" aria-label={`${say("card.seal")}: ${name}`} title={say("card.seal")} onClick={onSeal}>
        <Icon name="lock" size={12} />
      </button>
      <span className="run" style={{ animationDuration: `${forMs}ms`, animationDelay: `${-passedMs}ms` }} />
      <SecondsLeft name={name} until={until} />
    </span>
  );
}

// For those who do not see the line; told when it is asked, not every second.
function SecondsLeft({ name, until }: { name: string; until: number }) {
  const { say } = useWords();
  const [count, setCount] = useState(() => Math.ceil((until - Date.now()) / 1000));
  useEffect(() => {
    const timer = window.setInterval(() => setCount(Math.max(0, Math.ceil((until - Date.now()) / 1000))), 10_000);
    return () => window.clearInterval(timer);
  }, [until]);
  return <span className="hidden">{say("card.open", { name, count })}</span>;
}
