// Finding one customer by one exact identifier, and opening a case for them.
import { useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { call, type IdentifierKind, type RequestType } from "../api/client";
import { Refused } from "../api/problem";
import { Layer, toast } from "../system/layers";
import { Button, Field, Notice } from "../system/parts";
import { useWords } from "../words/language";
import { budgetOf, tookChange, useMe } from "./queries";
import { Refusal } from "./refusal";
import { go } from "./route";

const kinds: IdentifierKind[] = ["email", "phone", "locator", "ticket", "frequent-flyer", "name-and-birth"];
const types: RequestType[] = [
  "question", "refund", "eu261", "rebooking", "baggage", "assistance", "missing-miles", "name-correction", "data-subject", "complaint",
  "message-check",
];
const hour = 3600;

export function FindDialog({ onClose }: { onClose: () => void }) {
  const { say } = useWords();
  const cache = useQueryClient();
  const [kind, setKind] = useState<IdentifierKind>("email");
  const [value, setValue] = useState("");
  const [wrong, setWrong] = useState<string>();
  const [found, setFound] = useState<string | null>(); // null: nobody
  const [refused, setRefused] = useState<unknown>();
  const [busy, setBusy] = useState(false);

  const ask = (next: { kind?: IdentifierKind; value?: string }) => {
    setKind(next.kind ?? kind);
    setValue(next.value ?? value);
    setFound(undefined);
    setWrong(undefined);
    setRefused(undefined);
  };

  async function look(event: FormEvent) {
    event.preventDefault();
    if (busy) return;
    if (value.trim() === "") return setWrong(say("find.missing"));
    setBusy(true);
    setRefused(undefined);
    try {
      const { customer } = await call("post", "/api/v1/lookups", { body: { kind, value: value.trim() } });
      setFound(customer);
    } catch (error) {
      if (error instanceof Refused && error.reason === "malformed") setWrong(say("find.malformed", { hint: say(`find.hint.${kind}`) }));
      else setRefused(error);
    } finally {
      setBusy(false);
      void cache.invalidateQueries({ queryKey: ["me"] });
    }
  }

  return (
    <Layer shape="dialog" title={say("find.title")} lead={say("find.lead")} onClose={onClose}>
      <div className="stack">
        <form onSubmit={(event) => void look(event)} noValidate>
          <Field label={say("find.kind")}>
            {(ids) => (
              <select className="input" value={kind} {...ids} onChange={(event) => ask({ kind: event.target.value as IdentifierKind })}>
                {kinds.map((one) => <option key={one} value={one}>{say(`find.kind.${one}`)}</option>)}
              </select>
            )}
          </Field>
          <Field label={say("find.value")} hint={say(`find.hint.${kind}`)} wrong={wrong}>
            {(ids) => (
              <input
                className="input" autoFocus value={value} maxLength={320} autoComplete="off" spellCheck={false} {...ids}
                onChange={(event) => ask({ value: event.target.value })}
              />
            )}
          </Field>
          {refused !== undefined && <Refusal error={refused} />}
          {!found && (
            <div className="ends">
              <Button onClick={onClose}>{say("common.cancel")}</Button>
              <Button type="submit" look="main" busy={busy}>{say(busy ? "find.going" : "find.go")}</Button>
            </div>
          )}
        </form>
        {found === null && <Miss />}
        {found && <Hit customer={found} onClose={onClose} />}
      </div>
    </Layer>
  );
}

function Miss() {
  const { say } = useWords();
  const { data } = useMe();
  const left = data && say("find.misses", { count: budgetOf(data, "miss", hour).left });
  return <Notice title={say("find.miss")} more={[say("find.miss.more"), left].filter(Boolean).join(" ")} />;
}

function Hit({ customer, onClose }: { customer: string; onClose: () => void }) {
  const { say } = useWords();
  const cache = useQueryClient();
  const [type, setType] = useState<RequestType>("question");
  const [refused, setRefused] = useState<unknown>();
  const [busy, setBusy] = useState(false);

  async function open(event: FormEvent) {
    event.preventDefault();
    if (busy) return;
    setBusy(true);
    try {
      const made = await call("post", "/api/v1/cases", { body: { customer, type } });
      tookChange(cache, made);
      toast(say("find.opened", { number: String(made.number) }));
      onClose();
      go("mine", made.id);
    } catch (error) {
      setRefused(error);
      setBusy(false);
    }
  }
  return (
    <form className="find-hit" onSubmit={(event) => void open(event)}>
      <div role="status">
        <h3>{say("find.hit")}</h3>
        <p>{say("find.hit.more")}</p>
      </div>
      <Field label={say("find.type")}>
        {(ids) => (
          <select className="input" autoFocus value={type} {...ids} onChange={(event) => setType(event.target.value as RequestType)}>
            {types.map((one) => <option key={one} value={one}>{say(`type.${one}`)}</option>)}
          </select>
        )}
      </Field>
      {refused !== undefined && <Refusal error={refused} />}
      <div className="ends">
        <Button onClick={onClose}>{say("common.cancel")}</Button>
        <Button type="submit" look="main" busy={busy}>{say("find.open")}</Button>
      </div>
    </form>
  );
}
